import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPartialFile } from '../../main/bytes/open.ts';
import { systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { DirectZip } from '../../main/zip/direct-writer.ts';
import { FILE_MODE, FOLDER_MODE } from '../../main/zip/records.ts';
import { prepareReaders, READERS, takenBy } from '../kit/stream-readers.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const run = promisify(execFile);
const MODIFIED = Date.UTC(2025, 5, 1, 12);

/** Every entry to its last byte, by Go's archive/zip, which compares CRCs. */
const GO = `package main
import ("archive/zip"; "io"; "os")
func main() {
	zip, err := zip.OpenReader(os.Args[1])
	if err != nil { panic(err) }
	for _, file := range zip.File {
		body, err := file.Open()
		if err != nil { panic(err) }
		if _, err := io.Copy(io.Discard, body); err != nil { panic(err) }
	}
}
`;

let classes = '';
let go = '';

beforeAll(async () => {
  classes = await prepareReaders(await mkdtemp(join(tmpdir(), 'satchel-readers-')));
  await writeFile(join(classes, 'main.go'), GO);
  go = join(classes, 'read-zip');
  const env = { ...process.env, GOCACHE: join(classes, 'cache'), GO111MODULE: 'off' };
  await run('go', ['build', '-o', go, join(classes, 'main.go')], { env, timeout: 120_000 });
}, 150_000);

afterAll(() => rm(classes, { recursive: true, force: true }));

/** Throws where one of them does not take the ZIP. */
async function demandAll(path: string, but: readonly string[] = []): Promise<void> {
  expect(await takenBy(path, classes)).toEqual(READERS.filter((name) => !but.includes(name)));
  await run(go, [path]);
  await run('zipinfo', ['-t', path]);
}

async function zipIn(folder: string): Promise<DirectZip> {
  const around = { disk: new Disk(), clock: systemClock };
  return DirectZip.open(await createPartialFile(around, { folder, name: 'a.zip' }, { id: 'x', notes: {} }));
}

function whole(name: string, bytes: Buffer, deflate = false, mode = FILE_MODE) {
  const packed = deflate ? deflateRawSync(bytes) : bytes;
  const method = deflate ? (8 as const) : (0 as const);
  const size = { crc: crc32(bytes), size: bytes.length, compressedSize: packed.length };
  return { facts: { name, modified: MODIFIED, mode, method, ...size }, buffers: [packed] };
}

async function seal(zip: DirectZip, order: readonly number[]): Promise<string> {
  const length = await zip.close(order.map((region) => ({ region, index: 0 })));
  await zip.file.seal({ name: 'a.zip', length, digests: {}, modified: null });
  await zip.file.releaseLock();
  return join(zip.file.place.folder, 'a.zip.part');
}

test('every reader takes stored, packed, empty and named entries, folders, and what has grown or moved', async () => {
  const zip = await zipIn(await tempFolder());
  await zip.put(0, [whole('plain.bin', randomBytes(100_000))]);
  await zip.put(1, [whole('gone.bin', randomBytes(30_000))]);
  await zip.put(2, [whole('Größe 大小 😀.txt', Buffer.alloc(50_000, 'text '), true)]);
  await zip.put(3, [whole('folder/', Buffer.alloc(0), false, FOLDER_MODE)]);
  await zip.put(4, [whole('folder/empty', Buffer.alloc(0))]);
  await zip.put(5, [whole('folder/tool', randomBytes(20_000), false, 0o100755)]);
  const grown = randomBytes(70_000);
  await zip.grow(6, { name: 'grown.bin', modified: MODIFIED });
  await zip.file.write(6, 0, [grown]);
  await zip.endGrowth(6, grown.length);
  await zip.finish(6, whole('grown.bin', grown).facts);
  await zip.rename(5, 'folder/a much longer name for the tool');
  await zip.release(1);
  await demandAll(await seal(zip, [6, 0, 2, 3, 4, 5]));
});

test('every reader takes a ZIP with a gap that nothing fits', async () => {
  const zip = await zipIn(await tempFolder());
  await zip.put(0, [whole('a.bin', randomBytes(1000))]);
  await zip.put(1, [whole('gone.bin', randomBytes(30_000))]);
  await zip.put(2, [whole('large.bin', randomBytes(90_000))]);
  await zip.release(1);
  await demandAll(await seal(zip, [0, 2]));
});

test('every reader takes 70,000 entries', async () => {
  const zip = await zipIn(await tempFolder());
  const nothing = Buffer.alloc(0);
  for (let at = 0; at < 7; at++) {
    const entries = Array.from({ length: 10_000 }, (_, n) => whole(`d${at}/f${n}`, nothing));
    await zip.put(at, entries);
  }
  const order = Array.from({ length: 70_000 }, (_, n) => ({
    region: Math.floor(n / 10_000),
    index: n % 10_000,
  }));
  const length = await zip.close(order);
  await zip.file.seal({ name: 'a.zip', length, digests: {}, modified: null });
  await zip.file.releaseLock();
  await demandAll(join(zip.file.place.folder, 'a.zip.part'));
}, 60_000);
