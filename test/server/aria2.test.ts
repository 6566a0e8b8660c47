import { once } from 'node:events';
import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import * as maria2 from 'maria2/dist/index.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { Content } from '../kit/content.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { type Ask, ServerDesk } from '../kit/server.ts';

/** It comes without types. */
interface Aria2Client {
  call(method: string, ...params: unknown[]): Promise<unknown>;
  multicall(calls: readonly (readonly unknown[])[]): Promise<unknown[]>;
  batch(calls: readonly (readonly unknown[])[]): Promise<Promise<unknown>[]>;
  open(): Promise<unknown>;
  close(): Promise<unknown>;
  listNotifications(): Promise<string[]>;
  listMethods(): Promise<string[]>;
  on(event: string, listener: (params: { gid: string }[]) => void): void;
}
type Aria2Options = { host: string; port: number; secret: string; path: string };
const Aria2 = createRequire(import.meta.url)('aria2') as new (options: Aria2Options) => Aria2Client;

const SIZE = 200_000;
const HELD = 100_000;

type Status = Record<string, string> & { files: { path: string; uris: { uri: string; status: string }[] }[] };
type Answer = { id: unknown; jsonrpc: string; result?: unknown; error?: { code: number; message: string } };

/** A server, and the calls of a client that has its token. */
class Desk {
  readonly server: ServerDesk;

  constructor(server: ServerDesk) {
    this.server = server;
  }

  static async open(options: Record<string, unknown> = {}, clock?: FakeClock): Promise<Desk> {
    const server = await ServerDesk.open(options, clock ? { clock } : {});
    await server.json('/api/v1/settings', { method: 'PATCH', json: { connections: 1, retries: 0 } });
    return new Desk(server);
  }

  serve(path: string, seed = 1): Content {
    const content = new Content(seed, SIZE);
    this.server.source.serve(path, { content });
    return content;
  }

  url(path: string): string {
    return this.server.source.url(path);
  }

  get secret(): string {
    return `token:${this.server.token}`;
  }

  async post(body: unknown, ask: Ask = {}): Promise<{ status: number; type: string | null; answer: Answer }> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await this.server.fetch('/jsonrpc', { body: text, token: null, ...ask });
    const json = (await answer.json()) as Answer;
    return { status: answer.status, type: answer.headers.get('content-type'), answer: json };
  }

  /** The result of a call; an error fails the test. */
  async call<T = string>(method: string, ...params: unknown[]): Promise<T> {
    const { answer } = await this.post({
      id: 1,
      method: `aria2.${method}`,
      params: [this.secret, ...params],
    });
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result as T;
  }

  async refused(method: string, ...params: unknown[]): Promise<{ code: number; message: string }> {
    const body = { id: 1, method: `aria2.${method}`, params: [this.secret, ...params] };
    const { answer } = await this.post(body);
    if (!answer.error) throw new Error(`${method} was not refused`);
    return answer.error;
  }

  status(gid: string, keys?: readonly string[]): Promise<Status> {
    return this.call('tellStatus', gid, ...(keys ? [keys] : []));
  }

  gids(list: readonly unknown[]): string[] {
    return (list as { gid: string }[]).map(({ gid }) => gid);
  }

  /** Looks again and again, as aria2's clients do; between two looks the server has its turn. */
  async reaches(gid: string, status: string): Promise<Status> {
    for (;;) {
      const now = await this.status(gid);
      if (now['status'] === status) return now;
    }
  }

  async socket(): Promise<Listener> {
    const listener = new Listener(this.server.url('/jsonrpc').replace(/^http/, 'ws'));
    await once(listener.socket, 'open');
    return listener;
  }
}

type Told = { method?: string; params?: { gid: string }[]; id?: unknown; result?: unknown; error?: unknown };

class Listener {
  readonly socket: WebSocket;
  readonly told: Told[] = [];
  closed: number | null = null;
  #wake: (() => void)[] = [];

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.on('message', (data) => {
      this.told.push(JSON.parse(String(data)) as Told);
      this.#woken();
    });
    this.socket.on('close', (code) => {
      this.closed = code;
      this.#woken();
    });
    this.socket.on('error', () => {});
    onTestFinished(() => this.socket.terminate());
  }

  #woken(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => void this.#wake.push(resolve));
  }

  async answerTo(id: unknown): Promise<Told> {
    await this.until(() => this.told.some((each) => each.id === id));
    return this.told.find((each) => each.id === id) as Told;
  }

  notes(gid?: string): string[] {
    return this.told.flatMap(({ method, params }) =>
      method !== undefined && (gid === undefined || params?.[0]?.gid === gid) ? [method] : [],
    );
  }
}

