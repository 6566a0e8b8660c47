import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Content } from '../kit/content.ts';
import { EngineDesk } from '../kit/engine.ts';
import { FaultServer } from '../kit/fault-server.ts';
import type { Fault } from '../kit/faults.ts';

const SIZE = 200_000;
/** The first address dies here, every time. */
const AT = 100_000;
const DIES: readonly Fault[] = [{ name: 'die-at', offset: AT }];
const GONE: readonly Fault[] = [{ name: 'status', status: 404 }];

async function open() {
  return EngineDesk.open({ connections: 1, retries: 0 });
}

const asked = (desk: EngineDesk) => desk.server.requests.map(({ path, range }) => `${path} ${range}`);
const paths = (desk: EngineDesk) => desk.server.requests.map(({ path }) => path);

/** A task with a first address, and further ones. */
async function add(desk: EngineDesk, spares: readonly string[], more: Record<string, unknown> = {}) {
  return desk.add('/a.bin', { spares: spares.map((path) => desk.server.url(path)), name: 'a.bin', ...more });
}

function retryings(desk: EngineDesk, id: string): unknown[] {
  return desk.messages.flatMap((message) =>
    message.type === 'event' && message.event_type === 'task.retrying' && message.payload.taskId === id
      ? [(message.payload['error'] as { code?: string } | undefined)?.code]
      : [],
  );
}

