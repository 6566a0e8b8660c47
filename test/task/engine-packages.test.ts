import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CommandInput } from '../../main/contract/commands.ts';
import type { Item, Task } from '../../main/contract/task.ts';
import { EngineDesk } from '../kit/engine.ts';
import { demandSound, entriesIn } from '../kit/zip-readers.ts';

type Given = NonNullable<CommandInput<'tasks.add'>['items']>;

const SIZE = 300_000;

/** A desk with `/a.bin`, `/b.bin`, `/c.bin`, of which the middle one is not there. */
async function withMissing(settings: CommandInput<'settings.update'> = {}) {
  const desk = await EngineDesk.open(settings);
  desk.serve('/a.bin', { seed: 1, size: SIZE });
  desk.serve('/c.bin', { seed: 3, size: SIZE });
  return desk;
}

const itemsOf = (desk: EngineDesk, names: readonly string[]): Given =>
  names.map((name) => ({ url: desk.server.url(name) }));

async function addPackage(
  desk: EngineDesk,
  names: readonly string[],
  more: Partial<CommandInput<'tasks.add'>> = {},
): Promise<Task> {
  const given = { kind: 'package' as const, name: 'bundle', items: itemsOf(desk, names), ...more };
  return (await desk.call('tasks.add', given)).task;
}

const itemOf = (task: Task, name: string): Item => {
  const found = task.items.find((item) => item.name === name);
  if (!found) throw new Error(`no item ${name} in ${task.items.map((item) => item.name)}`);
  return found;
};

const namesIn = async (desk: EngineDesk, name = 'bundle.zip') => {
  const path = join(desk.downloads, name);
  await demandSound(path);
  return (await entriesIn(path)).map(([entry]) => entry);
};

const states = (task: Task) => Object.fromEntries(task.items.map(({ name, state }) => [name, state]));

