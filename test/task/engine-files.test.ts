import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EngineDesk } from '../kit/engine.ts';

/** A desk with a task that stands at byte `at` of its file, and what lets it go on. */
async function half(at = 100_000) {
  const desk = await EngineDesk.open({ connections: 1 });
  const content = desk.serve('/a.bin');
  const gate = desk.server.gate('/a.bin', at);
  const { id } = await desk.add('/a.bin');
  await desk.receives(id, at);
  return { desk, content, gate, id, at };
}

/** A desk with a finished task. */
async function done() {
  const desk = await EngineDesk.open({ connections: 1 });
  const content = desk.serve('/a.bin');
  const { id } = await desk.add('/a.bin');
  await desk.reaches(id, 'done');
  return { desk, content, id, path: join(desk.downloads, 'a.bin') };
}

/** What is asked for when so much is there. */
const rest = (at: number) => `bytes=${at}-199999`;
const PARTS = ['a.bin.part', 'a.bin.satchel'];

describe('a file task', () => {
  test('is added, told of and done, with the file alone in its folder', async () => {
    const { desk, content, id } = await done();
    expect(desk.events(id)).toEqual(['task.added', 'task.started', 'task.done']);
    expect(await desk.task(id)).toMatchObject({
      state: 'done',
      progress: 100,
      received: 200_000,
      total: 200_000,
      path: join(desk.downloads, 'a.bin'),
      segments: [],
    });
    expect(await desk.files()).toEqual(['a.bin']);
    await desk.demand('a.bin', content);
  });

  test('paused keeps its bytes, also over a restart, and goes on with them', async () => {
    const { desk, content, gate, id, at } = await half();
    await desk.call('tasks.pause', { id });
    gate.release();
    await desk.again();
    expect(await desk.task(id)).toMatchObject({ state: 'paused', received: at, error: null });
    expect(await desk.files()).toEqual(PARTS);
    const sent = desk.server.requests.length;
    await desk.call('tasks.resume', { id });
    await desk.reaches(id, 'done');
    expect(desk.server.requests.slice(sent).map(({ range }) => range)).toEqual([rest(at)]);
    await desk.demand('a.bin', content);
  });

  test('running goes on by itself at the next start', async () => {
    const { desk, content, gate, id, at } = await half();
    gate.release();
    await desk.again();
    await desk.reaches(id, 'done');
    expect(desk.server.requests.at(-1)?.range).toBe(rest(at));
    expect(await desk.files()).toEqual(['a.bin']);
    await desk.demand('a.bin', content);
  });

  test('failed keeps its bytes; retry goes on with them', async () => {
    const { desk, content, gate, id, at } = await half();
    await desk.call('tasks.pause', { id });
    gate.release();
    desk.server.update('/a.bin', { faults: [{ name: 'status', status: 403 }] });
    await desk.call('tasks.resume', { id });
    const { error } = await desk.reaches(id, 'failed');
    expect(error?.code).toBe('url-expired');
    expect(await desk.files()).toEqual(PARTS);
    desk.server.update('/a.bin', { faults: [] });
    await desk.call('tasks.retry', { id });
    await desk.reaches(id, 'done');
    expect(desk.server.requests.at(-1)?.range).toBe(rest(at));
    await desk.demand('a.bin', content);
  });

  test('a new link takes the place of one that has expired', async () => {
    const { desk, content, gate, id, at } = await half();
    await desk.call('tasks.pause', { id });
    gate.release();
    desk.server.update('/a.bin', { faults: [{ name: 'status', status: 410 }] });
    desk.server.serve('/fresh/link', { content, etag: `"${content.id}"` });
    await desk.call('tasks.resume', { id });
    await desk.reaches(id, 'failed');
    await desk.call('tasks.update', { id, url: desk.server.url('/fresh/link') });
    await desk.call('tasks.retry', { id });
    await desk.reaches(id, 'done');
    expect(desk.server.requests.at(-1)).toMatchObject({ path: '/fresh/link', range: rest(at) });
    expect(await desk.files()).toEqual(['a.bin']);
    await desk.demand('a.bin', content);
  });
});