describe('a download by aria2.addUri', () => {
  test('is fetched and shown as aria2 shows it', async () => {
    const desk = await Desk.open();
    desk.serve('/a.bin');
    const gate = desk.server.source.gate('/a.bin', HELD);
    const gid = await desk.call('addUri', [desk.url('/a.bin')], { out: 'mine.bin' });
    expect(gid).toMatch(/^[0-9a-f]{16}$/);
    await desk.server.source.once(({ sent }) => sent >= HELD);
    const active = await desk.reaches(gid, 'active');
    expect(active).toMatchObject({ gid, uploadLength: '0', uploadSpeed: '0', dir: desk.server.downloads });
    expect(active['errorCode']).toBeUndefined();
    gate.release();
    const done = await desk.reaches(gid, 'complete');
    expect(done).toEqual({
      gid,
      status: 'complete',
      totalLength: String(SIZE),
      completedLength: String(SIZE),
      uploadLength: '0',
      downloadSpeed: '0',
      uploadSpeed: '0',
      connections: '0',
      pieceLength: '1048576',
      numPieces: '1',
      bitfield: '80',
      errorCode: '0',
      errorMessage: '',
      dir: desk.server.downloads,
      files: [
        {
          index: '1',
          path: `${desk.server.downloads}/mine.bin`,
          length: String(SIZE),
          completedLength: String(SIZE),
          selected: 'true',
          uris: [{ uri: desk.url('/a.bin'), status: 'used' }],
        },
      ],
    });
  });

  test('takes its options: dir, header, referer, user-agent, login, limits, checksum', async () => {
    const desk = await Desk.open();
    const content = desk.serve('/a.bin');
    const gid = await desk.call('addUri', [desk.url('/a.bin')], {
      dir: 'below',
      header: ['X-One: 1', 'Cookie: a=1', 'Cookie: b=2'],
      referer: 'http://page.example/x',
      'user-agent': 'Mine/1',
      'http-user': 'anna',
      'http-passwd': 'geheim',
      split: '4',
      'max-connection-per-server': '2',
      'max-download-limit': '500K',
      checksum: `sha-256=${content.sha256()}`,
      pause: 'true',
    });
    expect(await desk.status(gid, ['status', 'dir'])).toEqual({
      status: 'paused',
      dir: `${desk.server.downloads}/below`,
    });
    expect(await desk.call('getOption', gid)).toMatchObject({
      'max-download-limit': '512000',
      split: '4',
      'max-connection-per-server': '2',
      checksum: `sha-256=${content.sha256()}`,
      dir: `${desk.server.downloads}/below`,
    });
    expect(await desk.call('changeOption', gid, { 'max-download-limit': '0', out: 'sub/b.bin' })).toBe('OK');
    await desk.call('unpause', gid);
    const { files } = await desk.reaches(gid, 'complete');
    expect(files[0]?.path).toBe(`${desk.server.downloads}/sub/b.bin`);
    expect(desk.server.source.requests[0]?.headers).toMatchObject({
      'x-one': '1',
      cookie: 'a=1; b=2',
      referer: 'http://page.example/x',
      'user-agent': 'Mine/1',
      authorization: `Basic ${Buffer.from('anna:geheim').toString('base64')}`,
    });
  });

  test('a header may be one text of many lines, and numbers and truth values may be what they are', async () => {
    const desk = await Desk.open();
    desk.serve('/a.bin');
    const options = { header: 'X-One: 1\nX-Two: 2\n', pause: true, split: 3 };
    const gid = await desk.call('addUri', [desk.url('/a.bin')], options);
    expect(await desk.status(gid, ['status'])).toEqual({ status: 'paused' });
    await desk.call('unpause', gid);
    await desk.reaches(gid, 'complete');
    expect(desk.server.source.requests[0]?.headers).toMatchObject({ 'x-one': '1', 'x-two': '2' });
  });

  test('with a wrong checksum ends as an error of aria2, with its number', async () => {
    const desk = await Desk.open();
    desk.serve('/a.bin');
    const checksum = `md5=${'0'.repeat(32)}`;
    const gid = await desk.call('addUri', [desk.url('/a.bin')], { checksum });
    const failed = await desk.reaches(gid, 'error');
    expect(failed['errorCode']).toBe('32');
    expect(failed['errorMessage']).toContain('checksum');
    const missing = await desk.call('addUri', [desk.url('/none.bin')]);
    expect((await desk.reaches(missing, 'error'))['errorCode']).toBe('3');
  });

  test('has further addresses as spares, of which one that is no web address is passed over', async () => {
    const desk = await Desk.open();
    desk.server.source.serve('/a.bin', {
      content: new Content(1, SIZE),
      faults: [{ name: 'status', status: 404 }],
    });
    desk.serve('/b.bin');
    desk.serve('/c.bin');
    const uris = [desk.url('/a.bin'), 'ftp://mirror.example/a.bin', desk.url('/b.bin'), desk.url('/c.bin')];
    const gid = await desk.call('addUri', uris, { pause: 'true' });
    expect(await desk.call('getUris', gid)).toEqual([
      { uri: desk.url('/a.bin'), status: 'waiting' },
      { uri: desk.url('/b.bin'), status: 'waiting' },
      { uri: desk.url('/c.bin'), status: 'waiting' },
    ]);
    await desk.call('unpause', gid);
    const { files } = await desk.reaches(gid, 'complete');
    expect(files[0]?.uris).toEqual([
      { uri: desk.url('/b.bin'), status: 'used' },
      { uri: desk.url('/c.bin'), status: 'waiting' },
      { uri: desk.url('/a.bin'), status: 'used' },
    ]);
    expect(desk.server.source.requests.map(({ path }) => path)).toEqual(['/a.bin', '/b.bin']);
  });

  test('is refused a proxy of its own, a folder outside, an address that may not be fetched', async () => {
    const desk = await Desk.open();
    const uri = [desk.url('/a.bin')];
    expect((await desk.refused('addUri', uri, { 'all-proxy': 'http://127.0.0.1:1' })).message).toMatch(
      /proxy/,
    );
    expect((await desk.refused('addUri', uri, { 'dry-run': 'true' })).message).toMatch(/dry-run/);
    expect((await desk.refused('addUri', uri, { dir: '/etc' })).code).toBe(1);
    expect((await desk.refused('addUri', uri, { out: '../../x' })).code).toBe(1);
    expect((await desk.refused('addUri', ['file:///etc/passwd'])).code).toBe(1);
    expect((await desk.refused('addUri', uri, { header: 'Host: other' })).code).toBe(1);
    expect(await desk.call('tellWaiting', 0, 10)).toEqual([]);
    expect(await desk.call('tellStopped', 0, 10)).toEqual([]);
  });
});

