import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Content } from '../kit/content.ts';
import { EngineDesk } from '../kit/engine.ts';
import { demandSound, entriesIn } from '../kit/zip-readers.ts';

const KEY = { 'x-key': 'of the one download' };

/** A finished download, and one that has not begun and has a key for its server. */
async function scene() {
  const desk = await EngineDesk.open();
  const [finished, later] = [new Content(1, 300_000), new Content(2, 200_000)];
  desk.server.serve('/done.bin', { content: finished });
  desk.server.serve('/later.bin', { content: later });
  const { task: done } = await desk.call('tasks.add', { url: desk.server.url('/done.bin') });
  const { path } = await desk.reaches(done.id, 'done');
  const { task: waiting } = await desk.call('tasks.add', {
    ...{ url: desk.server.url('/later.bin'), headers: KEY, paused: true },
  });
  return { desk, done: { ...done, path }, waiting, sums: [finished.sha256(), later.sha256()] };
}

test('a finished download is packed from the disk, one that has not begun from where it comes, with its key', async () => {
  const { desk, done, waiting, sums } = await scene();
  const before = desk.server.requests.length;
  const items = [{ task: done.id }, { task: waiting.id, name: 'folder/second.bin' }];
  const { task } = await desk.call('tasks.add', { kind: 'package', name: 'both.zip', items });
  await desk.reaches(task.id, 'done');
  const path = join(desk.downloads, 'both.zip');
  await demandSound(path);
  expect(await entriesIn(path)).toEqual([
    ['done.bin', sums[0]],
    ['folder/second.bin', sums[1]],
  ]);
  const asked = desk.server.requests.slice(before);
  expect(asked.length).toBeGreaterThan(0);
  for (const { path: wanted, headers } of asked) {
    expect(wanted).toBe('/later.bin');
    expect(headers).toMatchObject(KEY);
  }
  // What was packed is where it was.
  expect((await stat(done.path)).size).toBe(300_000);
});

test('one is added to a package that is there; one that is in no list, a package, or two sources at once are refused', async () => {
  const { desk, done, waiting } = await scene();
  const { task } = await desk.call('tasks.add', {
    ...{ kind: 'package', paused: true, items: [{ task: waiting.id }] },
  });
  const { task: more } = await desk.call('items.add', { id: task.id, items: [{ task: done.id }] });
  expect(more.items.map(({ name, path }) => [name, path])).toEqual([
    ['later.bin', null],
    ['done.bin', done.path],
  ]);
  const refused = (item: object) => desk.refused('items.add', { id: task.id, items: [item] });
  expect((await refused({ task: 'nobody' })).code).toBe('not-found');
  expect((await refused({ task: task.id })).code).toBe('bad-input');
  expect((await refused({ task: done.id, path: '/x' })).code).toBe('bad-input');
  expect((await refused({ task: done.id, headers: KEY })).code).toBe('bad-input');
  const file = await desk.refused('tasks.add', { items: [{ task: done.id }] });
  expect(file.code).toBe('bad-input');
});

test('a finished file that is gone by then is said to be missing, and another takes its place', async () => {
  const { desk, done, waiting, sums } = await scene();
  await rm(done.path);
  const items = [{ task: done.id }, { task: waiting.id }];
  const { task } = await desk.call('tasks.add', { kind: 'package', name: 'p.zip', items });
  const failed = await desk.reaches(task.id, 'failed');
  expect(failed.items.map(({ state, error }) => [state, error?.code ?? null])).toEqual([
    ['failed', 'not-found'],
    ['done', null],
  ]);
  const itemId = failed.items[0]?.id ?? '';
  await desk.call('items.update', { id: task.id, itemId, url: desk.server.url('/done.bin') });
  await desk.call('tasks.retry', { id: task.id });
  await desk.reaches(task.id, 'done');
  expect((await entriesIn(join(desk.downloads, 'p.zip'))).map(([, sum]) => sum)).toEqual(sums);
});