describe('spare addresses', () => {
  test('are tried in turn when one fails for good, and that is told', async () => {
    const desk = await open();
    desk.serve('/a.bin', { faults: GONE });
    desk.serve('/b.bin', { faults: [{ name: 'status', status: 403 }] });
    const content = desk.serve('/c.bin');
    const { id } = await add(desk, ['/b.bin', '/c.bin']);
    const task = await desk.reaches(id, 'done');
    expect(paths(desk)).toEqual(['/a.bin', '/b.bin', '/c.bin']);
    expect(retryings(desk, id)).toEqual(['not-found', 'http-status']);
    expect(desk.events(id)).toEqual([
      'task.added',
      'task.started',
      'task.retrying',
      'task.retrying',
      'task.done',
    ]);
    expect(task.items[0]).toMatchObject({
      url: desk.server.url('/c.bin'),
      spares: [
        { url: desk.server.url('/a.bin'), failed: true },
        { url: desk.server.url('/b.bin'), failed: true },
      ],
    });
    expect(await desk.files()).toEqual(['a.bin']);
    await desk.demand('a.bin', content);
  });

  test('go on with the bytes that are there where the same validator proves them the same', async () => {
    const desk = await open();
    const content = desk.serve('/a.bin', { faults: DIES });
    desk.server.serve('/b.bin', { content });
    const { id } = await add(desk, ['/b.bin']);
    await desk.reaches(id, 'done');
    expect(desk.server.happened('die-at')).toBe(1);
    expect(asked(desk)).toEqual(['/a.bin bytes=0-', `/b.bin bytes=${AT}-${SIZE - 1}`]);
    expect(desk.events(id)).not.toContain('task.rewound');
    await desk.demand('a.bin', content);
  });

  test('begin anew where the validators differ: no byte of one file stands beside one of another', async () => {
    const desk = await open();
    desk.serve('/a.bin', { seed: 1, faults: DIES });
    const other = desk.serve('/b.bin', { seed: 2 });
    const { id } = await add(desk, ['/b.bin']);
    await desk.reaches(id, 'done');
    expect(desk.server.happened('die-at')).toBe(1);
    expect(paths(desk)[0]).toBe('/a.bin');
    expect(desk.server.requests.at(-1)).toMatchObject({ path: '/b.bin', range: 'bytes=0-' });
    expect(desk.events(id)).toContain('task.rewound');
    expect(await desk.files()).toEqual(['a.bin']);
    await desk.demand('a.bin', other);
  });

  test('begin anew where nothing could tell whether they have the same file', async () => {
    const desk = await open();
    const bare = { etag: null, lastModified: null };
    desk.serve('/a.bin', { seed: 1, faults: DIES, ...bare });
    const other = desk.serve('/b.bin', { seed: 2, ...bare });
    const { id } = await add(desk, ['/b.bin']);
    await desk.reaches(id, 'done');
    expect(desk.server.happened('die-at')).toBe(1);
    expect(asked(desk)).toEqual(['/a.bin bytes=0-', '/b.bin bytes=0-']);
    expect(await desk.files()).toEqual(['a.bin']);
    await desk.demand('a.bin', other);
  });

  test('what one of three has begun is kept until another is done, and then nothing of it is left', async () => {
    const desk = await open();
    desk.serve('/a.bin', { seed: 1, faults: DIES });
    desk.serve('/b.bin', { seed: 2, faults: DIES });
    const third = desk.serve('/c.bin', { seed: 3 });
    const gate = desk.server.gate('/c.bin', 50_000);
    const { id } = await add(desk, ['/b.bin', '/c.bin']);
    await desk.receives(id, 50_000);
    await desk.until(() => retryings(desk, id).length === 2);
    await desk.receives(id, 50_000);
    await desk.server.until(() => desk.server.requests.at(-1)?.path === '/c.bin');
    gate.release();
    await desk.reaches(id, 'done');
    expect(await desk.files()).toEqual(['a.bin']);
    await desk.demand('a.bin', third);
  });

  test('a changed file is looked for at the spare, which may still have the one that was begun', async () => {
    const desk = await open();
    const content = desk.serve('/a.bin');
    desk.server.serve('/b.bin', { content });
    const gate = desk.server.gate('/a.bin', AT);
    const { id } = await add(desk, ['/b.bin']);
    await desk.receives(id, AT);
    await desk.call('tasks.pause', { id });
    gate.release();
    desk.serve('/a.bin', { seed: 9 });
    await desk.call('tasks.resume', { id });
    await desk.reaches(id, 'done');
    expect(retryings(desk, id)).toEqual(['source-changed']);
    expect(desk.server.requests.at(-1)).toMatchObject({
      path: '/b.bin',
      range: `bytes=${AT}-${SIZE - 1}`,
    });
    await desk.demand('a.bin', content);
  });

  test('a bad mirror is told by the checksum, and the next one begins from zero', async () => {
    const desk = await open();
    const good = new Content(1, SIZE);
    // As a mirror whose disk has rotted: all that can be told from outside is as it should be.
    desk.server.serve('/a.bin', { content: good.withEvery(SIZE, 1), etag: '"same"' });
    desk.server.serve('/b.bin', { content: good, etag: '"same"' });
    const { id } = await add(desk, ['/b.bin'], { checksum: `sha256:${good.sha256()}` });
    await desk.reaches(id, 'done');
    expect(retryings(desk, id)).toEqual(['checksum-mismatch']);
    expect(desk.events(id)).toContain('task.rewound');
    expect(asked(desk)).toEqual(['/a.bin bytes=0-', '/b.bin bytes=0-']);
    expect(await desk.files()).toEqual(['a.bin']);
    await desk.demand('a.bin', good);
  });

  test('once all have failed the task fails with the last error; a retry tries all of them', async () => {
    const desk = await open();
    const content = desk.serve('/a.bin', { faults: GONE });
    desk.serve('/b.bin', { faults: [{ name: 'status', status: 403 }] });
    const { id } = await add(desk, ['/b.bin']);
    const { error } = await desk.reaches(id, 'failed');
    expect(error).toMatchObject({ code: 'http-status', detail: 'HTTP 403' });
    desk.server.update('/a.bin', { faults: [] });
    await desk.call('tasks.retry', { id });
    await desk.reaches(id, 'done');
    expect(paths(desk)).toEqual(['/a.bin', '/b.bin', '/b.bin', '/a.bin']);
    await desk.demand('a.bin', content);
  });

  test('survive a restart, and which of them have failed too', async () => {
    const desk = await open();
    desk.serve('/a.bin', { faults: GONE });
    const content = desk.serve('/b.bin');
    const gate = desk.server.gate('/b.bin', AT);
    const { id } = await add(desk, ['/b.bin', '/c.bin']);
    await desk.receives(id, AT);
    gate.release();
    await desk.again();
    expect((await desk.task(id)).items[0]?.spares).toEqual([
      { url: desk.server.url('/c.bin'), failed: false },
      { url: desk.server.url('/a.bin'), failed: true },
    ]);
    await desk.reaches(id, 'done');
    expect(paths(desk).filter((path) => path === '/a.bin')).toHaveLength(1);
    await desk.demand('a.bin', content);
  });

  test('are of no use where the disk or the name is what fails, nor where the user stops it', async () => {
    const desk = await open();
    desk.serve('/a.bin');
    desk.serve('/b.bin');
    await writeFile(join(desk.downloads, 'a.bin'), 'mine');
    const { id } = await add(desk, ['/b.bin'], { onConflict: 'fail' });
    expect((await desk.reaches(id, 'failed')).error?.code).toBe('name-conflict');
    const gate = desk.server.gate('/a.bin', AT);
    const stopped = await add(desk, ['/b.bin'], { name: 'c.bin' });
    await desk.receives(stopped.id, AT);
    await desk.call('tasks.pause', { id: stopped.id });
    gate.release();
    await desk.again();
    expect((await desk.task(stopped.id)).items[0]?.spares?.[0]?.failed).toBe(false);
    expect(paths(desk)).not.toContain('/b.bin');
    expect([...retryings(desk, id), ...retryings(desk, stopped.id)]).toEqual([]);
  });

  test('of another origin get nothing of what lets the first one in; their own goes sealed', async () => {
    const desk = await open();
    const second = await FaultServer.start();
    onTestFinished(() => second.close());
    desk.serve('/a.bin', { faults: GONE });
    desk.serve('/b.bin', { faults: GONE });
    const content = new Content(1, SIZE);
    second.serve('/c.bin', { content });
    const secret = 'Spr-9f3e-geheim';
    const spare = second.url('/c.bin').replace('://', `://anna:${secret}@`);
    const { id } = await desk.add('/a.bin', {
      spares: [desk.server.url('/b.bin'), spare],
      headers: { 'x-key': 'k' },
      paused: true,
    });
    await desk.again();
    await desk.call('tasks.resume', { id });
    await desk.reaches(id, 'done');
    expect(desk.server.requests.map(({ headers }) => headers['x-key'])).toEqual(['k', 'k']);
    expect(second.requests).toHaveLength(1);
    expect(second.requests[0]?.headers['x-key']).toBeUndefined();
    const login = Buffer.from(`anna:${secret}`).toString('base64');
    expect(second.requests[0]?.headers.authorization).toBe(`Basic ${login}`);
    const text = JSON.stringify([desk.messages, desk.answers]);
    expect(text).toContain(second.url('/c.bin'));
    expect(text).not.toContain(secret);
    for (const name of await readdir(desk.dataDir, { recursive: true })) {
      const bytes = await readFile(join(desk.dataDir, name)).catch(() => Buffer.alloc(0));
      expect(bytes.includes(secret) || bytes.includes(login), name).toBe(false);
    }
  });

  test('go along when the list is exported, each once', async () => {
    const desk = await open();
    const [url, spare] = [desk.server.url('/a.bin'), desk.server.url('/b.bin')];
    await desk.call('tasks.add', { items: [{ url, spares: [spare, url, spare] }], paused: true });
    const { text } = await desk.call('list.export', {});
    expect(JSON.parse(text)).toMatchObject({ tasks: [{ url, spares: [spare] }] });
    const { tasks } = await desk.call('list.import', { text, paused: true });
    expect(tasks[0]?.items[0]?.spares).toEqual([{ url: spare, failed: false }]);
  });

  test('are refused where they are no addresses, or of a package', async () => {
    const desk = await open();
    const url = desk.server.url('/a.bin');
    expect((await desk.refused('tasks.add', { url, spares: ['ftp://x/y'] })).code).toBe('bad-url');
    const items = [{ url, spares: [url] }];
    expect((await desk.refused('tasks.add', { kind: 'package', items })).code).toBe('bad-input');
    const whole = { kind: 'package' as const, items: [{ url }], spares: [url] };
    expect((await desk.refused('tasks.add', whole)).code).toBe('bad-input');
    expect((await desk.call('tasks.list', {})).tasks).toEqual([]);
  });
});
