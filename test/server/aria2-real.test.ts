import { describe, expect, test } from 'vitest';
import { Aria2c, aria2cIsThere } from '../kit/aria2c.ts';
import { Content } from '../kit/content.ts';
import { ServerDesk } from '../kit/server.ts';

const TOKEN = 'token-of-the-comparison';
const GIVEN = `token:${TOKEN}`;
const MISSING = 'ffffffffffffffff';

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

async function post(url: string, body: unknown): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(url, {
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json' },
  });
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() };
}

/** One of the two, with a download that is paused and one that is done. */
class Side {
  readonly url: string;
  paused = '';
  done = '';

  constructor(url: string) {
    this.url = url;
  }

  async result(method: string, ...params: unknown[]): Promise<unknown> {
    const { body } = await post(this.url, { id: 1, method: `aria2.${method}`, params: [GIVEN, ...params] });
    const { result, error } = body as { result?: unknown; error?: unknown };
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result;
  }

  async prepare(url: string): Promise<void> {
    this.paused = String(await this.result('addUri', [url], { pause: 'true', out: 'p.bin' }));
    this.done = String(await this.result('addUri', [url], { out: 'd.bin' }));
    for (;;) {
      const { status } = (await this.result('tellStatus', this.done, ['status'])) as { status: string };
      if (status === 'complete') return;
    }
  }

  /** What it answers, with its own gids named. */
  async answer(body: unknown): Promise<Answer> {
    const text = (typeof body === 'string' ? body : JSON.stringify(body))
      .replaceAll('PAUSED', this.paused)
      .replaceAll('DONE', this.done);
    const answer = await post(this.url, text);
    const named = JSON.stringify(answer.body).replaceAll(this.paused, 'PAUSED').replaceAll(this.done, 'DONE');
    return { ...answer, body: JSON.parse(named) };
  }
}

/** Everything whose very words are compared. */
const SAME: readonly (readonly [string, unknown])[] = [
  ['broken JSON', '{"x'],
  ['nothing', ''],
  ['a number', '5'],
  ['a truth value', 'true'],
  ['null', 'null'],
  ['a text', '"x"'],
  ['an empty batch', '[]'],
  ['a batch of nonsense', '[1,"a",{}]'],
  ['a call without an id', { method: 'system.listNotifications' }],
  ['an id of null', { id: null, method: 'aria2.foo' }],
  ['an id that is a struct', { id: { a: [1] }, method: 'aria2.foo' }],
  ['an id that is a truth value', { id: true, method: 'aria2.foo' }],
  ['an id that is too large a number', '{"id":12345678901234567890,"method":"aria2.foo"}'],
  ['no method', { id: 1, params: [] }],
  ['a method that is a number', { id: 1, method: 5 }],
  ['params that are a struct', { id: 1, method: 'aria2.getVersion', params: {} }],
  ['params of null', { id: 1, method: 'aria2.getVersion', params: null }],
  [
    'params that are a struct, of a method without a token',
    { id: 1, method: 'system.listMethods', params: {} },
  ],
  ['no params', { id: 1, method: 'aria2.getVersion' }],
  ['no token', { id: 1, method: 'aria2.getVersion', params: [] }],
  ['a token that is not the first', { id: 1, method: 'aria2.getVersion', params: ['x', GIVEN] }],
  ['an unknown method, no token', { id: 1, method: 'aria2.foo', params: [] }],
  ['an unknown method', { id: 1, method: 'aria2.foo', params: [GIVEN] }],
  ['an unknown method of the system', { id: 1, method: 'system.foo', params: [] }],
  ['a batch', [{ id: 1, method: 'aria2.foo', params: [GIVEN] }, { id: 'b', method: 'aria2.foo' }, {}, 5]],
  ['a multicall of nothing', { id: 1, method: 'system.multicall', params: [] }],
  ['a multicall that is no list', { id: 1, method: 'system.multicall', params: ['x'] }],
  ['a multicall with a token of its own', { id: 1, method: 'system.multicall', params: [GIVEN, []] }],
  [
    'a multicall',
    {
      id: 1,
      method: 'system.multicall',
      params: [
        [
          { methodName: 'aria2.tellStatus', params: [GIVEN, 'PAUSED', ['gid', 'status']] },
          { methodName: 'aria2.getVersion' },
          { methodName: 'aria2.foo', params: [GIVEN] },
          { methodName: 'system.multicall', params: [[]] },
          { method: 'aria2.getVersion' },
          5,
          { methodName: 'aria2.tellStatus', params: [GIVEN, MISSING] },
        ],
      ],
    },
  ],
];

