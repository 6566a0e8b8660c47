import { describe, expect, test } from 'vitest';
import { EngineDesk } from '../kit/engine.ts';
import { FakeClock } from '../kit/fake-clock.ts';

/** Larger than what lies on the way: a body that nobody reads is still being sent. */
const SIZE = 30_000_000;

const preview = async (desk: EngineDesk, ...paths: string[]) => {
  const text = paths.map((path) => desk.server.url(path)).join('\n');
  return (await desk.call('tasks.preview', { text })).items.map(({ total }) => total);
};

const requests = (desk: EngineDesk) => desk.server.requests.map(({ path, ended }) => [path, ended]);

describe('what was looked at in a preview', () => {
  test('is not asked for again by its task', async () => {
    const desk = await EngineDesk.open({ connections: 1 });
    const content = desk.serve('/a.bin', { size: SIZE });
    expect(await preview(desk, '/a.bin')).toEqual([SIZE]);
    expect(desk.server.sentTotal).toBeLessThan(SIZE);
    const { id } = await desk.add('/a.bin');
    await desk.reaches(id, 'done');
    await desk.demand('a.bin', content);
    expect(requests(desk)).toEqual([['/a.bin', 'complete']]);
  });

  test('is the first of several connections', async () => {
    const desk = await EngineDesk.open({ connections: 4 });
    const content = desk.serve('/a.bin', { size: SIZE });
    await preview(desk, '/a.bin');
    const { id } = await desk.add('/a.bin');
    await desk.reaches(id, 'done');
    await desk.demand('a.bin', content);
    const fromZero = desk.server.requests.filter(({ headers }) => headers.range?.startsWith('bytes=0-'));
    expect(fromZero).toHaveLength(1);
  });

  test('is not asked for again by another preview, nor where a redirect led to', async () => {
    const desk = await EngineDesk.open({ connections: 1 });
    const content = desk.serve('/b.bin', { size: SIZE });
    desk.serve('/a', { faults: [{ name: 'redirect', to: '/b.bin' }] });
    for (let n = 0; n < 3; n++) expect(await preview(desk, '/a')).toEqual([SIZE]);
    const { id } = await desk.add('/a');
    await desk.reaches(id, 'done');
    await desk.demand('b.bin', content);
    expect(requests(desk).map(([path]) => path)).toEqual(['/a', '/b.bin']);
  });

  test('is let go of after 20 s, and asked for anew', async () => {
    const clock = new FakeClock();
    const desk = await EngineDesk.open({ connections: 1 }, { clock });
    const content = desk.serve('/a.bin', { size: SIZE });
    let seen: (number | null)[] = [];
    void preview(desk, '/a.bin').then((totals) => {
      seen = totals;
    });
    await desk.until(() => seen.length > 0);
    await clock.advance(19_000);
    expect(requests(desk)).toEqual([['/a.bin', 'open']]);
    await clock.advance(1100);
    await desk.server.until(() => desk.server.requests[0]?.ended === 'aborted-by-client');
    const { id } = await desk.add('/a.bin');
    await desk.reaches(id, 'done');
    await desk.demand('a.bin', content);
    expect(desk.server.requests).toHaveLength(2);
  });

  test('is not for a task with something of its own to say', async () => {
    const desk = await EngineDesk.open({ connections: 1 });
    const content = desk.serve('/a.bin', { size: SIZE });
    await preview(desk, '/a.bin');
    const { id } = await desk.add('/a.bin', { headers: { 'x-mine': 'yes' } });
    await desk.reaches(id, 'done');
    await desk.demand('a.bin', content);
    expect(desk.server.requests.map(({ headers }) => headers['x-mine'])).toEqual([undefined, 'yes']);
  });

  test('is let go of when servers are to be reached in another way', async () => {
    const desk = await EngineDesk.open({ connections: 1 });
    desk.serve('/a.bin', { size: SIZE });
    await preview(desk, '/a.bin');
    await desk.call('settings.update', { userAgent: 'Another' });
    const { id } = await desk.add('/a.bin');
    await desk.reaches(id, 'done');
    expect(desk.server.requests.map(({ headers }) => headers['user-agent'])).toEqual(['Satchel', 'Another']);
  });

  test('that breaks off costs nothing but another request', async () => {
    const desk = await EngineDesk.open({ connections: 1 });
    const content = desk.serve('/a.bin', {
      size: SIZE,
      faults: [{ name: 'truncate', after: 100_000, times: 1 }],
    });
    expect(await preview(desk, '/a.bin')).toEqual([SIZE]);
    await desk.server.until(() => desk.server.requests[0]?.ended === 'cut-by-server');
    const { id } = await desk.add('/a.bin');
    await desk.reaches(id, 'done');
    await desk.demand('a.bin', content);
  });

  test('ends with a pause of its task, and is not kept of many', async () => {
    const desk = await EngineDesk.open({ connections: 1 });
    const paths = ['/0', '/1', '/2', '/3', '/4'];
    for (const path of paths) desk.serve(path, { size: SIZE });
    await preview(desk, ...paths);
    const open = () => desk.server.requests.filter(({ ended }) => ended === 'open');
    await desk.server.until(() => open().length === 2);
    const kept = open()[0]?.path ?? '';
    const gate = desk.server.gate(kept, SIZE - 1);
    const { id } = await desk.add(kept, { limitRate: 1_000_000 });
    await desk.receives(id, 1);
    await desk.call('tasks.pause', { id });
    await desk.server.until(() => open().length === 1);
    gate.release();
    expect((await desk.task(id)).state).toBe('paused');
    await desk.close();
    await desk.server.until(() => open().length === 0);
    await desk.start();
  });
});
