import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { findDirectory } from '../../main/zip/end-record.ts';
import { Findings } from '../../main/zip/findings.ts';
import { entriesOf, type ZipEntry } from '../../main/zip/reader.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { changed, MemoryFile, MODIFIED, short, text, verified, zipOf } from './zip-kit.ts';

const run = promisify(execFile);

async function read(bytes: Buffer): Promise<ZipEntry[]> {
  const file = new MemoryFile(bytes);
  const place = await findDirectory(file, new Findings());
  const entries: ZipEntry[] = [];
  if (place) for await (const entry of entriesOf(file, place)) entries.push(entry);
  return entries;
}

const noise = (length: number) =>
  Buffer.concat(
    Array.from({ length: Math.ceil(length / 32) }, (_, at) => createHash('sha256').update(`${at}`).digest()),
  ).subarray(0, length);

const FILES: Readonly<Record<string, Buffer>> = {
  'empty.txt': Buffer.alloc(0),
  'noise.bin': noise(300_000),
  'sub/text.txt': text(50_000),
  'sub/ünï 中.txt': Buffer.from('hello'),
};

async function folderOf(files: Readonly<Record<string, Buffer>>): Promise<string> {
  const folder = join(await tempFolder(), 'in');
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  return folder;
}

const GO = `package main
import ("archive/zip"; "io"; "os"; "path/filepath")
func main() {
	out := zip.NewWriter(os.Stdout)
	filepath.Walk(".", func(path string, info os.FileInfo, err error) error {
		if info.IsDir() { return nil }
		w, _ := out.Create(filepath.ToSlash(path))
		f, _ := os.Open(path)
		io.Copy(w, f)
		return f.Close()
	})
	out.Close()
}`;
const PYTHON = `
import zipfile, sys, os
how = {'stored': zipfile.ZIP_STORED, 'deflated': zipfile.ZIP_DEFLATED}[sys.argv[1]]
with zipfile.ZipFile(sys.argv[2], 'w', how) as z:
    for top, _, names in os.walk('.'):
        for name in names: z.write(os.path.join(top, name), os.path.join(top, name)[2:])
`;
const PYTHON_ZIP64 = `
import zipfile, sys, os
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as z:
    for top, _, names in os.walk('.'):
        for name in names:
            with z.open(os.path.join(top, name)[2:], 'w', force_zip64=True) as out:
                out.write(open(os.path.join(top, name), 'rb').read())
`;

/** Packs the folder it runs in into `$OUT`. */
const PACKERS: Readonly<Record<string, string>> = {
  zip: 'zip -qr "$OUT" .',
  'zip, stored': 'zip -q0r "$OUT" .',
  'zip to a pipe: descriptors': 'zip -qr - . | cat > "$OUT"',
  'zip with a comment': 'zip -qr "$OUT" . && echo "a comment" | zip -qz "$OUT"',
  'zip with a stub before it, offsets mended':
    'zip -qr x.zip . && (echo "#!/bin/sh"; cat x.zip) > "$OUT" && zip -qA "$OUT"',
  'zip with a stub before it': 'zip -qr x.zip . && (echo "#!/bin/sh"; cat x.zip) > "$OUT"',
  '7z': '7z a -bd -tzip "$OUT" . > /dev/null',
  bsdtar: 'bsdtar --format zip -cf "$OUT" *',
  'bsdtar to a pipe': 'bsdtar --format zip -cf - * | cat > "$OUT"',
  jar: 'jar cfM "$OUT" .',
  python: 'python3 -c "$PYTHON" deflated "$OUT"',
  'python, stored': 'python3 -c "$PYTHON" stored "$OUT"',
  'python, ZIP64 in every header': 'python3 -c "$PYTHON_ZIP64" "$OUT"',
  go: '"$GO_PACKER" > "$OUT"',
};