describe('a package', () => {
  test('becomes one ZIP, shown as one task with its items, and told item by item', async () => {
    const desk = await withMissing();
    const { id, name, kind, items } = await addPackage(desk, ['/a.bin', '/c.bin']);
    expect([name, kind, items.map(({ state }) => state)]).toEqual([
      'bundle.zip',
      'package',
      ['waiting', 'waiting'],
    ]);
    const task = await desk.reaches(id, 'done');
    expect(await namesIn(desk)).toEqual(['a.bin', 'c.bin']);
    expect(await desk.files()).toEqual(['bundle.zip']);
    expect(task).toMatchObject({ received: 2 * SIZE, total: 2 * SIZE, progress: 100, compress: 'auto' });
    expect(states(task)).toEqual({ 'a.bin': 'done', 'c.bin': 'done' });
    const done = desk.events(id).filter((type) => type === 'item.done');
    expect(done).toHaveLength(2);
    expect(desk.events(id).at(-1)).toBe('task.done');
    const { entries } = await desk.call('history.search', { q: 'bundle' });
    expect(entries).toMatchObject([{ outcome: 'done', path: task.path }]);
  });

  test('is paused and goes on after a restart of the engine, with nothing fetched twice', async () => {
    const desk = await EngineDesk.open({ connections: 1, jobs: 1 });
    desk.serve('/a.bin', { seed: 1, size: SIZE });
    desk.serve('/b.bin', { seed: 2, size: 4_000_000 });
    const gate = desk.server.gate('/b.bin', 2_000_000);
    const { id } = await addPackage(desk, ['/a.bin', '/b.bin']);
    await gate.reached;
    await desk.receives(id, SIZE + 1_000_000);
    const paused = (await desk.call('tasks.pause', { id })).task;
    expect(states(paused)).toEqual({ 'a.bin': 'done', 'b.bin': 'paused' });
    gate.release();
    await desk.again();
    const { received } = await desk.task(id);
    expect(received).toBeGreaterThan(SIZE + 900_000);
    const before = desk.server.requests.length;
    expect(states((await desk.call('tasks.resume', { id })).task)).toMatchObject({ 'b.bin': 'waiting' });
    await desk.reaches(id, 'done');
    expect(await namesIn(desk)).toEqual(['a.bin', 'b.bin']);
    const later = desk.server.requests.slice(before);
    expect(later.map(({ path }) => path)).not.toContain('/a.bin');
    expect(later.find(({ path }) => path === '/b.bin')?.headers['range']).toMatch(/^bytes=[1-9]/);
    expect(desk.events(id).filter((type) => type === 'item.done')).toHaveLength(2);
  });

  test('is gone with everything of it when it is removed', async () => {
    const desk = await withMissing();
    const gate = desk.server.gate('/c.bin', 1000);
    const { id } = await addPackage(desk, ['/a.bin', '/c.bin']);
    await gate.reached;
    await desk.until(async () => (await desk.files()).length === 2);
    await desk.call('tasks.remove', { id });
    gate.release();
    expect(await desk.files()).toEqual([]);
  });

  test('begun anew takes the place of the finished one only when it is done', async () => {
    const desk = await withMissing();
    const { id } = await addPackage(desk, ['/a.bin', '/c.bin']);
    await desk.reaches(id, 'done');
    const gate = desk.server.gate('/c.bin', 1000);
    const { task } = await desk.call('tasks.restart', { id });
    expect([task.received, new Set(Object.values(states(task)))]).toEqual([0, new Set(['waiting'])]);
    await gate.reached;
    expect(await namesIn(desk)).toEqual(['a.bin', 'c.bin']);
    gate.release();
    await desk.reaches(id, 'done');
    expect(await desk.files()).toEqual(['bundle.zip']);
  });

  test('goes on by its own journal when the list was lost before that was remembered', async () => {
    const desk = await EngineDesk.open({ connections: 1 });
    desk.serve('/a.bin', { seed: 1, size: 2_000_000 });
    const gate = desk.server.gate('/a.bin', 1_000_000);
    const death = desk.deathAt(({ type }) => type === 'progress');
    const { id } = await addPackage(desk, ['/a.bin']);
    await gate.reached;
    gate.release();
    await death();
    await desk.reaches(id, 'done');
    expect(await desk.files()).toEqual(['bundle.zip']);
    expect(await namesIn(desk)).toEqual(['a.bin']);
  });
});

