import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Task } from '../../main/contract/task.ts';
import { UPLOAD_PIECE_BYTES } from '../../main/contract/uploads.ts';
import { Uploads } from '../../main/task/uploads.ts';
import { Disk } from '../../main/world/disk.ts';
import { timeOfId } from '../../main/world/ids.ts';
import { Content } from '../kit/content.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { ServerDesk } from '../kit/server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { demandSound, entriesIn } from '../kit/zip-readers.ts';

interface State {
  readonly received: number;
  readonly path: string | null;
}

const PIECE = { 'content-type': 'application/octet-stream' };

/** As a browser does it: piece by piece. */
async function handOver(desk: ServerDesk, content: Content, piece = 1_000_000): Promise<string> {
  const begun = await desk.json('/api/v1/uploads', { method: 'POST', json: { size: content.size } });
  for (let at = 0; ; ) {
    const bytes = content.slice(at, Math.min(content.size, at + piece));
    const path = `/api/v1/uploads/${begun['id']}?at=${at}`;
    const state = await desk.json<State>(path, { method: 'PUT', headers: PIECE, body: Buffer.from(bytes) });
    at += bytes.length;
    expect(state.received).toBe(at);
    if (state.path !== null) return state.path;
  }
}

async function add(desk: ServerDesk, more: Record<string, unknown>): Promise<Task> {
  const json = { kind: 'package', ...more };
  return (await desk.json<{ task: Task }>('/api/v1/tasks', { json })).task;
}

const uploads = (desk: ServerDesk) => readdir(join(desk.folder, 'data', 'uploads'));

test('a file that a browser hands over is packed byte for byte, and gone from the data folder when the ZIP is done', async () => {
  const desk = await ServerDesk.open();
  const [local, empty] = [new Content(1, 2_500_000), new Content(2, 0)];
  const paths = [await handOver(desk, local), await handOver(desk, empty)];
  expect((await stat(paths[0] ?? '')).mode & 0o777).toBe(0o600);
  const items = [
    { path: paths[0], name: 'a/local.bin' },
    { path: paths[1], name: 'empty.bin' },
  ];
  const task = await add(desk, { name: 'one.zip', items });
  await expect.poll(async () => (await desk.task(task.id)).state).toBe('done');
  const zip = join(desk.folder, 'downloads', 'one.zip');
  await demandSound(zip);
  expect(await entriesIn(zip)).toEqual([
    ['a/local.bin', local.sha256()],
    ['empty.bin', empty.sha256()],
  ]);
  await expect.poll(() => uploads(desk), { timeout: 5000 }).toEqual([]);
});

test('pieces come in order and once; more than was said is refused, and nothing else of it is written', async () => {
  const desk = await ServerDesk.open();
  const { id } = await desk.json('/api/v1/uploads', { method: 'POST', json: { size: 10 } });
  const put = async (at: number | string, text: string, upload: unknown = id) => {
    const path = `/api/v1/uploads/${upload}?at=${at}`;
    const answer = await desk.fetch(path, { method: 'PUT', headers: PIECE, body: text });
    const { code = '' } = (await answer.json()) as { code?: string };
    return `${answer.status} ${code}`.trim();
  };
  expect(await put(0, '12345')).toBe('200');
  expect(await put(0, '12345')).toBe('400 bad-input');
  expect(await put(7, 'x')).toBe('400 bad-input');
  expect(await put(5, '678901')).toBe('400 bad-input');
  expect(await put('x', '6')).toBe('400 bad-input');
  expect(await put(5, '67890', 'nobody')).toBe('404 not-found');
  expect(await put(5, '67890')).toBe('200');
  expect(await readFile(join(desk.folder, 'data', 'uploads', String(id)), 'utf8')).toBe('1234567890');
  const large = Buffer.alloc(UPLOAD_PIECE_BYTES + 1);
  const more = await desk.json('/api/v1/uploads', { method: 'POST', json: { size: large.length } });
  const sent = desk.problem(`/api/v1/uploads/${more['id']}?at=0`, {
    method: 'PUT',
    headers: PIECE,
    body: large,
  });
  expect(await sent).toBe('413 bad-input');
});