describe('the queue', () => {
  /** Paused downloads, in their order. */
  async function five(): Promise<{ desk: Desk; gids: string[] }> {
    const desk = await Desk.open();
    const gids: string[] = [];
    for (const n of [0, 1, 2, 3, 4]) {
      desk.serve(`/${n}.bin`);
      gids.push(await desk.call('addUri', [desk.url(`/${n}.bin`)], { pause: 'true' }));
    }
    return { desk, gids };
  }
  const order = async (desk: Desk) => desk.gids(await desk.call<unknown[]>('tellWaiting', 0, 100, ['gid']));

  test('is looked at from its beginning and from its end', async () => {
    const { desk, gids } = await five();
    const window = async (offset: number, count: number) =>
      desk.gids(await desk.call<unknown[]>('tellWaiting', offset, count)).map((gid) => gids.indexOf(gid));
    expect(await window(0, 2)).toEqual([0, 1]);
    expect(await window(3, 10)).toEqual([3, 4]);
    expect(await window(5, 10)).toEqual([]);
    expect(await window(-1, 2)).toEqual([4, 3]);
    expect(await window(-2, 10)).toEqual([3, 2, 1, 0]);
    expect(await window(-6, 10)).toEqual([]);
    expect(await window(0, 0)).toEqual([]);
  });

  test('has its order changed, and takes new ones where they are wanted', async () => {
    const { desk, gids } = await five();
    const [a = '', b = '', c = '', d = '', e = ''] = gids;
    // One that has ended is in the list, and not in the queue.
    await desk.call('unpause', a);
    await desk.reaches(a, 'complete');
    expect(await desk.call('changePosition', e, 0, 'POS_SET')).toBe(0);
    expect(await order(desk)).toEqual([e, b, c, d]);
    expect(await desk.call('changePosition', e, 2, 'POS_CUR')).toBe(2);
    expect(await order(desk)).toEqual([b, c, e, d]);
    expect(await desk.call('changePosition', b, -1, 'POS_END')).toBe(2);
    expect(await order(desk)).toEqual([c, e, b, d]);
    expect(await desk.call('changePosition', c, 100, 'POS_SET')).toBe(3);
    expect(await order(desk)).toEqual([e, b, d, c]);
    expect(await desk.call('changePosition', c, -100, 'POS_CUR')).toBe(0);
    expect(await order(desk)).toEqual([c, e, b, d]);
    const uri = [desk.url('/0.bin')];
    const first = await desk.call('addUri', uri, { pause: 'true' }, 0);
    const second = await desk.call('addUri', uri, { pause: 'true' }, 3);
    const last = await desk.call('addUri', uri, { pause: 'true' }, 100);
    expect(await order(desk)).toEqual([first, c, e, second, b, d, last]);
    expect((await desk.refused('changePosition', a, 0, 'POS_SET')).message).toBe(
      `GID#${a} not found in the waiting queue.`,
    );
  });

  test('is paused and let go on, one or all, gently or not', async () => {
    const { desk, gids } = await five();
    const [a = '', b = '', c = ''] = gids;
    const gates = [0, 1].map((n) => desk.server.source.gate(`/${n}.bin`, HELD));
    await desk.call('unpause', a);
    await desk.reaches(a, 'active');
    expect((await desk.refused('unpause', a)).message).toBe(`GID#${a} cannot be unpaused now`);
    expect(await desk.call('pause', a)).toBe(a);
    expect((await desk.refused('pause', a)).message).toBe(`GID#${a} cannot be paused now`);
    await desk.call('unpause', b);
    expect(await desk.call('forcePause', b)).toBe(b);
    expect(await desk.call('unpauseAll')).toBe('OK');
    for (const gate of gates) gate.release();
    for (const gid of gids) await desk.reaches(gid, 'complete');
    desk.server.source.gate('/2.bin', HELD);
    const again = await desk.call('addUri', [desk.url('/2.bin')]);
    await desk.reaches(again, 'active');
    expect(await desk.call('forcePauseAll')).toBe('OK');
    expect(await desk.status(again, ['status'])).toEqual({ status: 'paused' });
    expect((await desk.refused('pause', c)).message).toBe(`GID#${c} cannot be paused now`);
  });
});

