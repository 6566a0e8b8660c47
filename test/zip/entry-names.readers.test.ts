import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EntryNames, entryPath } from '../../main/zip/entry-names.ts';
import {
  centralHeader,
  endOfDirectory,
  FILE_MODE,
  FOLDER_MODE,
  localHeader,
  type PlacedEntry,
} from '../../main/zip/records.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { SAFE } from '../source/names.corpus.ts';
import { PATHS, WINDOWS_PATHS } from './entry-names.corpus.ts';
import { MISSING } from './missing.ts';

const execute = promisify(execFile);
const UTF8 = { env: { ...process.env, LC_ALL: 'C.UTF-8' }, maxBuffer: 64 * 1024 * 1024 };
const run = (command: string, ...args: string[]) => execute(command, args, UTF8).then(({ stdout }) => stdout);

/** Texts that have done harm, alone and as a part of a path; random ones; and what meets when it is extracted. */
function nastyTexts(): readonly (readonly [raw: string, folder: boolean])[] {
  const corpus = [...PATHS, ...WINDOWS_PATHS, ...SAFE].map(([, raw]) => raw);
  const random = fc.sample(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 120 }),
      fc.string({ unit: fc.constantFrom(...'///...\\:;*? "aZ1\0é中🎒\u0301'), maxLength: 60 }),
      fc
        .array(fc.string({ unit: 'grapheme-ascii', maxLength: 80 }), { maxLength: 20 })
        .map((x) => x.join('/')),
    ),
    { numRuns: 150, seed: 7 },
  );
  const files = [
    ...corpus,
    ...corpus.map((raw) => `folder/${raw}/x`),
    ...random,
    ...[
      'meet',
      'meet/x',
      'MEET/x',
      'meet',
      'meet;1',
      'meet.',
      ' meet',
      'meet/x/y',
      'Folder',
      'other/z',
      'other',
    ],
    ...['a'.repeat(300), `${'é'.repeat(200)}/${'中'.repeat(200)}.txt`, `${'deep/'.repeat(1000)}x`],
    // A name that the flag for UTF-8 alone tells from Latin-1, and one that a console could take for a command.
    ...['Ã©.txt', '$(touch evil)', '`touch evil`', '@list', '-d', '--help'],
  ];
  const folders = ['empty', 'other', 'meet', 'é/empty', '..', 'empty'];
  return [...files.map((raw) => [raw, false] as const), ...folders.map((raw) => [raw, true] as const)];
}

/** A file holds its own name. */
const contentOf = (name: string) => Buffer.from(name.endsWith('/') ? '' : name);

function zipOf(names: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  const entries: PlacedEntry[] = [];
  let offset = 0;
  for (const name of names) {
    const content = contentOf(name);
    const entry: PlacedEntry = {
      name,
      method: 0,
      crc: crc32(content),
      size: content.length,
      compressedSize: content.length,
      modified: Date.UTC(2026, 1, 3, 4, 5, 6),
      mode: name.endsWith('/') ? FOLDER_MODE : FILE_MODE,
      offset,
    };
    entries.push(entry);
    parts.push(localHeader(entry), content);
    offset += parts.slice(-2).reduce((sum, part) => sum + part.length, 0);
  }
  const directory = Buffer.concat(entries.map(centralHeader));
  const end = endOfDirectory({ entries: entries.length, offset, size: directory.length });
  return Buffer.concat([...parts, directory, end]);
}

/** Everything below a folder, folders with a slash at the end. */
async function everythingIn(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .map((one) => relative(folder, join(one.parentPath, one.name)) + (one.isDirectory() ? '/' : ''))
    .toSorted();
}

/** The names, and every folder that they imply. */
function withFolders(names: readonly string[]): readonly string[] {
  const all = new Set(names);
  for (const name of names) {
    for (let end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1))
      all.add(name.slice(0, end + 1));
  }
  return [...all].toSorted();
}

const claimer = new EntryNames();
const names = nastyTexts().map(([raw, folder]) => claimer.claim(entryPath(raw, { folder })));

test('there is enough of it', () => {
  expect(names.length).toBeGreaterThan(300);
  expect(names.filter((name) => / \(\d+\)/.test(name)).length).toBeGreaterThan(30);
});

const EXTRACT = 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])';
const LIST = 'import sys, zipfile, json; print(json.dumps(zipfile.ZipFile(sys.argv[1]).namelist()))';

describe('what the readers make of the names', () => {
  async function zipFile(): Promise<{ readonly zip: string; readonly top: string; readonly inside: string }> {
    const top = await tempFolder();
    const inside = join(top, 'one/two/three');
    await mkdir(inside, { recursive: true });
    const zip = join(top, 'names.zip');
    await writeFile(zip, zipOf(names));
    return { zip, top, inside };
  }

  const readers: ReadonlyArray<[string, boolean, (zip: string, folder: string) => Promise<string>]> = [
    ['unzip', MISSING.unzip, (zip, folder) => run('unzip', '-q', '-n', zip, '-d', folder)],
    ['bsdtar', MISSING.bsdtar, (zip, folder) => run('bsdtar', '-x', '-f', zip, '-C', folder)],
    ['python', MISSING.python, (zip, folder) => run('python3', '-c', EXTRACT, zip, folder)],
  ];
  test.for(readers)(
    '%s extracts each one at its place, and nothing elsewhere',
    async ([, missing, extract], context) => {
      context.skip(missing, 'it is not installed');
      const { zip, top, inside } = await zipFile();
      await extract(zip, inside);
      expect(await everythingIn(inside)).toEqual(withFolders(names));
      expect((await everythingIn(top)).filter((name) => !name.startsWith('one/two/three/'))).toEqual(
        ['names.zip', 'one/', 'one/two/'].toSorted(),
      );
      for (const name of names.filter((each) => !each.endsWith('/'))) {
        expect(await readFile(join(inside, name), 'utf8')).toBe(name);
      }
    },
  );

  test.skipIf(MISSING.unzip)('zipinfo lists them as they are', async () => {
    const { zip } = await zipFile();
    expect((await run('zipinfo', '-1', zip)).trimEnd().split('\n')).toEqual(names);
  });

  test.skipIf(MISSING.python)('python lists them as they are', async () => {
    const { zip } = await zipFile();
    expect(JSON.parse(await run('python3', '-c', LIST, zip))).toEqual(names);
  });
});
