import * as fs from 'node:fs/promises';
import { readdir, readFile, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { digestsOf } from '../../main/bytes/checksum.ts';
import { putInPlace } from '../../main/bytes/commit.ts';
import { createPartialFile, openPartialFile } from '../../main/bytes/open.ts';
import type { PartialFile } from '../../main/bytes/partial-file.ts';
import { systemClock } from '../../main/world/clock.ts';
import { Disk, type FileSystem } from '../../main/world/disk.ts';
import { type DiskFault, FaultDisk } from '../kit/fault-disk.ts';
import { put } from '../kit/put.ts';
import { seeded } from '../kit/random.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >>> 8)) & 0xff));

async function setUp(faults: DiskFault[] = []) {
  const folder = await tempFolder();
  const fault = new FaultDisk(folder, faults);
  const around = { disk: new Disk(fault.fileSystem), clock: systemClock };
  return { folder, fault, around, place: { folder, name: 'a.bin' } };
}

type SetUp = Awaited<ReturnType<typeof setUp>>;

async function create({ around, place }: SetUp): Promise<PartialFile> {
  const file = await createPartialFile(around, place, { id: '01J', notes: { item: 'x' } });
  await file.placeRegion(0, 0, content.length);
  return file;
}

const write = (file: PartialFile, from: number, end: number) =>
  file.write(0, from, [content.subarray(from, end)]);

async function reopen({ place }: SetUp) {
  const opened = await openPartialFile({ disk: new Disk(), clock: systemClock }, place);
  if (opened.kind !== 'open') throw new Error('it is sealed');
  return opened;
}

/** Lets go of a file without a barrier, as a killed process does. */
async function abandon({ fault }: SetUp, file: PartialFile): Promise<void> {
  fault.faults.push({ name: 'error', call: 'sync', nth: 1, errno: 'EIO' });
  await expect(file.close()).rejects.toMatchObject({ code: 'disk-error' });
}

/** What the journal vouches for must be what the file holds. */
async function demandTruth({ folder }: SetUp, file: PartialFile): Promise<void> {
  const part = await readFile(join(folder, 'a.bin.part'));
  for (const { start, end, crc } of file.region(0)?.have.pieces ?? []) {
    expect(part.subarray(start, end).equals(content.subarray(start, end))).toBe(true);
    expect(crc).toBe(crc32(content.subarray(start, end)));
  }
}

describe('rule 25: written and barrier', () => {
  test('pieces written in any order are read back on reopening', async () => {
    const at = await setUp();
    const file = await create(at);
    await Promise.all([write(file, 200_000, 300_000), write(file, 0, 50_000), write(file, 90_000, 100_000)]);
    await file.close();
    const { file: again, droppedBytes } = await reopen(at);
    expect(droppedBytes).toBe(0);
    expect(again.region(0)?.have.gaps(content.length)).toEqual([
      { start: 50_000, end: 90_000 },
      { start: 100_000, end: 200_000 },
    ]);
    expect(again.note('item')).toBe('x');
    await demandTruth(at, again);
    await again.close();
  });

  test('a barrier leaves nothing that a power cut could take', async () => {
    const at = await setUp();
    const file = await create(at);
    await write(file, 0, 100_000);
    expect(at.fault.unsafeBytes).toBeGreaterThan(100_000);
    await file.barrier();
    await at.fault.powerCut(() => 0.999);
    await file.close().catch(() => {});
    const { file: again } = await reopen(at);
    expect(again.region(0)?.have.bytes).toBe(100_000);
    await demandTruth(at, again);
    await again.close();
  });

  test('a record never precedes its bytes', async () => {
    const at = await setUp([{ name: 'error', call: 'write', nth: 1, errno: 'EIO', path: /\.part$/ }]);
    const file = await create(at);
    await expect(write(file, 0, 1000)).rejects.toMatchObject({ code: 'disk-error' });
    expect(at.fault.happened('error')).toBe(1);
    expect((await readFile(join(at.folder, 'a.bin.satchel'))).toString()).not.toContain('"piece"');
    await file.close();
  });

  test('short writes are carried on with', async () => {
    const at = await setUp([{ name: 'short-write' }]);
    const file = await create(at);
    await write(file, 0, content.length);
    expect(at.fault.happened('short-write')).toBeGreaterThan(5);
    await file.close();
    expect((await readFile(join(at.folder, 'a.bin.part'))).equals(content)).toBe(true);
  });

  test.each(['write', 'sync'] as const)('after one failed %s it is dead', async (call) => {
    const at = await setUp([{ name: 'error', call, nth: 1, errno: 'EIO', path: /\.part$/ }]);
    const file = await create(at);
    const first = call === 'write' ? write(file, 0, 10) : write(file, 0, 10).then(() => file.barrier());
    await expect(first).rejects.toMatchObject({ code: 'disk-error' });
    await expect(write(file, 10, 20)).rejects.toMatchObject({ code: 'disk-error' });
    await expect(file.barrier()).rejects.toMatchObject({ code: 'disk-error' });
    await file.close();
  });
});

describe('rule 26: reopening', () => {
  test('bytes after the last barrier that differ from their CRC are dropped', async () => {
    const at = await setUp();
    const file = await create(at);
    await write(file, 0, 1000);
    await file.barrier();
    await write(file, 1000, 2000);
    await write(file, 2000, 3000);
    await abandon(at, file);
    // A machine that went down: both records reached the disk, one piece's bytes did not.
    const bytes = Buffer.from(content.subarray(0, 3000));
    bytes.fill(0, 1500, 1600);
    await writeFile(join(at.folder, 'a.bin.part'), bytes);
    const { file: again, droppedBytes } = await reopen(at);
    expect(droppedBytes).toBe(1000);
    expect(again.region(0)?.have.gaps(3000)).toEqual([{ start: 1000, end: 2000 }]);
    await demandTruth(at, again);
    await again.close();
  });

  test('bytes before the last barrier are dropped where the file is too short for them', async () => {
    const at = await setUp();
    const file = await create(at);
    await write(file, 0, 1000);
    await file.barrier();
    await write(file, 5000, 6000);
    await file.close();
    await truncate(join(at.folder, 'a.bin.part'), 3000);
    const { file: again, droppedBytes } = await reopen(at);
    expect(droppedBytes).toBe(1000);
    expect(again.region(0)?.have.pieces).toMatchObject([{ start: 0, end: 1000 }]);
    await again.close();
  });

  test('a journal whose file is gone is begun anew, and says so', async () => {
    const at = await setUp();
    const file = await create(at);
    await write(file, 0, 1000);
    await file.close();
    await unlink(join(at.folder, 'a.bin.part'));
    const { file: again, droppedBytes, partMissing } = await reopen(at);
    expect({ droppedBytes, partMissing }).toEqual({ droppedBytes: 1000, partMissing: true });
    expect(again.region(0)?.have.bytes).toBe(0);
    await again.close();
  });

  test('a partial file without a journal is never trusted nor overwritten', async () => {
    const at = await setUp();
    await writeFile(join(at.folder, 'a.bin.part'), 'somebody else');
    await expect(create(at)).rejects.toMatchObject({ code: 'name-conflict' });
    expect(await readFile(join(at.folder, 'a.bin.part'), 'utf8')).toBe('somebody else');
  });

  test('a journal that cannot be read is refused and left alone', async () => {
    const at = await setUp();
    await writeFile(join(at.folder, 'a.bin.satchel'), 'no journal\n');
    await writeFile(join(at.folder, 'a.bin.part'), 'bytes');
    await expect(reopen(at)).rejects.toMatchObject({ code: 'corrupt-journal' });
    await expect(create(at)).rejects.toMatchObject({ code: 'name-conflict' });
    expect((await readdir(at.folder)).sort()).toEqual(['a.bin.part', 'a.bin.satchel']);
  });

  test('a journal without a first record and without bytes does not block its name', async () => {
    const at = await setUp();
    await writeFile(join(at.folder, 'a.bin.satchel'), '1a2b3c4d {"t":"op');
    const file = await create(at);
    await write(file, 0, 10);
    await file.close();
  });

  test('two do not work on one download at once', async () => {
    const at = await setUp();
    const file = await create(at);
    await expect(reopen(at)).rejects.toMatchObject({ code: 'already-running' });
    await expect(create(at)).rejects.toMatchObject({ code: 'name-conflict' });
    await file.close();
    await (await reopen(at)).file.close();
  });

  test('bytes that a journal claims twice, or beyond their region, are fetched again', async () => {
    const at = await setUp();
    const file = await create(at);
    await write(file, 0, 1000);
    await write(file, 1000, 2000);
    await file.close();
    const path = join(at.folder, 'a.bin.satchel');
    const lines = (await readFile(path, 'latin1')).split('\n');
    const twice = lines.findIndex((line) => line.includes('"from":1000,'));
    await writeFile(path, lines.toSpliced(twice, 0, lines[twice] ?? '').join('\n'));
    const opened = await reopen(at);
    expect(opened.droppedBytes).toBe(2000);
    expect(opened.file.region(0)?.have.pieces).toMatchObject([{ start: 0, end: 1000 }]);
    await write(opened.file, 1000, 2000);
    await opened.file.close();
    const again = await reopen(at);
    expect(again.droppedBytes).toBe(0);
    expect(again.file.region(0)?.have.pieces).toMatchObject([{ start: 0, end: 2000 }]);
    await again.file.placeRegion(0, 0, 1500);
    await again.file.close();
    const short = await reopen(at);
    expect(short.file.region(0)?.have.end).toBeLessThanOrEqual(1500);
    await short.file.close();
  });

  test('what was dropped stays dropped', async () => {
    const at = await setUp();
    const file = await create(at);
    await write(file, 0, 1000);
    await file.close();
    await truncate(join(at.folder, 'a.bin.part'), 500);
    await (await reopen(at)).file.close();
    const { file: again, droppedBytes } = await reopen(at);
    expect({ droppedBytes, bytes: again.region(0)?.have.bytes }).toEqual({ droppedBytes: 0, bytes: 0 });
    await again.close();
  });
});

describe('rule 27: finishing', () => {
  async function sealed(at: SetUp): Promise<void> {
    const file = await create(at);
    await write(file, 0, content.length);
    await file.barrier();
    const digests = await digestsOf(file, content.length, ['sha256', 'crc32']);
    expect(digests.crc32).toBe(crc32(content).toString(16).padStart(8, '0'));
    await file.seal({ name: 'a.bin', length: content.length, digests, modified: 1_000_000_000_000 });
    await file.releaseLock();
  }

  test('leaves the file alone, with its time', async () => {
    const at = await setUp();
    await sealed(at);
    await putInPlace(at.around.disk, at.place, 'a.bin', put('fail'));
    expect(await readdir(at.folder)).toEqual(['a.bin']);
    expect((await readFile(join(at.folder, 'a.bin'))).equals(content)).toBe(true);
    expect((await stat(join(at.folder, 'a.bin'))).mtimeMs).toBe(1_000_000_000_000);
  });

  test('a file that took the name meanwhile is not replaced', async () => {
    const at = await setUp();
    await sealed(at);
    await writeFile(join(at.folder, 'a.bin'), 'mine');
    await expect(putInPlace(at.around.disk, at.place, 'a.bin', put('fail'))).rejects.toMatchObject({
      code: 'name-conflict',
    });
    expect((await readdir(at.folder)).sort()).toEqual(['a.bin', 'a.bin.part', 'a.bin.satchel']);
    await putInPlace(at.around.disk, at.place, 'a.bin', put('replace'));
    expect((await readFile(join(at.folder, 'a.bin'))).equals(content)).toBe(true);
    expect(await readdir(at.folder)).toEqual(['a.bin']);
  });

  test.each(['link', 'unlink', 'sync'] as const)('goes on after a failure at %s', async (call) => {
    const at = await setUp();
    await sealed(at);
    at.fault.faults.push({ name: 'error', call, nth: 1, errno: 'EIO' });
    // Where links are refused it renames, so a failed link alone is no failure.
    if (call === 'link') at.fault.faults.push({ name: 'error', call: 'rename', nth: 1, errno: 'EIO' });
    await expect(putInPlace(at.around.disk, at.place, 'a.bin', put('fail'))).rejects.toMatchObject({
      code: 'disk-error',
    });
    expect(at.fault.happened('error')).toBeGreaterThan(0);
    const opened = await openPartialFile(at.around, at.place);
    expect(opened).toMatchObject({ kind: 'sealed', sealed: { name: 'a.bin', length: content.length } });
    if (opened.kind === 'sealed') await opened.lock.release();
    await putInPlace(at.around.disk, at.place, 'a.bin', put('fail'));
    expect(await readdir(at.folder)).toEqual(['a.bin']);
  });

  test('a power cut at any step loses neither the file nor its name', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const at = await setUp();
      const random = seeded(seed);
      await sealed(at);
      // The cut comes before, between or after the calls of the last step.
      const calls = ['link', 'unlink', 'sync', 'rename'] as const;
      const call = calls[seed % calls.length] ?? 'link';
      at.fault.faults.push({ name: 'error', call, nth: 1, errno: 'EIO' });
      await putInPlace(at.around.disk, at.place, 'a.bin', put('fail')).catch(() => {});
      await at.fault.powerCut(random);
      const names = await readdir(at.folder);
      if (names.includes('a.bin.satchel')) {
        const opened = await openPartialFile({ disk: new Disk(), clock: systemClock }, at.place);
        expect(opened.kind).toBe('sealed');
        if (opened.kind === 'sealed') await opened.lock.release();
        await putInPlace(new Disk(), at.place, 'a.bin', put('fail'));
      }
      expect(await readdir(at.folder)).toEqual(['a.bin']);
      expect((await readFile(join(at.folder, 'a.bin'))).equals(content)).toBe(true);
    }
  });
});