describe('what has stopped', () => {
  test('stands in the order in which it did, removed ones too, until it is put away', async () => {
    const desk = await Desk.open();
    for (const n of [1, 2]) desk.serve(`/${n}.bin`);
    const removed = await desk.call('addUri', [desk.url('/2.bin')], { pause: 'true', out: 'r.bin' });
    const done = await desk.call('addUri', [desk.url('/1.bin')]);
    await desk.reaches(done, 'complete');
    expect(await desk.call('remove', removed)).toBe(removed);
    const failed = await desk.call('addUri', [desk.url('/none.bin')]);
    await desk.reaches(failed, 'error');
    const stopped = (offset: number, count: number) =>
      desk.call<Status[]>('tellStopped', offset, count, ['gid', 'status', 'errorCode']);
    expect(await stopped(0, 10)).toEqual([
      { gid: done, status: 'complete', errorCode: '0' },
      { gid: removed, status: 'removed', errorCode: '31' },
      { gid: failed, status: 'error', errorCode: '3' },
    ]);
    expect(desk.gids(await stopped(-1, 2))).toEqual([failed, removed]);
    expect((await desk.status(removed)).files[0]?.path).toBe(`${desk.server.downloads}/r.bin`);
    expect(await desk.call('getGlobalStat')).toMatchObject({
      numActive: '0',
      numWaiting: '0',
      numStopped: '3',
      numStoppedTotal: '3',
    });
    const message = `Active Download not found for GID#${removed}`;
    expect(await desk.refused('forceRemove', removed)).toEqual({ code: 1, message });
    expect(await desk.call('removeDownloadResult', removed)).toBe('OK');
    expect((await desk.refused('tellStatus', removed)).message).toBe(`GID ${removed} is not found`);
    expect(await desk.call('purgeDownloadResult')).toBe('OK');
    expect(await stopped(0, 10)).toEqual([]);
    // The file that was fetched is the user's.
    const files = await desk.server.json<{ tasks: unknown[] }>('/api/v1/tasks');
    expect(files.tasks).toEqual([]);
  });

  test('has its result removed, which what runs or waits has not', async () => {
    const desk = await Desk.open();
    desk.serve('/1.bin');
    const gid = await desk.call('addUri', [desk.url('/1.bin')], { pause: 'true' });
    const message = `Could not remove download result of GID#${gid}`;
    expect(await desk.refused('removeDownloadResult', gid)).toEqual({ code: 1, message });
    await desk.call('unpause', gid);
    await desk.reaches(gid, 'complete');
    expect(await desk.call('removeDownloadResult', gid)).toBe('OK');
    expect((await desk.refused('tellStatus', gid)).message).toBe(`GID ${gid} is not found`);
  });
});

