import { describe, expect, test } from 'vitest';
import type { CommandInput } from '../../main/contract/commands.ts';
import type { EventMessage } from '../../main/contract/events.ts';
import { EngineDesk } from '../kit/engine.ts';
import { FakeClock } from '../kit/fake-clock.ts';

const changes = (desk: EngineDesk, id: string) =>
  desk.messages
    .filter((message): message is EventMessage => message.type === 'event')
    .filter(({ event_type, payload }) => event_type === 'task.changed' && payload.taskId === id)
    .map(({ payload }) => payload);

const rows = (desk: EngineDesk, id: string) =>
  desk.messages.flatMap((message) =>
    message.type === 'progress' ? message.tasks.filter(({ taskId }) => taskId === id) : [],
  );

describe('task.changed', () => {
  test('tells of what the user changes, once each', async () => {
    const desk = await EngineDesk.open();
    const [a, b] = [await desk.add('/a', { paused: true }), await desk.add('/b', { paused: true })];
    await desk.call('tasks.update', { id: b.id, name: 'c', priority: 3, limitRate: 5000 });
    await desk.call('tasks.update', { id: b.id, position: 0 });
    await desk.call('tasks.update', { id: b.id, dir: 'there' });
    const { name, dir, category, priority, limitRate, position } = await desk.task(b.id);
    expect(changes(desk, b.id).map(({ position }) => position)).toEqual([1, 0, 0]);
    expect(changes(desk, b.id).at(-1)).toEqual({
      ...{ taskId: b.id, name, dir, category, priority, limitRate, position },
    });
    expect(changes(desk, a.id)).toEqual([]);
  });

  test('tells of what the server says, before the file is done, and not of progress', async () => {
    const desk = await EngineDesk.open({ connections: 1 });
    desk.serve('/a', {
      size: 2_000_000,
      headers: { 'content-disposition': 'attachment; filename="movie.mp4"' },
    });
    const gate = desk.server.gate('/a', 1_000_000);
    const { id, dir } = await desk.add('/a');
    await desk.receives(id, 500_000);
    const task = await desk.task(id);
    expect(changes(desk, id)).toMatchObject([{ name: 'movie.mp4', category: 'Video', dir }]);
    expect(task.name).toBe('movie.mp4');
    gate.release();
    await desk.reaches(id, 'done');
    expect(changes(desk, id)).toHaveLength(1);
    desk.serve('/b.bin');
    const plain = await desk.add('/b.bin');
    await desk.reaches(plain.id, 'done');
    expect(changes(desk, plain.id)).toEqual([]);
  });

  test('tells of the items of a package, with what it is remembered with', async () => {
    const desk = await EngineDesk.open();
    const items = ['/a', '/b'].map((path) => ({ url: desk.server.url(path) }));
    const { task } = await desk.call('tasks.add', { kind: 'package', items, paused: true });
    const [first] = task.items;
    await desk.call('items.update', { id: task.id, itemId: first?.id ?? '', name: 'c' });
    await desk.call('items.remove', { id: task.id, itemId: first?.id ?? '' });
    await desk.call('items.add', { id: task.id, items });
    expect(changes(desk, task.id)).toHaveLength(3);
    const { entries } = await desk.call('tasks.log', { id: task.id });
    expect(entries.map(({ type }) => type)).toEqual([
      'task.added',
      ...['task.changed', 'task.changed', 'task.changed'],
    ]);
  });
});

test('rows have the name and the phase', async () => {
  const desk = await EngineDesk.open({ connections: 1 });
  desk.serve('/a', { size: 2_000_000, headers: { 'content-disposition': 'attachment; filename="b.bin"' } });
  const gate = desk.server.gate('/a', 1_000_000);
  const { id } = await desk.add('/a');
  await desk.until(() => rows(desk, id).some(({ name, phase }) => name === 'b.bin' && phase === 'fetching'));
  gate.release();
  await desk.reaches(id, 'done');
  expect(rows(desk, id).at(-1)).toMatchObject({ name: 'b.bin', phase: null, status: 'done' });
  for (const { name, phase } of rows(desk, id)) expect([name, phase]).not.toContain(undefined);
});

test('status has where downloads go, the disk there, and the hosts that asked us to wait', async () => {
  const clock = new FakeClock();
  const desk = await EngineDesk.open({ retries: 3 }, { clock });
  desk.serve('/a', { faults: [{ name: 'status', status: 429, headers: { 'retry-after': '60' }, times: 1 }] });
  const idle = await desk.call('status', {});
  expect([idle.downloads, idle.holds]).toEqual([desk.downloads, []]);
  expect(idle.disk?.free).toBeGreaterThan(0);
  expect(idle.disk?.total).toBeGreaterThanOrEqual(idle.disk?.free ?? 0);
  const { id } = await desk.add('/a');
  await desk.until(() => desk.events(id).includes('task.retrying'));
  const { holds } = await desk.call('status', {});
  expect(holds.map(({ host }) => host)).toEqual([new URL(desk.server.origin).host]);
  const left = Date.parse(holds[0]?.until ?? '') - clock.now();
  expect(left).toBeGreaterThan(50_000);
  expect(left).toBeLessThanOrEqual(61_000);
  await desk.reaches(id, 'done');
  expect((await desk.call('status', {})).holds).toEqual([]);
  // A folder that is still to be made lies on the disk of the one above.
  await desk.call('settings.update', { dir: `${desk.downloads}/not/yet` });
  const later = await desk.call('status', {});
  expect([later.downloads, later.disk?.total]).toEqual([`${desk.downloads}/not/yet`, idle.disk?.total]);
});

test('the settings of the window are kept', async () => {
  const desk = await EngineDesk.open();
  const wanted: CommandInput<'settings.update'> = {
    language: 'zh-CN',
    theme: 'dark',
    density: 'compact',
    onClose: 'background',
    watchClipboard: true,
    notifications: false,
    keepAwake: false,
    whenDone: 'sleep',
    remoteAccess: { enabled: true, host: '0.0.0.0', port: 8080 },
  };
  await desk.call('settings.update', wanted);
  await desk.again();
  expect((await desk.call('settings.get', {})).settings).toMatchObject(wanted);
  const bad = [{ theme: 'pink' }, { remoteAccess: { enabled: true, host: 'h', port: 70_000 } }];
  for (const patch of bad) {
    expect((await desk.refused('settings.update', patch as never)).code).toBe('bad-input');
  }
});