describe('restart', () => {
  test('of a paused task: the old part stays as NAME.old.part until the new one is done', async () => {
    const { desk, gate, id, at } = await half();
    await desk.call('tasks.pause', { id });
    gate.release();
    await desk.until(async () => (await desk.files()).length === 2);
    const old = (await readFile(join(desk.downloads, 'a.bin.part'))).subarray(0, at);
    const content = desk.serve('/a.bin', { seed: 2 });
    const second = desk.server.gate('/a.bin', 50_000);
    await desk.call('tasks.restart', { id });
    await desk.receives(id, 50_000);
    expect(await desk.files()).toEqual(['a.bin.old.part', 'a.bin.old.satchel', ...PARTS]);
    expect((await readFile(join(desk.downloads, 'a.bin.old.part'))).subarray(0, at).equals(old)).toBe(true);
    expect(desk.events(id)).toContain('task.rewound');
    second.release();
    await desk.reaches(id, 'done');
    expect(await desk.files()).toEqual(['a.bin']);
    await desk.demand('a.bin', content);
  });

  test('of what a killed process had not remembered tells of it all the same', async () => {
    const desk = await EngineDesk.open({ connections: 1, jobs: 1 });
    desk.serve('/a.bin');
    desk.serve('/first.bin');
    const head = desk.server.gate('/a.bin', 0);
    const gates = [desk.server.gate('/a.bin', 100_000), desk.server.gate('/first.bin', 1000)];
    const { id } = await desk.add('/a.bin');
    await desk.until(async () => (await desk.task(id)).total === 200_000);
    // What is known of both is remembered before this is answered.
    await desk.add('/first.bin', { priority: 5 });
    const comeBack = desk.deathAt(
      (message) =>
        message.type === 'progress' && message.tasks.some((row) => row.taskId === id && row.received > 0),
    );
    head.release();
    await comeBack();
    // The list knows of nothing, the journal does.
    expect(await desk.task(id)).toMatchObject({ state: 'waiting', received: 0 });
    expect(await desk.files()).toEqual(expect.arrayContaining(PARTS));
    await desk.call('tasks.pause', { id });
    await desk.call('tasks.restart', { id });
    expect(desk.events(id)).toContain('task.rewound');
    for (const gate of gates) gate.release();
    await desk.reaches(id, 'done');
  });

  test('of a done task: the old file stays until the new one takes its place', async () => {
    const { desk, content: old, id } = await done();
    const content = desk.serve('/a.bin', { seed: 2 });
    const gate = desk.server.gate('/a.bin', 50_000);
    await desk.call('tasks.restart', { id });
    await desk.receives(id, 50_000);
    expect(await desk.files()).toEqual(['a.bin', ...PARTS]);
    await desk.demand('a.bin', old);
    gate.release();
    await desk.reaches(id, 'done');
    expect(await desk.files()).toEqual(['a.bin']);
    await desk.demand('a.bin', content);
  });

  test('of a done task whose file the user has changed: his stays, the new one is another', async () => {
    const { desk, id, path } = await done();
    await writeFile(path, 'mine');
    const content = desk.serve('/a.bin', { seed: 2 });
    await desk.call('tasks.restart', { id });
    const task = await desk.reaches(id, 'done');
    expect(await desk.files()).toEqual(['a (1).bin', 'a.bin']);
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect(task.path).toBe(join(desk.downloads, 'a (1).bin'));
    await desk.demand('a (1).bin', content);
  });

  test('of a done task that is killed in between goes on, and replaces the old file', async () => {
    const { desk, id } = await done();
    const content = desk.serve('/a.bin', { seed: 2 });
    const gate = desk.server.gate('/a.bin', 150_000);
    await desk.call('tasks.restart', { id });
    const comeBack = desk.deathAt(
      (message) => message.type === 'progress' && message.tasks.some(({ received }) => received >= 150_000),
    );
    await desk.receives(id, 150_000);
    await desk.until(() =>
      desk.messages.some((m) => m.type === 'progress' && m.tasks[0]?.received === 150_000),
    );
    await comeBack();
    gate.release();
    await desk.reaches(id, 'done');
    expect(await desk.files()).toEqual(['a.bin']);
    await desk.demand('a.bin', content);
  });
});

describe('remove', () => {
  test('of an unfinished task takes its part and journal away, also what was set aside for it', async () => {
    const { desk, gate, id } = await half();
    await desk.call('tasks.pause', { id });
    gate.release();
    const second = desk.server.gate('/a.bin', 50_000);
    await desk.call('tasks.restart', { id });
    await desk.receives(id, 50_000);
    expect(await desk.files()).toHaveLength(4);
    await desk.call('tasks.remove', { id });
    second.release();
    expect(await desk.files()).toEqual([]);
    expect((await desk.refused('tasks.get', { id })).code).toBe('not-found');
    await desk.again();
    expect((await desk.call('tasks.list', {})).tasks).toEqual([]);
    const { entries } = await desk.call('history.search', {});
    expect(entries).toMatchObject([{ taskId: id, outcome: 'removed' }]);
  });

  test.each([
    ['keep', ['a.bin']],
    ['delete', []],
  ] as const)('of a finished task with files: %s leaves %j', async (files, left) => {
    const { desk, id } = await done();
    await desk.call('tasks.remove', { id, files });
    expect(await desk.files()).toEqual(left);
    const { entries } = await desk.call('history.search', {});
    expect(entries).toMatchObject([{ taskId: id, outcome: 'done' }]);
  });

  test('with its files leaves one alone that the user has changed', async () => {
    const { desk, id, path } = await done();
    await writeFile(path, 'mine');
    await desk.call('tasks.remove', { id, files: 'delete' });
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  test('cut short by a kill goes on at the next start', async () => {
    const { desk, gate, id } = await half();
    const comeBack = desk.deathAt(
      (message) => message.type === 'event' && message.event_type === 'task.removed',
    );
    await desk.call('tasks.remove', { id });
    gate.release();
    await comeBack();
    const gone = async () => (await desk.files()).length === 0;
    for (let looks = 0; looks < 1000 && !(await gone()); looks++) await desk.call('tasks.list', {});
    expect(await desk.files()).toEqual([]);
    expect((await desk.call('tasks.list', {})).tasks).toEqual([]);
    await desk.again();
    expect((await desk.call('tasks.list', {})).tasks).toEqual([]);
  });
});