/** Calls with the right token whose very words are compared. */
const SAME_CALLS: readonly (readonly [string, ...unknown[]])[] = [
  ['addUri'],
  ['addUri', []],
  ['addUri', 'http://x/'],
  ['addUri', [1, 2]],
  ['addUri', ['foo:bar']],
  ['addUri', ['http://127.0.0.1:1/x'], 'x'],
  ['addUri', ['http://127.0.0.1:1/x'], { pause: 'true' }, -1],
  ['addUri', ['http://127.0.0.1:1/x'], { pause: 'true' }, '1'],
  ['addUri', ['http://127.0.0.1:1/x'], { split: 'x' }],
  ['addUri', ['http://127.0.0.1:1/x'], { split: '0' }],
  ['addUri', ['http://127.0.0.1:1/x'], { 'max-connection-per-server': '17' }],
  ['addUri', ['http://127.0.0.1:1/x'], { 'max-download-limit': 'x' }],
  ['addUri', ['http://127.0.0.1:1/x'], { pause: 'maybe' }],
  ['addUri', ['http://127.0.0.1:1/x'], { checksum: 'x' }],
  ['addUri', ['http://127.0.0.1:1/x'], { checksum: 'sha-256=12' }],
  ['tellStatus'],
  ['tellStatus', 5],
  ['tellStatus', 'zz'],
  ['tellStatus', ''],
  ['tellStatus', `${MISSING}f`],
  ['tellStatus', MISSING],
  ['tellStatus', 'PAUSED', 'gid'],
  ['tellStatus', 'PAUSED', ['gid', 'status', 'foo', 1]],
  ['tellActive', 5],
  ['tellActive', ['gid']],
  ['tellWaiting'],
  ['tellWaiting', 0],
  ['tellWaiting', '0', '10'],
  ['tellWaiting', 0, -1],
  ['tellWaiting', 0, 10, ['gid', 'status']],
  ['tellWaiting', -1, 10, ['gid']],
  ['tellStopped', 0, 10, ['gid', 'status', 'errorCode', 'errorMessage']],
  ['tellStopped', -1, 10, ['gid']],
  ['tellStopped', 5, 10, ['gid']],
  ['getUris', 'PAUSED'],
  ['getUris', 'DONE'],
  ['getUris', MISSING],
  ['getFiles', MISSING],
  ['getServers', 'PAUSED'],
  ['getServers', MISSING],
  ['getOption', MISSING],
  ['changeOption', 'PAUSED'],
  ['changeOption', 'PAUSED', { 'max-download-limit': '100K', foo: 'x' }],
  ['changeOption', 'PAUSED', { 'max-download-limit': 'x' }],
  ['changeOption', 'DONE', { split: '2' }],
  ['changeOption', MISSING, {}],
  ['changeGlobalOption'],
  ['changeGlobalOption', { 'max-concurrent-downloads': '3', foo: 'x' }],
  ['changeGlobalOption', { 'max-concurrent-downloads': '0' }],
  ['changeGlobalOption', { 'max-overall-download-limit': 'x' }],
  ['changePosition', 'PAUSED', 0, 'POS_SET'],
  ['changePosition', 'PAUSED', 5, 'POS_CUR'],
  ['changePosition', 'PAUSED', 0, 'POS_X'],
  ['changePosition', 'PAUSED', '0', 'POS_SET'],
  ['changePosition', 'DONE', 0, 'POS_SET'],
  ['changePosition', MISSING, 0, 'POS_SET'],
  ['pause', 'PAUSED'],
  ['pause', 'DONE'],
  ['pause', MISSING],
  ['unpause', 'DONE'],
  ['unpause', MISSING],
  ['remove', 'DONE'],
  ['remove', MISSING],
  ['forceRemove', MISSING],
  ['removeDownloadResult', 'PAUSED'],
  ['removeDownloadResult', MISSING],
  ['pauseAll'],
  ['getGlobalStat', 'and', 'more'],
];