describe('power cuts', () => {
  test('never a wrong byte, and nothing lost that a barrier had covered', async () => {
    let dropped = 0;
    let kept = 0;
    for (let seed = 1; seed <= 80; seed++) {
      const random = seeded(seed);
      const at = await setUp();
      const file = await create(at);
      let safe = 0;
      const order = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].toSorted(() => random() - 0.5);
      for (const [n, index] of order.entries()) {
        await write(file, index * 30_000, (index + 1) * 30_000);
        if (random() < 0.2) {
          await file.barrier();
          safe = (n + 1) * 30_000;
        }
        if (random() < 0.1) break;
      }
      await at.fault.powerCut(random);
      await file.close().catch(() => {});
      const names = await readdir(at.folder);
      // Before the folder's first fsync the download may be gone as a whole, which loses nothing.
      if (safe === 0 && !names.includes('a.bin.satchel')) continue;
      const { file: again, droppedBytes } = await reopen(at);
      expect(again.region(0)?.have.bytes ?? 0).toBeGreaterThanOrEqual(safe);
      await demandTruth(at, again);
      dropped += droppedBytes;
      kept += again.region(0)?.have.bytes ?? 0;
      await again.close();
    }
    expect(dropped).toBeGreaterThan(0);
    expect(kept).toBeGreaterThan(0);
  });
});

