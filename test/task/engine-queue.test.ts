import { describe, expect, onTestFinished, test } from 'vitest';
import type { Task } from '../../main/contract/task.ts';
import { Content } from '../kit/content.ts';
import { EngineDesk } from '../kit/engine.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { FaultServer, type Gate } from '../kit/fault-server.ts';

/** Another host, that holds each of its files at its first byte. */
async function slowHost(names: readonly string[]) {
  const server = await FaultServer.start();
  onTestFinished(() => server.close());
  const gates = new Map<string, Gate>();
  for (const name of names) {
    server.serve(name, { content: new Content(3, 1000) });
    gates.set(name, server.gate(name, 1));
  }
  return { server, release: (name: string) => gates.get(name)?.release() };
}

describe('rule 18: tasks on a host that wants to be left alone', () => {
  test.each([
    ['429', 429],
    ['503', 503],
  ])(
    '%s for five of them does not stop a sixth; they keep running and come back before waiting ones',
    async (_, status) => {
      const clock = new FakeClock();
      const desk = await EngineDesk.open({ jobs: 5, connections: 1 }, { clock });
      const mine = ['/held-1', '/held-2', '/held-3', '/held-4', '/held-5'];
      for (const name of mine) {
        const headers = { 'retry-after': '20' };
        // Answered when all of them have asked: the first refusal stops who has not.
        desk.serve(name, {
          size: 1000,
          firstByteDelayMs: 300,
          faults: [{ name: 'status', status, headers, times: 1 }],
        });
      }
      const others = ['/1', '/2', '/3', '/4', '/5', '/6', '/7'];
      const other = await slowHost(others);
      const { tasks: held } = await desk.call('tasks.addAll', {
        tasks: mine.map((name) => ({ url: desk.server.url(name) })),
      });
      const since = clock.now();
      await desk.server.until(() => desk.server.happened('status') === 5);
      await desk.until(() => desk.events().filter((type) => type === 'task.retrying').length === 5);
      const { tasks: added } = await desk.call('tasks.addAll', {
        tasks: others.map((name) => ({ url: other.server.url(name) })),
      });
      await other.server.until(() => other.server.requests.length === 5);
      const shown = await Promise.all(held.map(({ id }) => desk.task(id)));
      for (const { state, error } of shown) {
        expect(state).toBe('running');
        expect(error).toMatchObject({ code: 'http-status' });
      }
      await clock.advance(200);
      const rows = desk.messages.flatMap((message) => (message.type === 'progress' ? message.tasks : []));
      for (const { id } of held) {
        const at = rows.findLast(({ taskId }) => taskId === id)?.retryAt;
        expect(Date.parse(at ?? '') - since).toBeGreaterThanOrEqual(20_000);
      }
      // Five of the other host are in the middle of their file and two wait.
      expect((await desk.call('status', {})).counts).toMatchObject({ running: 10, waiting: 2 });
      await clock.advance(21_000);
      expect(desk.server.requests).toHaveLength(5);
      for (const [n, name] of others.slice(0, 4).entries()) {
        other.release(name);
        await desk.until(() => desk.server.requests.length >= 6 + n);
      }
      expect(other.server.requests).toHaveLength(5);
      for (const name of others) other.release(name);
      for (const { id } of [...held, ...added]) await desk.reaches(id, 'done');
    },
  );
});

