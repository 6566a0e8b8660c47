import { execFile } from 'node:child_process';
import { open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  centralHeader,
  endOfDirectory,
  FILE_MODE,
  localHeader,
  localHeaderBytes,
  type PlacedEntry,
} from '../../main/zip/records.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { MISSING } from './missing.ts';

const run = promisify(execFile);

const WHEN = Date.UTC(2024, 1, 29, 13, 37, 59);
const FILE = { method: 0, modified: WHEN, mode: FILE_MODE, crc: 0 } as const;

/** An entry with its bytes, its header filled up to `more` bytes beyond the least. */
function entryOf(name: string, content: Buffer, offset: number, more = 0) {
  const size = content.length;
  const entry = { ...FILE, name, crc: crc32(content), size, compressedSize: size, offset };
  return { entry, bytes: Buffer.concat([localHeader(entry, localHeaderBytes(entry) + more), content]) };
}

function endOf(entries: readonly PlacedEntry[], offset: number): Buffer {
  const directory = Buffer.concat(entries.map(centralHeader));
  return Buffer.concat([
    directory,
    endOfDirectory({ entries: entries.length, offset, size: directory.length }),
  ]);
}

const PYTHON = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as zip:
  for name in sys.argv[2:]: sys.stdout.write(zip.read(name).decode())
`;
const readers: ReadonlyArray<
  [string, boolean, (zip: string, names: readonly string[]) => readonly string[]]
> = [
  ['unzip', MISSING.unzip, (zip, names) => ['unzip', '-p', zip, ...names]],
  ['bsdtar', MISSING.bsdtar, (zip, names) => ['bsdtar', '-xOf', zip, ...names]],
  ['python', MISSING.python, (zip, names) => ['python3', '-c', PYTHON, zip, ...names]],
];

describe('readers', () => {
  test.for(readers)('%s skips padding of every length', async ([, missing, command], context) => {
    context.skip(missing, 'it is not installed');
    const parts: Buffer[] = [];
    const entries: PlacedEntry[] = [];
    let offset = 0;
    for (const more of [0, 4, 5, 6, 20, 4096, 65_506]) {
      const { entry, bytes } = entryOf(`${more}.txt`, Buffer.from(`after ${more}\n`), offset, more);
      entries.push(entry);
      parts.push(bytes);
      offset += bytes.length;
    }
    const zip = join(await tempFolder(), 'padded.zip');
    await writeFile(zip, Buffer.concat([...parts, endOf(entries, offset)]));
    const [tool = '', ...args] = command(
      zip,
      entries.map(({ name }) => name),
    );
    const { stdout } = await run(tool, args);
    expect(stdout).toBe('after 0\nafter 4\nafter 5\nafter 6\nafter 20\nafter 4096\nafter 65506\n');
  });

  test.for(readers)('%s finds what lies behind 4 GiB', async ([, missing, command], context) => {
    context.skip(missing, 'it is not installed');
    const zip = join(await tempFolder(), 'large.zip');
    const size = 2 ** 32 + 5;
    // Never read: its CRC does not matter. Its bytes are a hole in the file.
    const large = { ...FILE, name: 'large.bin', size, compressedSize: size, offset: 0 };
    const header = localHeader(large);
    const behind = entryOf('behind.txt', Buffer.from('here'), header.length + size);
    const offset = behind.entry.offset + behind.bytes.length;
    const file = await open(zip, 'w');
    await file.write(header, 0, header.length, 0);
    await file.write(behind.bytes, 0, behind.bytes.length, behind.entry.offset);
    const end = endOf([large, behind.entry], offset);
    await file.write(end, 0, end.length, offset);
    await file.close();
    const [tool = '', ...args] = command(zip, ['behind.txt']);
    expect((await run(tool, args)).stdout).toBe('here');
  });

  test.skipIf(MISSING.unzip)('unzip sets the time to the second, in another zone too', async () => {
    const folder = await tempFolder();
    const { entry, bytes } = entryOf('a.txt', Buffer.from('x'), 0);
    const zip = join(folder, 'time.zip');
    await writeFile(zip, Buffer.concat([bytes, endOf([entry], bytes.length)]));
    await run('unzip', ['-q', zip, '-d', folder], { env: { ...process.env, TZ: 'Asia/Kathmandu' } });
    const { mtimeMs, mode } = await stat(join(folder, 'a.txt'));
    expect([mtimeMs, mode]).toEqual([WHEN, FILE_MODE]);
  });
});