describe('a full disk', () => {
  test('is disk-full, and what fits is kept', async () => {
    const at = await setUp([{ name: 'full', bytes: 100_000 }]);
    const file = await create(at);
    await write(file, 0, 60_000);
    await expect(write(file, 60_000, 160_000)).rejects.toMatchObject({ code: 'disk-full' });
    expect(at.fault.happened('full')).toBeGreaterThan(0);
    await file.close();
    const { file: again } = await reopen(at);
    expect(again.region(0)?.have.bytes).toBe(60_000);
    await write(again, 60_000, content.length);
    await again.close();
  });
});

describe('rule 28: room on the disk', () => {
  test('is looked at again at every barrier: what will not fit stops before the disk is full', async () => {
    const folder = await tempFolder();
    let free = 1_000_000;
    const fileSystem = { ...fs, statfs: async () => ({ blocks: 1, bavail: free, bsize: 1 }) };
    const around = { disk: new Disk(fileSystem as unknown as FileSystem), clock: systemClock };
    const place = { folder, name: 'a.bin' };
    const file = await createPartialFile(around, place, { id: '01J', notes: {} });
    await file.placeRegion(0, 0, content.length);
    await write(file, 0, 100_000);
    await file.barrier();
    free = content.length - 100_000 - 1;
    await expect(file.barrier()).rejects.toMatchObject({ code: 'disk-full' });
    await expect(write(file, 100_000, 200_000)).rejects.toMatchObject({ code: 'disk-full' });
    await file.close();
    free = content.length;
    const opened = await openPartialFile(around, place);
    if (opened.kind !== 'open') throw new Error('it is sealed');
    expect(opened.file.region(0)?.have.bytes).toBe(100_000);
    await opened.file.close();
  });
});
