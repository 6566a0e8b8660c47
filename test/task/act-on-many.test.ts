import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { EngineDesk } from '../kit/engine.ts';

const addMany = async (desk: EngineDesk, count: number, paused = false) => {
  const tasks = Array.from({ length: count }, (_, n) => ({ url: desk.server.url(`/${n}`), paused }));
  return (await desk.call('tasks.addAll', { tasks })).tasks.map(({ id }) => id);
};

/** States of all tasks, as a set. */
const states = async (desk: EngineDesk) => {
  const { counts } = await desk.call('status', {});
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
};

describe('one command for many tasks', () => {
  test('does what the command for one does, in their order, and collects what is refused', async () => {
    const desk = await EngineDesk.open();
    desk.serve('/done');
    const { id: done } = await desk.add('/done');
    await desk.reaches(done, 'done');
    await desk.call('settings.update', { jobs: 1 });
    const ids = await addMany(desk, 3, true);
    const all = [ids[2] ?? '', done, 'nobody', ids[0] ?? '', ids[2] ?? ''];
    const { count, refused } = await desk.call('tasks.act', { ids: all, action: 'remove' });
    expect([count, refused.map(({ taskId, error }) => [taskId, error.code])]).toEqual([
      3,
      [['nobody', 'not-found']],
    ]);
    expect(desk.events().slice(-3)).toEqual(['task.removed', 'task.removed', 'task.removed']);
    const { tasks } = await desk.call('tasks.list', {});
    expect(tasks.map(({ id }) => id)).toEqual([ids[1]]);
    expect(await desk.files()).toEqual(['done']);
    const again = await desk.call('tasks.act', { ids: [ids[1] ?? '', done], action: 'pause' });
    expect(again.refused.map(({ taskId, error }) => [taskId, error.code])).toEqual([
      [done, 'not-found'],
      [ids[1], 'bad-transition'],
    ]);
    expect(again.count).toBe(0);
  });

  test.each([
    ['retry', 'failed', 2],
    ['restart', 'failed', 2],
    ['resume', 'paused', 2],
    ['start', 'paused', 2],
    ['start', 'failed', 0],
  ] as const)('%s of what is %s', async (action, state, count) => {
    const desk = await EngineDesk.open({ jobs: 1, retries: 0 });
    const ids = await addMany(desk, 2, state === 'paused');
    for (const id of ids) await desk.reaches(id, state);
    for (const path of ['/0', '/1']) desk.serve(path);
    const gates = count === 0 ? [] : ['/0', '/1'].map((path) => desk.server.gate(path, 1000));
    const answer = await desk.call('tasks.act', { ids, action });
    expect([answer.count, answer.refused.length]).toEqual([count, 2 - count]);
    // Beyond the number of tasks at once only those that are to start now.
    await Promise.all(gates.slice(0, action === 'start' ? 2 : 1).map(({ reached }) => reached));
    for (const gate of gates) gate.release();
    for (const id of ids) await desk.reaches(id, count === 0 ? state : 'done');
  });

  test('starts nothing that is to be paused or removed next', async () => {
    for (const action of ['pause', 'remove'] as const) {
      const desk = await EngineDesk.open({ jobs: 2, connections: 1, perHost: 64 });
      for (let n = 0; n < 300; n++) desk.serve(`/${n}`, { size: 1000 });
      const gates = ['/0', '/1'].map((path) => desk.server.gate(path, 100));
      const ids = await addMany(desk, 300);
      await Promise.all(gates.map(({ reached }) => reached));
      expect((await desk.call('tasks.act', { ids, action })).count).toBe(300);
      expect(desk.server.requests).toHaveLength(2);
      expect(desk.events().filter((type) => type === 'task.started')).toHaveLength(2);
      for (const gate of gates) gate.release();
      expect(await states(desk)).toEqual(action === 'pause' ? { paused: 300 } : {});
    }
  });

  test('takes the files along where that is wanted', async () => {
    const desk = await EngineDesk.open();
    for (const path of ['/0', '/1']) desk.serve(path);
    const ids = await addMany(desk, 2);
    for (const id of ids) await desk.reaches(id, 'done');
    expect(await desk.files()).toEqual(['0', '1']);
    await desk.call('tasks.act', { ids, action: 'remove', files: 'delete' });
    expect(await desk.files()).toEqual([]);
  });

  test('lets everything else have its turn, and is remembered', async () => {
    const desk = await EngineDesk.open({ jobs: 1 });
    desk.serve('/0');
    const gate = desk.server.gate('/0', 1000);
    const ids = await addMany(desk, 3000);
    await gate.reached;
    let turns = 0;
    let answered = false;
    const acting = desk.call('tasks.act', { ids, action: 'pause' }).finally(() => {
      answered = true;
    });
    while (!answered) {
      await turn();
      turns += 1;
    }
    expect((await acting).count).toBe(3000);
    expect(turns).toBeGreaterThanOrEqual(15);
    gate.release();
    await desk.again();
    expect(await states(desk)).toEqual({ paused: 3000 });
  });
});

test('several tasks are shown in the order of the list, without those that are not there', async () => {
  const desk = await EngineDesk.open();
  const ids = await addMany(desk, 3, true);
  const wanted = [ids[2] ?? '', 'nobody', ids[0] ?? '', ids[2] ?? ''];
  const { tasks } = await desk.call('tasks.getMany', { ids: wanted });
  expect(tasks).toEqual([await desk.task(ids[0] ?? ''), await desk.task(ids[2] ?? '')]);
});