/** Results of which only the form is compared. */
const ALIKE: readonly (readonly [string, ...unknown[]])[] = [
  ['tellStatus', 'PAUSED'],
  ['tellStatus', 'DONE'],
  ['getFiles', 'PAUSED'],
  ['getFiles', 'DONE'],
  ['getUris', 'PAUSED'],
  ['getOption', 'PAUSED'],
  ['getGlobalOption'],
  ['getGlobalStat'],
  ['getVersion'],
  ['getSessionInfo'],
];

/** Texts of numbers stay apart from other texts; a list is as its first. */
function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [formOf(value[0])];
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, formOf(each)]));
  }
  return typeof value === 'string' && /^\d+$/.test(value) ? 'number' : typeof value;
}

/** Whatever of `ours` is not there, or is something else, in the real one's. */
function strange(ours: unknown, real: unknown, path = ''): string[] {
  if (typeof ours !== 'object' || ours === null || typeof real !== 'object' || real === null) {
    return JSON.stringify(ours) === JSON.stringify(real) ? [] : [`${path}: ${JSON.stringify([ours, real])}`];
  }
  return Object.entries(ours).flatMap(([key, value]) =>
    strange(value, (real as Record<string, unknown>)[key], `${path}/${key}`),
  );
}

async function both(): Promise<readonly [Side, Side]> {
  const desk = await ServerDesk.open({ token: TOKEN });
  desk.source.serve('/a.bin', { content: new Content(1, 200_000) });
  const { url } = await Aria2c.start(TOKEN);
  const sides = [new Side(desk.url('/jsonrpc')), new Side(url)] as const;
  for (const side of sides) await side.prepare(desk.source.url('/a.bin'));
  return sides;
}

const call = (method: string, params: readonly unknown[]) => ({
  id: 7,
  jsonrpc: '2.0',
  method: `aria2.${method}`,
  params: [GIVEN, ...params],
});

describe.skipIf(!aria2cIsThere)('beside the real aria2c', () => {
  test('messages are answered with the same status, type and words', async () => {
    const [ours, real] = await both();
    // All at once: the real one keeps whoever has no token waiting for a second, each time.
    const pairs = await Promise.all(
      SAME.map(([, body]) => Promise.all([ours.answer(body), real.answer(body)])),
    );
    for (const [at, [own, theirs]] of pairs.entries()) expect(own, SAME[at]?.[0]).toEqual(theirs);
  });

  test('calls are answered and refused with the same words', async () => {
    const [ours, real] = await both();
    for (const [method, ...params] of SAME_CALLS) {
      const body = call(method, params);
      const [own, theirs] = [await ours.answer(body), await real.answer(body)];
      const name = JSON.stringify([method, ...params]);
      if (method === 'getGlobalStat') expect(formOf(own), name).toEqual(formOf(theirs));
      else expect(own, name).toEqual(theirs);
    }
  });

  test('what is shown has the same form; nothing is in it that aria2 does not have', async () => {
    const [ours, real] = await both();
    for (const [method, ...params] of ALIKE) {
      const body = call(method, params);
      const [own, theirs] = [formOf(await ours.answer(body)), formOf(await real.answer(body))];
      expect(strange(own, theirs), JSON.stringify([method, ...params])).toEqual([]);
      const options = method === 'getOption' || method === 'getGlobalOption';
      if (!options) expect(strange(theirs, own), `${method} of the real one`).toEqual([]);
    }
  });

  test('every method and notification of ours is one of its own', async () => {
    const [ours, real] = await both();
    for (const method of ['system.listMethods', 'system.listNotifications']) {
      const lists = await Promise.all(
        [ours, real].map(async (side) => (await side.answer({ id: 1, method })).body as { result: string[] }),
      );
      const [own, theirs] = lists.map(({ result }) => result);
      expect(own?.length).toBeGreaterThan(4);
      expect(theirs).toEqual(expect.arrayContaining(own ?? []));
    }
  });
});