describe('who runs', () => {
  test('so many at once and no more, over all tasks of a host', async () => {
    const desk = await EngineDesk.open({ jobs: 6, perHost: 2, connections: 8 });
    const names = ['/1', '/2', '/3', '/4'];
    const tasks: Task[] = [];
    const gates = names.map((name) => {
      desk.serve(name, { size: 1000 });
      return desk.server.gate(name, 1);
    });
    for (const name of names) tasks.push(await desk.add(name));
    await desk.server.until(() => desk.server.requests.length === 2);
    const states = async () => (await desk.call('tasks.list', {})).tasks.map(({ state }) => state);
    expect(await states()).toEqual(['running', 'running', 'waiting', 'waiting']);
    for (const gate of gates) gate.release();
    for (const { id } of tasks) await desk.reaches(id, 'done');
    expect(desk.server.peakOpenRequests).toBe(2);
  });

  test('start now runs beyond the number of tasks at once, and also what is paused', async () => {
    const desk = await EngineDesk.open({ jobs: 1 });
    const gates = ['/1', '/2', '/3', '/4'].map((name) => {
      desk.serve(name, { size: 1000 });
      return desk.server.gate(name, 1);
    });
    const first = await desk.add('/1');
    const second = await desk.add('/2');
    const third = await desk.add('/3', { paused: true });
    const fourth = await desk.add('/4');
    await desk.call('tasks.start', { id: second.id });
    await desk.call('tasks.start', { id: third.id });
    await desk.server.until(() => desk.server.requests.length === 3);
    const { tasks } = await desk.call('tasks.list', {});
    expect(tasks.map(({ state }) => state)).toEqual(['running', 'running', 'running', 'waiting']);
    for (const gate of gates) gate.release();
    for (const { id } of [first, second, third, fourth]) await desk.reaches(id, 'done');
    expect((await desk.refused('tasks.start', { id: first.id })).code).toBe('bad-transition');
  });

  test('the highest priority first, then the order of the list, which the user changes', async () => {
    const desk = await EngineDesk.open({ jobs: 1 });
    const names = ['/first', '/a', '/b', '/c', '/d', '/e'];
    for (const name of names) desk.serve(name, { size: 1000 });
    const gate = desk.server.gate('/first', 1);
    const first = await desk.add('/first');
    const [a, b, c, d, e] = [
      await desk.add('/a'),
      await desk.add('/b'),
      await desk.add('/c', { priority: 5 }),
      await desk.add('/d'),
      await desk.add('/e', { position: 1 }),
    ];
    await desk.call('tasks.update', { id: d.id, position: 0 });
    await desk.call('tasks.update', { id: a.id, priority: -1 });
    const order = (await desk.call('tasks.list', {})).tasks;
    expect(order.map(({ id }) => id)).toEqual([d, first, e, a, b, c].map(({ id }) => id));
    expect(order.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5]);
    gate.release();
    for (const { id } of [a, b, c, d, e]) await desk.reaches(id, 'done');
    expect(desk.server.requests.map(({ path }) => path)).toEqual(['/first', '/c', '/d', '/e', '/b', '/a']);
    await desk.again();
    expect((await desk.call('tasks.list', {})).tasks.map(({ id }) => id)).toEqual(order.map(({ id }) => id));
  });

  test('more at once as soon as the settings say so', async () => {
    const desk = await EngineDesk.open({ jobs: 1 });
    const gates = ['/1', '/2', '/3'].map((name) => {
      desk.serve(name, { size: 1000 });
      return desk.server.gate(name, 1);
    });
    for (const name of ['/1', '/2', '/3']) await desk.add(name);
    await desk.server.until(() => desk.server.requests.length === 1);
    await desk.call('settings.update', { jobs: 3 });
    await desk.server.until(() => desk.server.requests.length === 3);
    for (const gate of gates) gate.release();
    await desk.until(() => desk.events().filter((type) => type === 'task.done').length === 3);
  });

  test('pause all, resume all', async () => {
    const desk = await EngineDesk.open({ jobs: 2 });
    for (const name of ['/1', '/2', '/3', '/4']) desk.serve(name, { size: 1000 });
    const gates = ['/1', '/2'].map((name) => desk.server.gate(name, 1));
    for (const name of ['/1', '/2', '/3']) await desk.add(name);
    await desk.server.until(() => desk.server.requests.length === 2);
    expect(await desk.call('tasks.pauseAll', {})).toEqual({ count: 3 });
    for (const gate of gates) gate.release();
    await desk.again();
    const { counts } = await desk.call('status', {});
    expect(counts).toMatchObject({ paused: 3, running: 0, waiting: 0 });
    expect(await desk.call('tasks.resumeAll', {})).toEqual({ count: 3 });
    await desk.until(() => desk.events().filter((type) => type === 'task.done').length === 3);
  });

  test('a limit of a task holds from the moment it is changed', async () => {
    const desk = await EngineDesk.open({ connections: 1 });
    const content = desk.serve('/a.bin');
    const { id } = await desk.add('/a.bin', { limitRate: 1024 });
    await desk.receives(id, 1);
    expect(await desk.task(id)).toMatchObject({ state: 'running', limitRate: 1024 });
    // At that rate it would take three minutes more.
    await desk.call('tasks.update', { id, limitRate: null });
    await desk.reaches(id, 'done');
    await desk.demand('a.bin', content);
  });
});