describe('ZIPs of other programs', () => {
  let goPacker = '';
  beforeAll(async () => {
    const { stdout } = await run('mktemp', ['-d']);
    const folder = stdout.trim();
    await writeFile(join(folder, 'main.go'), GO);
    goPacker = join(folder, 'packer');
    await run('go', ['build', '-o', goPacker, join(folder, 'main.go')], {
      env: { ...process.env, GOCACHE: folder },
    });
    return () => run('rm', ['-rf', folder]);
  }, 120_000);

  test.each(Object.keys(PACKERS))(
    '%s: every entry is read as it is, and nothing is wrong',
    async (packer) => {
      const cwd = await folderOf(FILES);
      const path = join(cwd, '..', 'out.zip');
      const env = { ...process.env, OUT: path, PYTHON, PYTHON_ZIP64, GO_PACKER: goPacker, LC_ALL: 'C.UTF-8' };
      await run('sh', ['-ec', PACKERS[packer] as string], { cwd, env });
      const bytes = await readFile(path);
      const files = (await read(bytes)).filter(({ folder, name }) => !folder && name !== 'x.zip');
      const found = files.map(({ name, size, crc }) => [name.replace(/^\.\//, ''), size, crc]);
      expect(found.toSorted()).toEqual(
        Object.entries(FILES)
          .map(([name, data]) => [name, data.length, crc32(data)])
          .toSorted(),
      );
      const report = await verified(bytes);
      const wanted = packer.startsWith('zip with a stub') ? [[null, 'prepended']] : [];
      if (packer === 'bsdtar to a pipe') wanted.push([null, 'trailing-bytes']);
      expect(short(report.findings)).toEqual(wanted);
      expect(report).toMatchObject({ ok: true, good: report.entries });
    },
  );
});

describe('names', () => {
  const nameIn = async (bytes: Buffer) => (await read(bytes))[0]?.name;
  /** A name's bytes, with or without the flag for UTF-8, made on Unix (3) or DOS (0). */
  const withName = (raw: Buffer, flags: number, host: number) => {
    const zip = zipOf([{ name: 'x'.repeat(raw.length), data: Buffer.alloc(0) }]);
    return changed(zip.bytes, (copy) => {
      raw.copy(copy, 30);
      raw.copy(copy, zip.directory + 46);
      copy.writeUInt16LE(flags, 6);
      copy.writeUInt16LE(flags, zip.directory + 8);
      copy.writeUInt8(host, zip.directory + 5);
    });
  };

  test.each<[string, Buffer, number, number, string]>([
    ['UTF-8 that says so', Buffer.from('ünï'), 0x800, 3, 'ünï'],
    ['UTF-8 that does not, from Unix', Buffer.from('ünï'), 0, 3, 'ünï'],
    ['CP 437', Buffer.from([0x81, 0x6e, 0x8b]), 0, 0, 'ünï'],
    ['CP 437 that could be UTF-8', Buffer.from('ü'), 0, 0, '├╝'],
    ['CP 437 from Unix', Buffer.from([0x81, 0x6e, 0x8b]), 0, 3, 'ünï'],
  ])('%s', async (_, raw, flags, host, name) => {
    const bytes = withName(raw, flags, host);
    expect(await nameIn(bytes)).toBe(name);
    expect(await verified(bytes)).toMatchObject({ ok: true, findings: [] });
  });

  test('a control character of CP 437 is one, though it shows a picture', async () => {
    const bytes = withName(Buffer.from('a\u0007'), 0, 0);
    expect(await nameIn(bytes)).toBe('a•');
    expect(short((await verified(bytes)).findings)).toEqual([['a•', 'unsafe-name']]);
  });

  test('UTF-8 that is none is told', async () => {
    const { findings } = await verified(withName(Buffer.from([0xff, 0xfe]), 0x800, 3));
    expect(short(findings).map(([, problem]) => problem)).toEqual(['unportable-name']);
  });

  test("Info-ZIP's Unicode path, if it is of this name", async () => {
    const made = async (crcOf: string) => {
      const path = join(await tempFolder(), 'x.zip');
      const script = `
import zipfile, struct, zlib, sys
i = zipfile.ZipInfo('old.txt')
path = 'ünï.txt'.encode()
i.extra = struct.pack('<HHBL', 0x7075, 5 + len(path), 1, zlib.crc32(sys.argv[2].encode())) + path
with zipfile.ZipFile(sys.argv[1], 'w') as z: z.writestr(i, 'x')`;
      await run('python3', ['-c', script, path, crcOf]);
      return readFile(path);
    };
    expect(await nameIn(await made('old.txt'))).toBe('ünï.txt');
    expect(await nameIn(await made('renamed.txt'))).toBe('old.txt');
  });
});

test('times, modes and folders', async () => {
  const [file, folder] = await read(
    zipOf([
      { name: 'a', data: text(5) },
      { name: 'd/', data: Buffer.alloc(0) },
    ]).bytes,
  );
  expect(file).toMatchObject({ modified: MODIFIED, mode: 0o100644, folder: false, method: 0, offset: 0 });
  expect(folder).toMatchObject({ modified: MODIFIED, mode: 0o040755, folder: true, size: 0 });
});

test("a time of NTFS's", async () => {
  const path = join(await tempFolder(), 'x.zip');
  const script = `
import zipfile, struct, sys
i = zipfile.ZipInfo('a', (2026, 11, 22, 10, 0, 0))
i.extra = struct.pack('<HHLHHQQQ', 0x000a, 32, 0, 1, 24, (${MODIFIED} + 11644473600000) * 10000 + 7, 0, 0)
with zipfile.ZipFile(sys.argv[1], 'w') as z: z.writestr(i, 'x')`;
  await run('python3', ['-c', script, path]);
  const [entry] = await read(await readFile(path));
  expect(Math.round(entry?.modified ?? 0)).toBe(MODIFIED);
});

test('an extra field that goes beyond its end is noted, and the entry read', async () => {
  const zip = zipOf([{ name: 'a', data: text(50) }]);
  const bytes = changed(zip.bytes, (copy) => copy.writeUInt16LE(999, zip.directory + 46 + 1 + 2));
  const report = await verified(bytes);
  expect(short(report.findings)).toEqual([['a', 'extra-malformed']]);
  expect(report.good).toBe(1);
});