describe('an item that fails for good', () => {
  const failing = async () => {
    const desk = await withMissing();
    const { id } = await addPackage(desk, ['/a.bin', '/b.bin', '/c.bin']);
    const task = await desk.reaches(id, 'failed');
    expect(states(task)).toEqual({ 'a.bin': 'done', 'b.bin': 'failed', 'c.bin': 'done' });
    expect(itemOf(task, 'b.bin').error).toMatchObject({ code: 'not-found' });
    expect(task.error).toMatchObject({ code: 'not-found' });
    expect(desk.events(id).filter((type) => type === 'item.failed')).toHaveLength(1);
    return { desk, id, itemId: itemOf(task, 'b.bin').id, sent: desk.server.sentTotal };
  };

  test('is tried again, and nothing else is fetched', async () => {
    const { desk, id, itemId, sent } = await failing();
    desk.serve('/b.bin', { seed: 2, size: SIZE });
    const { task } = await desk.call('items.retry', { id, itemId });
    expect([task.state, itemOf(task, 'b.bin').error]).not.toContain('failed');
    await desk.reaches(id, 'done');
    expect(await namesIn(desk)).toEqual(['a.bin', 'b.bin', 'c.bin']);
    expect(desk.server.sentTotal - sent).toBe(SIZE);
  });

  test('is given a new link', async () => {
    const { desk, id, itemId } = await failing();
    desk.serve('/new/b.bin', { seed: 2, size: SIZE });
    await desk.call('items.update', { id, itemId, url: desk.server.url('/new/b.bin') });
    await desk.call('tasks.retry', { id });
    const task = await desk.reaches(id, 'done');
    expect(itemOf(task, 'b.bin').url).toBe(desk.server.url('/new/b.bin'));
    expect(await namesIn(desk)).toEqual(['a.bin', 'b.bin', 'c.bin']);
  });

  test('is replaced by a file of this machine', async () => {
    const { desk, id, itemId } = await failing();
    const path = join(desk.folder, 'mine.bin');
    await writeFile(path, Buffer.alloc(5000, 'm'));
    await desk.call('items.update', { id, itemId, path });
    await desk.call('tasks.retry', { id });
    const task = await desk.reaches(id, 'done');
    expect(task.items[1]).toMatchObject({ url: null, path, state: 'done', received: 5000, total: 5000 });
    expect((await namesIn(desk))[1]).toMatch(/^(b|mine)\.bin$/);
  });

  test('is left out, with a word on it in the ZIP', async () => {
    const { desk, id, sent } = await failing();
    const { task } = await desk.call('tasks.finishWithout', { id });
    expect(itemOf(task, 'b.bin')).toMatchObject({ leftOut: true, state: 'failed' });
    expect(task.total).toBe(2 * SIZE);
    const done = await desk.reaches(id, 'done');
    expect(itemOf(done, 'b.bin')).toMatchObject({ leftOut: true, state: 'failed' });
    expect(await namesIn(desk)).toEqual(['a.bin', 'c.bin', 'MISSING.txt']);
    expect(desk.server.sentTotal).toBe(sent);
    await desk.call('tasks.restart', { id });
    await desk.reaches(id, 'failed');
    expect(itemOf(await desk.task(id), 'b.bin').leftOut).toBe(false);
  });

  test('is left out while others are still under way', async () => {
    const desk = await withMissing();
    const gate = desk.server.gate('/c.bin', 1000);
    const { id } = await addPackage(desk, ['/a.bin', '/b.bin', '/c.bin']);
    await gate.reached;
    await desk.until(() => desk.events(id).includes('item.failed'));
    expect((await desk.task(id)).state).toBe('running');
    await desk.call('tasks.finishWithout', { id });
    gate.release();
    await desk.reaches(id, 'done');
    expect(await namesIn(desk)).toEqual(['a.bin', 'c.bin', 'MISSING.txt']);
    expect(desk.events(id)).not.toContain('task.failed');
  });

  test.each([
    ['with what is there of it', false, /^bytes=[1-9]/],
    ['from zero', true, /^bytes=0-/],
  ])('is tried again %s', async (_, restart, range) => {
    const desk = await EngineDesk.open({ connections: 1, retries: 1 });
    const faults = [
      { name: 'expire-after', requests: 1, status: 404 },
      { name: 'truncate', after: 1_000_000 },
    ] as const;
    desk.serve('/b.bin', { seed: 2, size: 2_000_000, faults });
    const { id, items } = await addPackage(desk, ['/b.bin']);
    const failed = await desk.reaches(id, 'failed');
    expect(desk.server.happened('truncate')).toBe(1);
    expect(failed.received).toBeGreaterThan(0);
    const since = desk.server.requests.length;
    desk.server.update('/b.bin', { faults: [] });
    const { task } = await desk.call('items.retry', { id, itemId: items[0]?.id ?? '', restart });
    expect(task.received > 0).toBe(!restart);
    await desk.reaches(id, 'done');
    expect(desk.server.requests[since]?.headers['range']).toMatch(range);
    expect(desk.events(id).includes('task.rewound')).toBe(restart);
    expect(await namesIn(desk)).toEqual(['b.bin']);
  });

  test('is tried again while others are still under way', async () => {
    const desk = await withMissing();
    const gate = desk.server.gate('/c.bin', 1000);
    const { id, items } = await addPackage(desk, ['/a.bin', '/b.bin', '/c.bin']);
    await gate.reached;
    await desk.until(() => desk.events(id).includes('item.failed'));
    desk.serve('/b.bin', { seed: 2, size: SIZE });
    await desk.call('items.retry', { id, itemId: items[1]?.id ?? '' });
    await desk.until(async () => (await desk.task(id)).items[1]?.state === 'done');
    gate.release();
    await desk.reaches(id, 'done');
    expect(await namesIn(desk)).toEqual(['a.bin', 'b.bin', 'c.bin']);
  });
});