describe('gids', () => {
  test('are the same after a restart, whatever has become of the download', async () => {
    const desk = await Desk.open();
    for (const n of [1, 2]) desk.serve(`/${n}.bin`);
    const paused = await desk.call('addUri', [desk.url('/1.bin')], { pause: 'true' });
    const done = await desk.call('addUri', [desk.url('/2.bin')]);
    await desk.reaches(done, 'complete');
    await desk.server.close();
    await desk.server.start();
    expect(await desk.status(paused, ['gid', 'status'])).toEqual({ gid: paused, status: 'paused' });
    expect(desk.gids(await desk.call('tellStopped', 0, 10))).toEqual([done]);
    await desk.call('unpause', paused);
    await desk.reaches(paused, 'complete');
    expect(desk.gids(await desk.call('tellStopped', 0, 10))).toEqual([done, paused]);
  });

  test('may be cut short as long as they are unique', async () => {
    const desk = await Desk.open();
    const one = await desk.call('addUri', [desk.url('/1.bin')], { pause: 'true' });
    expect(await desk.status(one.slice(0, 5).toUpperCase(), ['gid'])).toEqual({ gid: one });
    const { tasks } = await desk.server.json<{ tasks: { id: string }[] }>('/api/v1/tasks/batch', {
      json: { tasks: [1, 2].map((n) => ({ url: desk.url(`/${n}.bin`), paused: true })) },
    });
    expect(tasks).toHaveLength(2);
    const [, a = '', b = ''] = desk.gids(await desk.call('tellWaiting', 0, 10));
    let same = 0;
    while (same < 16 && a[same] === b[same]) same += 1;
    const short = a.slice(0, same);
    // Two that were added at once differ only at their ends.
    expect([0, 16]).not.toContain(same);
    expect((await desk.refused('tellStatus', short)).message).toBe(`GID ${short} is not unique`);
  });
});

describe('what is set for all', () => {
  test('is shown and changed', async () => {
    const desk = await Desk.open();
    const changed = { 'max-overall-download-limit': '1M', 'max-concurrent-downloads': '3', split: '4' };
    expect(await desk.call('changeGlobalOption', { ...changed, 'rpc-secret': 'x', foo: 'y' })).toBe('OK');
    expect(await desk.call('getGlobalOption')).toMatchObject({
      'max-overall-download-limit': '1048576',
      'max-concurrent-downloads': '3',
      split: '4',
      'max-connection-per-server': '4',
      dir: desk.server.downloads,
    });
    const { settings } = await desk.server.json<{ settings: unknown }>('/api/v1/settings');
    expect(settings).toMatchObject({ jobs: 3, connections: 4, limits: { base: 1048576 } });
    expect(await desk.call('changeGlobalOption', { 'max-overall-download-limit': '0' })).toBe('OK');
    expect(await desk.call('getGlobalOption')).toMatchObject({ 'max-overall-download-limit': '0' });
  });

  test('has no proxy and no program set from here, and the server is not shut down', async () => {
    const desk = await Desk.open();
    for (const [name, value] of [
      ['all-proxy', 'http://127.0.0.1:1'],
      ['on-download-complete', '/bin/sh'],
      ['max-concurrent-downloads', '0'],
      ['dir', '/etc'],
    ] as const) {
      expect((await desk.refused('changeGlobalOption', { [name]: value })).code, name).toBe(1);
    }
    for (const method of ['shutdown', 'forceShutdown']) {
      expect((await desk.refused(method)).message).toMatch(/not shut down/);
    }
    expect(await desk.call('getVersion')).toMatchObject({ version: '1.37.0' });
    expect(await desk.call('saveSession')).toBe('OK');
  });
});

