import { link, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPartialFile } from '../../main/bytes/open.ts';
import { setAside } from '../../main/bytes/set-aside.ts';
import { discardRecord } from '../../main/task/discard.ts';
import { newFileRecord } from '../../main/task/new-record.ts';
import { NOTES } from '../../main/task/notes.ts';
import type { TaskRecord } from '../../main/task/record.ts';
import { systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { FaultDisk } from '../kit/fault-disk.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const disk = new Disk();
const around = { disk, clock: systemClock };
const NAME = 'a.bin';

const removed = (folder: string, removing: 'keep' | 'delete', more: Partial<TaskRecord> = {}) =>
  newFileRecord({ url: 'http://a/a.bin', dir: folder, out: null }, 0, {
    removing,
    place: { folder, name: NAME, journalId: 'MINE' },
    ...more,
  });

/** A download of five bytes; `sealed` up to its last step, which a crash has prevented. */
async function download(folder: string, id: string, sealed: boolean): Promise<void> {
  const file = await createPartialFile(around, { folder, name: NAME }, { id, notes: {} });
  await file.placeRegion(0, 0, 5);
  await file.write(0, 0, [Buffer.from('hello')]);
  if (!sealed) return file.close();
  await file.seal({ name: NAME, length: 5, digests: {}, modified: null });
  await file.releaseLock();
}

async function discard(record: TaskRecord): Promise<string[]> {
  await discardRecord(disk, (path) => disk.remove(path), record);
  return (await readdir(record.dir)).sort();
}

test('an unfinished download goes', async () => {
  const folder = await tempFolder();
  await download(folder, 'MINE', false);
  expect(await readdir(folder)).toHaveLength(2);
  expect(await discard(removed(folder, 'keep'))).toEqual([]);
});

test("another's under the same name stays, whatever is asked", async () => {
  const folder = await tempFolder();
  await download(folder, 'THEIRS', false);
  expect(await discard(removed(folder, 'delete'))).toEqual(['a.bin.part', 'a.bin.satchel']);
});

test('a partial file without a journal is nobody’s, and stays', async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, 'a.bin.part'), 'x');
  expect(await discard(removed(folder, 'delete'))).toEqual(['a.bin.part']);
});

test.each([
  ['keep', ['a.bin']],
  ['delete', []],
] as const)('a file that a crash has left with its journal: %s', async (removing, left) => {
  const folder = await tempFolder();
  await download(folder, 'MINE', true);
  await disk.moveIntoPlace(join(folder, 'a.bin.part'), join(folder, 'a.bin'));
  expect(await discard(removed(folder, removing))).toEqual(left);
});

test.each([
  ['keep', ['a.bin']],
  ['delete', []],
] as const)('a file that has both of its names: %s', async (removing, left) => {
  const folder = await tempFolder();
  await download(folder, 'MINE', true);
  await link(join(folder, 'a.bin.part'), join(folder, 'a.bin'));
  expect(await discard(removed(folder, removing))).toEqual(left);
});

/** Killed before the nth file goes; then once more, as at the next start. */
async function discardTwice(folder: string, nth: number): Promise<string[]> {
  const fault = { name: 'error', call: 'unlink', nth, errno: 'EIO' } as const;
  const dying = new FaultDisk(folder, [fault]);
  const attempt = discardRecord(new Disk(dying.fileSystem), async () => {}, removed(folder, 'keep'));
  await expect(attempt).rejects.toMatchObject({ code: 'disk-error' });
  expect(dying.happened('error')).toBe(1);
  return discard(removed(folder, 'keep'));
}

test.each([1, 2, 3, 4])('killed before file %i goes, the next start finds what is left', async (nth) => {
  const folder = await tempFolder();
  await download(folder, 'EARLIER', false);
  const replaces = await setAside(disk, { folder, name: NAME });
  const notes = { [NOTES.replaces]: replaces };
  const file = await createPartialFile(around, { folder, name: NAME }, { id: 'MINE', notes });
  await file.close();
  expect(await readdir(folder)).toHaveLength(4);
  expect(await discardTwice(folder, nth)).toEqual([]);
});

test.each([1, 2])('of what was only set aside too: killed before file %i', async (nth) => {
  const folder = await tempFolder();
  await download(folder, 'MINE', false);
  await setAside(disk, { folder, name: NAME });
  expect(await discardTwice(folder, nth)).toEqual([]);
});

test('a finished file that somebody has changed stays', async () => {
  const folder = await tempFolder();
  const path = join(folder, 'a.bin');
  await writeFile(path, 'hello');
  const modified = (await disk.facts(path))?.modified ?? 0;
  const finished = { path, bytes: 5, modified };
  const done = { state: 'done', place: null, finished } as const;
  expect(await discard(removed(folder, 'delete', { ...done, finished: { ...finished, bytes: 6 } }))).toEqual([
    'a.bin',
  ]);
  expect(await discard(removed(folder, 'delete', done))).toEqual([]);
});