describe('the list of a package', () => {
  test('is changed while it runs: items come, go, move and are renamed', async () => {
    const desk = await withMissing();
    desk.serve('/d.bin', { seed: 4, size: SIZE });
    const gate = desk.server.gate('/c.bin', 1000);
    const { id, items } = await addPackage(desk, ['/a.bin', '/c.bin', '/gone.bin']);
    const [a, c, gone] = items.map((item) => item.id) as [string, string, string];
    await gate.reached;
    await desk.call('items.remove', { id, itemId: gone });
    await desk.call('items.add', { id, items: itemsOf(desk, ['/d.bin']), position: 0 });
    await desk.call('items.update', { id, itemId: a, name: 'sub/../x/a.bin', position: 99 });
    await desk.call('items.update', { id, itemId: c, name: 'renamed.bin' });
    await desk.until(async () => (await desk.task(id)).items[0]?.state === 'done');
    await desk.call('tasks.update', { id, name: 'other name' });
    gate.release();
    const task = await desk.reaches(id, 'done');
    expect(task.name).toBe('other name.zip');
    expect(await namesIn(desk, 'other name.zip')).toEqual(['d.bin', 'renamed.bin', 'sub/_/x/a.bin']);
    expect(task.items.map(({ name }) => name)).toEqual(['d.bin', 'renamed.bin', 'sub/_/x/a.bin']);
    expect(await desk.files()).toEqual(['other name.zip']);
  });

  test('outlives the engine as it was changed', async () => {
    const desk = await withMissing();
    const { id, items } = await addPackage(desk, ['/a.bin', '/b.bin', '/c.bin'], { paused: true });
    await desk.call('items.remove', { id, itemId: items[1]?.id ?? '' });
    await desk.call('items.update', { id, itemId: items[2]?.id ?? '', position: 0, name: 'first.bin' });
    const before = await desk.task(id);
    await desk.again();
    expect(await desk.task(id)).toEqual(before);
    expect(before.items.map(({ name }) => name)).toEqual(['first.bin', 'a.bin']);
    await desk.call('tasks.resume', { id });
    await desk.reaches(id, 'done');
    expect(await namesIn(desk)).toEqual(['first.bin', 'a.bin']);
  });

  test('cannot be changed when it is done, nor lose its last item, nor be that of a file', async () => {
    const desk = await withMissing();
    const { id, items } = await addPackage(desk, ['/a.bin'], { paused: true });
    const itemId = items[0]?.id ?? '';
    expect((await desk.refused('items.remove', { id, itemId })).code).toBe('bad-transition');
    expect((await desk.refused('items.retry', { id, itemId })).code).toBe('bad-transition');
    expect((await desk.refused('tasks.finishWithout', { id })).code).toBe('bad-transition');
    expect((await desk.refused('tasks.openPartial', { id, name: 'x' })).code).toBe('bad-transition');
    expect((await desk.refused('items.update', { id, itemId: 'nobody', name: 'x' })).code).toBe('not-found');
    expect((await desk.refused('tasks.update', { id, url: 'http://h/' })).code).toBe('bad-input');
    const bad = [{ url: desk.server.url('/c.bin') }, { url: 'nothing' }];
    expect((await desk.refused('items.add', { id, items: bad })).code).toBe('bad-url');
    expect((await desk.task(id)).items).toHaveLength(1);
    await desk.call('tasks.resume', { id });
    const done = await desk.reaches(id, 'done');
    const [fresh] = itemsOf(desk, ['/c.bin']) as [Given[number]];
    for (const refused of [
      await desk.refused('items.add', { id, items: [fresh] }),
      await desk.refused('items.update', { id, itemId, name: 'x' }),
      await desk.refused('items.remove', { id, itemId }),
    ]) {
      expect(refused.code).toBe('bad-transition');
    }
    expect(await desk.task(id)).toEqual(done);
    const file = await desk.add('/c.bin', { paused: true });
    expect((await desk.refused('items.add', { id: file.id, items: [fresh] })).code).toBe('bad-input');
  });
});

