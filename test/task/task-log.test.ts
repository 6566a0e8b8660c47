import { expect, test } from 'vitest';
import type { EventType } from '../../main/contract/events.ts';
import { eventMessage } from '../../main/progress/envelope.ts';
import { EngineDesk } from '../kit/engine.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { taskRecord } from './records.ts';
import { scene } from './store-kit.ts';

const logOf = async (desk: EngineDesk, id: string) => (await desk.call('tasks.log', { id })).entries;

test('what happened to a task is kept as its events had it, over a restart, until it leaves the list', async () => {
  const desk = await EngineDesk.open({ retries: 0 });
  const { id } = await desk.add('/a.bin');
  await desk.reaches(id, 'failed');
  desk.serve('/a.bin');
  await desk.call('tasks.retry', { id });
  await desk.reaches(id, 'done');
  const { id: other } = await desk.add('/b.bin', { paused: true });
  const told = desk.messages.flatMap((message) =>
    message.type === 'event' && message.payload.taskId === id ? [message] : [],
  );
  const wanted = told.map(({ event_type: type, timestamp: at, payload: { taskId: _, ...payload } }) => ({
    ...{ at, type, payload },
  }));
  expect(wanted.map(({ type }) => type)).toEqual([
    ...['task.added', 'task.started', 'task.failed', 'task.resumed', 'task.started', 'task.done'],
  ]);
  expect(wanted[2]?.payload).toMatchObject({ error: { code: 'not-found' } });
  expect(await logOf(desk, id)).toEqual(wanted);
  expect((await logOf(desk, other)).map(({ type }) => type)).toEqual(['task.added']);
  await desk.again();
  expect(await logOf(desk, id)).toEqual(wanted);
  await desk.call('tasks.remove', { id });
  expect((await desk.refused('tasks.log', { id })).code).toBe('not-found');
  await desk.again();
  expect((await logOf(desk, other)).map(({ type }) => type)).toEqual(['task.added']);
});

test('a crash leaves no more of it than of the task', async () => {
  const desk = await EngineDesk.open();
  desk.serve('/a.bin');
  const gate = desk.server.gate('/a.bin', 1000);
  const dies = desk.deathAt((message) => message.type === 'event' && message.event_type === 'task.paused');
  const { id } = await desk.add('/a.bin');
  await gate.reached;
  await desk.call('tasks.pause', { id });
  await dies();
  expect((await desk.task(id)).state).toBe('paused');
  expect((await logOf(desk, id)).at(-1)?.type).toBe('task.paused');
  gate.release();
});

test('of each task the last 200 are kept, and none of one that is gone', async () => {
  const { store, again } = await scene();
  const clock = new FakeClock();
  const [a, b] = [taskRecord(1), taskRecord(2)];
  const event = (record: { id: string }, n: number, type: EventType = 'item.done') => ({
    message: eventMessage(clock, type, { taskId: record.id, n }),
    targets: [],
  });
  store.save({ tasks: [a, b], events: [event(b, 0)] });
  for (let n = 0; n < 250; n += 50)
    store.save({ events: Array.from({ length: 50 }, (_, i) => event(a, n + i)) });
  const numbers = () => store.log.of(a.id).map(({ payload }) => payload['n']);
  expect(numbers()).toEqual(Array.from({ length: 200 }, (_, n) => n + 50));
  expect(store.log.of(b.id)).toHaveLength(1);
  store.save({ removed: [a.id], events: [event(a, 250, 'task.removed')] });
  expect(store.log.of(a.id)).toEqual([]);
  store.save({ events: [event(a, 251)] });
  const reopened = await again();
  expect(reopened.log.of(a.id)).toEqual([]);
  expect(reopened.log.of(b.id)).toHaveLength(1);
});

test('what cannot be remembered of a task is not in its log either', async () => {
  const { store } = await scene();
  const record = taskRecord(1);
  store.save({ tasks: [record] });
  const message = eventMessage(new FakeClock(), 'task.paused', { taskId: record.id });
  const broken = { ...taskRecord(2), name: Symbol('no text') as unknown as string };
  expect(() => store.save({ tasks: [broken], events: [{ message, targets: [] }] })).toThrow();
  expect(store.log.of(record.id)).toEqual([]);
});
