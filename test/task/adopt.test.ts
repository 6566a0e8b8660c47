import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPartialFile } from '../../main/bytes/open.ts';
import { adoptJournals } from '../../main/task/adopt.ts';
import { newFileRecord } from '../../main/task/new-record.ts';
import { NOTES } from '../../main/task/notes.ts';
import type { TaskRecord } from '../../main/task/record.ts';
import { systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const disk = new Disk();
const URL = 'http://a/x.bin';

const task = (dir: string, more: Partial<TaskRecord> = {}) =>
  newFileRecord({ url: URL, dir, out: null }, 0, more);

/** What a killed process leaves of a download it had just begun. */
async function begun(folder: string, name: string, id: string, url = URL): Promise<void> {
  const notes = { [NOTES.item]: { url } };
  const file = await createPartialFile({ disk, clock: systemClock }, { folder, name }, { id, notes });
  await file.close();
}

const adopt = (records: readonly TaskRecord[], byAddress = true, others = records) =>
  adoptJournals(records, { disk, others: () => others, byAddress });

test('a task is given its own partial file before one of the same address', async () => {
  const folder = await tempFolder();
  const own = task(folder);
  await begun(folder, 'a.bin', 'SOMEBODY');
  await begun(folder, 'b.bin', own.id);
  await adopt([own]);
  expect(own.place).toEqual({ folder, name: 'b.bin', journalId: own.id });
});

test('one partial file goes to one task, and none that another has', async () => {
  const folder = await tempFolder();
  await begun(folder, 'a.bin', 'SOMEBODY');
  const [first, second] = [task(folder), task(folder)];
  await adopt([first, second]);
  expect([first.place?.name, second.place]).toEqual(['a.bin', null]);
  const third = task(folder);
  await adopt([third], true, [first]);
  expect(third.place).toBeNull();
});

test('those of the same address only where that is asked for', async () => {
  const folder = await tempFolder();
  await begun(folder, 'a.bin', 'SOMEBODY');
  const one = task(folder);
  await adopt([one], false);
  expect(one.place).toBeNull();
});

test('a task that asks where to go is given none, nor one that is done', async () => {
  const folder = await tempFolder();
  await begun(folder, 'a.bin', 'SOMEBODY');
  const tasks = [task(folder, { asking: true, state: 'paused' }), task(folder, { state: 'done' })];
  await adopt(tasks);
  expect(tasks.map(({ place }) => place)).toEqual([null, null]);
});

test('what was begun anew right before a crash is gone on with, and still replaces the finished file', async () => {
  const folder = await tempFolder();
  const finished = { path: join(folder, 'x.bin'), bytes: 5, modified: 0 };
  const again = task(folder, { startOver: true, finished });
  await begun(folder, 'x.bin', again.id);
  await adopt([again], false);
  expect(again).toMatchObject({
    place: { name: 'x.bin' },
    startOver: false,
    finished: null,
    replacing: finished,
  });
});

test('one that is to begin anew does not take what is of the same address', async () => {
  const folder = await tempFolder();
  await begun(folder, 'x.bin', 'SOMEBODY');
  const again = task(folder, { startOver: true });
  await adopt([again]);
  expect([again.place, again.startOver]).toEqual([null, true]);
});

test('a folder that cannot be read has none', async () => {
  const folder = await tempFolder();
  await mkdir(join(folder, 'sub'));
  await begun(join(folder, 'sub'), 'a.bin', 'SOMEBODY');
  const readable = task(join(folder, 'sub'));
  await adopt([task('/dev/null/nowhere'), readable]);
  expect(readable.place?.name).toBe('a.bin');
});