describe('who has no token', () => {
  test('is answered as aria2 does, in a call, in a batch, in a multicall', async () => {
    const clock = new FakeClock();
    const desk = await Desk.open({}, clock);
    const unauthorized = { code: 1, message: 'Unauthorized' };
    for (const params of [undefined, [], ['x'], [1], [null]]) {
      const { status, answer } = await desk.post({ id: 1, method: 'aria2.getVersion', params: params ?? [] });
      expect({ status, error: answer.error }).toEqual({ status: 400, error: unauthorized });
    }
    const calls = [
      { methodName: 'aria2.getVersion' },
      { methodName: 'aria2.getVersion', params: [desk.secret] },
    ];
    const { answer } = await desk.post({ id: 1, method: 'system.multicall', params: [calls] });
    expect(answer.result).toEqual([unauthorized, [expect.objectContaining({ version: '1.37.0' })]]);
  });

  test('waits longer for each wrong one, and nobody else does', async () => {
    const clock = new FakeClock();
    const desk = await Desk.open({}, clock);
    let answered = 0;
    const guess = (n: number) =>
      desk.post({ id: n, method: 'aria2.getVersion', params: [`token:wrong${n}`] }).then(({ answer }) => {
        answered += 1;
        return answer;
      });
    const guesses = [guess(1), guess(2)];
    // The right one is answered while they wait: the clock stands still.
    expect(await desk.call('getVersion')).toMatchObject({ version: '1.37.0' });
    expect(answered).toBe(0);
    await clockUntil(clock, () => answered === 2);
    expect((await Promise.all(guesses)).map(({ error }) => error?.message)).toEqual([
      'Unauthorized',
      'Unauthorized',
    ]);
  });

  test('gains nothing by guessing many times in one message', async () => {
    const clock = new FakeClock();
    const desk = await Desk.open({}, clock);
    let answered = false;
    const calls = [1, 2, 3].map((n) => ({ methodName: 'aria2.getVersion', params: [`token:${n}`] }));
    const answer = desk.post({ id: 1, method: 'system.multicall', params: [calls] }).finally(() => {
      answered = true;
    });
    const before = clock.monotonic();
    await clockUntil(clock, () => answered);
    await answer;
    // 100, 200 and 400 ms.
    expect(clock.monotonic() - before).toBeGreaterThanOrEqual(700);
    const many = Array.from({ length: 17 }, (_, n) => ({ methodName: 'a', params: [`token:${n}`] }));
    const right = { methodName: 'aria2.getVersion', params: [desk.secret] };
    answered = false;
    const nothing = desk.post({ id: 1, method: 'system.multicall', params: [[...many, right]] });
    void nothing.finally(() => {
      answered = true;
    });
    await clockUntil(clock, () => answered);
    expect(await nothing).toMatchObject({ status: 429, answer: { id: null } });
  });

  test('has a large body refused before it is read', async () => {
    const clock = new FakeClock();
    const desk = await Desk.open({}, clock);
    const padding = 'x'.repeat(1_000_000);
    // Broken JSON: whoever reads it would say so.
    const { status, answer } = await desk.post(`{"id":1,"params":["token-less","${padding}"`);
    expect({ status, message: answer.error?.message }).toEqual({ status: 400, message: 'Unauthorized' });
    const right = await desk.post(`{"id":1,"params":["${desk.secret}","${padding}"`);
    expect(right.answer.error?.code).toBe(-32700);
    const well = { id: 1, method: 'aria2.getVersion', params: [desk.secret, padding] };
    expect((await desk.post(well)).answer.result).toMatchObject({ version: '1.37.0' });
    const tooLarge = await desk.server.fetch('/jsonrpc', { body: 'x'.repeat(9 * 1024 * 1024), token: null });
    expect(tooLarge.status).toBe(413);
  });

  test('does no harm with an id that cannot be written, nor with text that is slow to search', async () => {
    const clock = new FakeClock();
    const desk = await Desk.open({}, clock);
    const deep = `{"id":${'['.repeat(30_000)}${']'.repeat(30_000)},"method":"aria2.foo"}`;
    expect(deep.length).toBeLessThan(64 * 1024);
    const parse = { id: null, jsonrpc: '2.0', error: { code: -32700, message: 'Parse error.' } };
    expect(await desk.post(deep)).toMatchObject({ status: 500, answer: parse });
    const client = await desk.socket();
    client.socket.send(deep);
    await client.until(() => client.told.length === 1);
    expect(client.told[0]).toEqual(parse);
    const before = process.cpuUsage();
    // Each of them begins a token that has no end.
    expect((await desk.post('\\"token:'.repeat(900_000))).answer.error?.message).toBe('Unauthorized');
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
    client.send({ id: 1, method: 'aria2.getVersion', params: [desk.secret] });
    expect((await client.answerTo(1)).result).toMatchObject({ version: '1.37.0' });
  });

  test('learns from a WebSocket what may be called, and nothing of what happens', async () => {
    const clock = new FakeClock();
    const desk = await Desk.open({}, clock);
    desk.serve('/a.bin');
    const [stranger, client] = [await desk.socket(), await desk.socket()];
    stranger.send({ id: 1, method: 'system.listNotifications' });
    expect((await stranger.answerTo(1)).result).toHaveLength(5);
    client.send({ id: 1, method: 'aria2.addUri', params: [desk.secret, [desk.url('/a.bin')]] });
    const { result: gid } = await client.answerTo(1);
    await client.until(() => client.notes(String(gid)).includes('aria2.onDownloadComplete'));
    stranger.send({ id: 2, method: 'system.listMethods' });
    await stranger.answerTo(2);
    expect(stranger.notes()).toEqual([]);
  });

  test('cannot keep others out with sockets that are only open', async () => {
    const desk = await Desk.open();
    const first = await desk.socket();
    for (let n = 0; n < 64; n++) await desk.socket();
    await first.until(() => first.closed !== null);
    expect(first.closed).toBe(1008);
    const client = await desk.socket();
    client.send({ id: 1, method: 'aria2.getVersion', params: [desk.secret] });
    expect((await client.answerTo(1)).result).toMatchObject({ version: '1.37.0' });
  });
});