test('a piece that comes twice at once is taken once, and one that is not whole is no item', async () => {
  const folder = join(await tempFolder(), 'uploads');
  const all = new Uploads({
    ...{ disk: new Disk(), clock: new FakeClock(), folder },
    needed: () => [],
    mayNeed: async () => false,
  });
  const id = await all.begin(10);
  const piece = () => all.append(id, 0, Buffer.from('12345'));
  const both = await Promise.allSettled([piece(), piece()]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(all.owns(join(folder, id))).toBe(false);
  expect(await all.append(id, 5, Buffer.from('67890'))).toMatchObject({ received: 10 });
  expect(all.owns(join(folder, id))).toBe(true);
  expect(await readFile(join(folder, id), 'utf8')).toBe('1234567890');
});

test('nothing is downloaded to where such files lie', async () => {
  const desk = await ServerDesk.open();
  const path = await handOver(desk, new Content(4, 10));
  for (const dir of [path, path.slice(0, -1).concat('Z')]) {
    const json = { url: desk.source.url('/a.bin'), dir };
    expect(await desk.problem('/api/v1/tasks', { json })).toBe('403 path-unsafe');
  }
});

test('nobody else may hand anything over, and no other file of the data folder becomes an item', async () => {
  const desk = await ServerDesk.open();
  const ask = { method: 'POST', json: { size: 1 }, token: null };
  expect(await desk.problem('/api/v1/uploads', ask)).toBe('401 unauthorized');
  for (const path of ['token', 'uploads/../token', 'uploads/x/token']) {
    const items = [{ path: join(desk.folder, 'data', path) }];
    const asked = desk.problem('/api/v1/tasks', { method: 'POST', json: { kind: 'package', items } });
    expect(await asked).toBe('403 path-unsafe');
  }
  expect(await desk.problem('/api/v1/uploads/..%2Ftoken', { method: 'DELETE' })).toBe('404 not-found');
});

test('what is dropped goes, and what a package had that is removed', async () => {
  const desk = await ServerDesk.open();
  const content = new Content(3, 100);
  const dropped = await handOver(desk, content);
  const id = dropped.split('/').at(-1);
  expect((await desk.fetch(`/api/v1/uploads/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect(await uploads(desk)).toEqual([]);

  const [needed, waiting] = [await handOver(desk, content), await handOver(desk, content)];
  const task = await add(desk, { paused: true, items: [{ path: needed }] });
  expect((await desk.fetch(`/api/v1/uploads/${needed.split('/').at(-1)}`, { method: 'DELETE' })).status).toBe(
    204,
  );
  expect(await uploads(desk)).toHaveLength(2);
  await expect.poll(async () => (await desk.task(task.id)).state).toBe('paused');
  await desk.fetch(`/api/v1/tasks/${task.id}`, { method: 'DELETE' });
  await expect.poll(() => uploads(desk), { timeout: 5000 }).toEqual([waiting.split('/').at(-1)]);
});

test('what nobody has asked for stays a day; what is needed stays however old it is', async () => {
  const clock = new FakeClock();
  const folder = join(await tempFolder(), 'uploads');
  let needed: string[] = [];
  const all = new Uploads({
    disk: new Disk(),
    clock,
    folder,
    needed: () => needed,
    mayNeed: async (id) => inTray.has(id),
  });
  const inTray = new Set<string>();
  const whole = async () => (await all.append(await all.begin(1), 0, Buffer.from('x'))).path ?? '';
  const [wanted, forgotten, kept] = [await whole(), await whole(), await whole()];
  inTray.add(kept.split('/').at(-1) ?? '');
  needed = [wanted];
  await all.tidy();
  expect(await readdir(folder)).toHaveLength(3);
  const made = timeOfId(forgotten.split('/').at(-1) ?? '');
  await clock.advance(made - clock.now() + 25 * 3_600_000);
  await all.tidy();
  expect((await readdir(folder)).sort()).toEqual([wanted, kept].map((path) => path.split('/').at(-1)).sort());
  needed = [];
  inTray.clear();
  await all.tidy();
  expect(await readdir(folder)).toEqual([]);
});