describe('what is there of a package', () => {
  test('is written out as a ZIP while it runs, and it goes on', async () => {
    const desk = await withMissing();
    const gate = desk.server.gate('/c.bin', 1000);
    const { id } = await addPackage(desk, ['/a.bin', '/c.bin']);
    await gate.reached;
    await desk.until(async () => (await desk.task(id)).items[0]?.state === 'done');
    const opened = await desk.call('tasks.openPartial', { id, name: 'so far' });
    expect(opened).toMatchObject({ entries: 1, left: 1, path: join(desk.downloads, 'so far.zip') });
    expect(await namesIn(desk, 'so far.zip')).toEqual(['a.bin']);
    expect((await desk.refused('tasks.openPartial', { id, name: 'so far.zip' })).code).toBe('name-conflict');
    expect((await desk.refused('tasks.openPartial', { id, name: 'bundle.zip' })).code).toBe('name-conflict');
    expect(opened.task.state).toBe('running');
    gate.release();
    await desk.reaches(id, 'done');
    expect(await namesIn(desk)).toEqual(['a.bin', 'c.bin']);
    expect(await desk.files()).toEqual(['bundle.zip', 'so far.zip']);
  });
});

describe('with other tasks', () => {
  test('packages and files share the number of tasks at once, and waiting tasks come first', async () => {
    const desk = await EngineDesk.open({ jobs: 2, connections: 1 });
    const names = ['/1', '/2', '/3', '/4'];
    const gates = names.map((name) => {
      desk.serve(name, { size: 1000 });
      return desk.server.gate(name, 1);
    });
    const { id } = await addPackage(desk, ['/1', '/2', '/3']);
    await desk.server.until(() => desk.server.requests.length === 2);
    const file = await desk.add('/4');
    expect((await desk.task(file.id)).state).toBe('waiting');
    gates[0]?.release();
    // The slot that an item gives back is the waiting task's, not the next item's.
    await desk.server.until(() => desk.server.requests.length === 3);
    gates[1]?.release();
    await desk.reaches(file.id, 'running');
    for (const gate of gates) gate.release();
    for (const each of [id, file.id]) await desk.reaches(each, 'done');
    expect(desk.server.peakOpenRequests).toBe(2);
  });

  test('the same package is no duplicate of a file that it holds', async () => {
    const desk = await withMissing();
    await addPackage(desk, ['/a.bin'], { paused: true });
    const file = await desk.add('/a.bin');
    expect((await desk.reaches(file.id, 'done')).duplicateOf).toBeNull();
    const { items } = await desk.call('tasks.preview', { text: desk.server.url('/a.bin') });
    expect(items[0]?.duplicates.map(({ taskId }) => taskId)).toEqual([file.id]);
  });

  test('a package goes out with the list and comes back with it', async () => {
    const desk = await withMissing();
    await addPackage(desk, ['/a.bin', '/c.bin'], { paused: true, compress: 'store' });
    const { text } = await desk.call('list.export', {});
    const { tasks } = await desk.call('list.import', { text, paused: true });
    expect(tasks[0]).toMatchObject({ kind: 'package', name: 'bundle.zip', compress: 'store' });
    expect(tasks[0]?.items.map(({ url }) => url)).toEqual(
      ['/a.bin', '/c.bin'].map((at) => desk.server.url(at)),
    );
  });

  test('a secret of an item goes to its origin alone, and is nowhere to be read', async () => {
    const desk = await EngineDesk.open();
    desk.serve('/a.bin', { size: 1000 });
    const items = [{ url: desk.server.url('/a.bin'), headers: { 'x-token': 'S3CRET' } }];
    const { id } = await addPackage(desk, [], { items });
    await desk.reaches(id, 'done');
    expect(desk.server.requests[0]?.headers['x-token']).toBe('S3CRET');
    expect(JSON.stringify([desk.messages, desk.answers])).not.toContain('S3CRET');
  });
});