async function clockUntil(clock: FakeClock, condition: () => boolean): Promise<void> {
  while (!condition()) {
    await clock.advance(10);
    await turn();
  }
}

describe('the carrier', () => {
  test('takes bodies of any type, as pages send them, and refuses GET', async () => {
    const desk = await Desk.open();
    const body = JSON.stringify({ id: 'ü', method: 'aria2.getVersion', params: [desk.secret] });
    for (const type of [
      'text/plain;charset=UTF-8',
      'application/json-rpc',
      'application/json; charset=utf-8',
      '',
    ]) {
      const headers = type === '' ? undefined : { 'content-type': type };
      const answer = await desk.post(body, headers ? { headers } : {});
      expect(answer).toMatchObject({ status: 200, type: 'application/json-rpc', answer: { id: 'ü' } });
    }
    for (const query of [
      '',
      '?method=aria2.getVersion&id=1',
      '?jsoncallback=f&method=system.listMethods&id=1',
    ]) {
      const answer = await desk.server.fetch(`/jsonrpc${query}`, { token: null });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
      expect(await answer.text()).not.toMatch(/^f\(/);
    }
  });

  test('tells a WebSocket what happens, behind the answer to what made it happen', async () => {
    const desk = await Desk.open();
    desk.serve('/a.bin');
    const gate = desk.server.source.gate('/a.bin', HELD);
    const client = await desk.socket();
    const call = (id: number, method: string, ...params: unknown[]) =>
      client.send({ id, method: `aria2.${method}`, params: [desk.secret, ...params] });
    call(1, 'addUri', [desk.url('/a.bin')]);
    const gid = String((await client.answerTo(1)).result);
    await client.until(() => client.notes(gid).length === 1);
    expect(client.told.map(({ id, method }) => id ?? method)).toEqual([1, 'aria2.onDownloadStart']);
    call(2, 'pause', gid);
    await client.answerTo(2);
    call(3, 'unpause', gid);
    gate.release();
    await client.until(() => client.notes(gid).includes('aria2.onDownloadComplete'));
    expect(client.notes(gid)).toEqual([
      'aria2.onDownloadStart',
      'aria2.onDownloadPause',
      'aria2.onDownloadStart',
      'aria2.onDownloadComplete',
    ]);
    call(4, 'addUri', [desk.url('/none.bin')]);
    const failed = String((await client.answerTo(4)).result);
    await client.until(() => client.notes(failed).includes('aria2.onDownloadError'));
    call(5, 'addUri', [desk.url('/b.bin')], { pause: 'true' });
    const removed = String((await client.answerTo(5)).result);
    call(6, 'remove', removed);
    await client.until(() => client.notes(removed).includes('aria2.onDownloadStop'));
    // To put away what has stopped stops nothing.
    call(7, 'purgeDownloadResult');
    await client.answerTo(7);
    expect(client.notes().filter((name) => name === 'aria2.onDownloadStop')).toHaveLength(1);
  });

  test('answers a WebSocket in its order, batches and nonsense too', async () => {
    const desk = await Desk.open();
    const client = await desk.socket();
    for (let id = 1; id <= 300; id++) {
      client.send({ id, method: 'aria2.getGlobalStat', params: [desk.secret] });
    }
    client.send([{ id: 'b', method: 'system.listMethods' }, 5]);
    client.socket.send('{');
    await client.until(() => client.told.length === 302);
    expect(client.told.slice(0, 300).map(({ id }) => id)).toEqual(
      Array.from({ length: 300 }, (_, n) => n + 1),
    );
    expect(client.told[300]).toMatchObject([{ id: 'b' }]);
    expect(client.told[301]).toMatchObject({ id: null, error: { code: -32700 } });
  });
});

describe('published clients', () => {
  test('aria2 4: calls, a multicall, a batch over HTTP; the same and notifications over a WebSocket', async () => {
    const desk = await Desk.open();
    desk.serve('/a.bin');
    desk.serve('/b.bin');
    const { hostname, port } = new URL(desk.server.url('/'));
    const client = new Aria2({
      host: hostname,
      port: Number(port),
      secret: desk.server.token,
      path: '/jsonrpc',
    });
    expect(await client.call('getVersion')).toMatchObject({ version: '1.37.0' });
    await expect(client.call('tellStatus', 'zz')).rejects.toThrow('Invalid GID zz');
    const gid = await client.call('addUri', [desk.url('/a.bin')], { pause: 'true' });
    expect(await client.multicall([['tellStatus', gid, ['gid']], ['getGlobalStat']])).toEqual([
      [{ gid }],
      [expect.objectContaining({ numWaiting: '1' })],
    ]);
    const answers = await Promise.all(
      await client.batch([
        ['tellStatus', gid, ['status']],
        ['unpause', gid],
      ]),
    );
    expect(answers).toEqual([{ status: 'paused' }, gid]);
    await desk.reaches(String(gid), 'complete');
    await client.open();
    onTestFinished(async () => void (await client.close()));
    expect(await client.listNotifications()).toContain('onDownloadComplete');
    expect(await client.listMethods()).toContain('addUri');
    const heard: string[] = [];
    const complete = new Promise<unknown[]>((resolve) => client.on('onDownloadComplete', resolve));
    client.on('onDownloadStart', ([started]) => void heard.push(`start ${started?.gid}`));
    const second = await client.call('addUri', [desk.url('/b.bin')], { out: 'c.bin' });
    expect(await complete).toEqual([{ gid: second }]);
    expect(heard).toEqual([`start ${second}`]);
  });

  test.each(['http', 'ws'] as const)('maria2 over %s', async (carrier) => {
    const desk = await Desk.open();
    desk.serve('/a.bin');
    const url = desk.server.url('/jsonrpc');
    const socket =
      carrier === 'http'
        ? maria2.createHTTP(url as never)
        : maria2.createWebSocket(url.replace(/^http/, 'ws') as never);
    const conn = await maria2.open(socket, { secret: desk.server.token });
    onTestFinished(() => maria2.close(conn));
    expect(await maria2.aria2.getVersion(conn)).toMatchObject({ version: '1.37.0' });
    expect(await maria2.system.listMethods(conn)).toContain('aria2.addUri');
    const complete = new Promise<unknown>((resolve) => {
      maria2.aria2.onDownloadComplete(conn, resolve as never);
    });
    const gid = await maria2.aria2.addUri(conn, [desk.url('/a.bin')], { out: 'm.bin' });
    if (carrier === 'ws') expect(await complete).toEqual({ gid });
    await desk.reaches(String(gid), 'complete');
    const [[status]] = (await maria2.system.multicall(conn, {
      methodName: 'aria2.tellStatus',
      params: [gid, ['status']],
    } as never)) as unknown as [[unknown]];
    expect(status).toEqual({ status: 'complete' });
    await expect(maria2.aria2.tellStatus(conn, 'ffffffffffffffff')).rejects.toMatchObject({ code: 1 });
  });

  test('a client with a wrong token is told so', async () => {
    const desk = await Desk.open();
    const { hostname, port } = new URL(desk.server.url('/'));
    const client = new Aria2({ host: hostname, port: Number(port), secret: 'wrong', path: '/jsonrpc' });
    await expect(client.call('getVersion')).rejects.toThrow('Unauthorized');
  });
});
