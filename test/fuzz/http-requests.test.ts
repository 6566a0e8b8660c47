import fc from 'fast-check';
import { expect } from 'vitest';
import { ERRORS } from '../../main/contract/errors.ts';
import { API, commandRoutes } from '../../main/contract/routes.ts';
import { OTHER_OPERATIONS } from '../../main/server/openapi-others.ts';
import { ServerDesk } from '../kit/server.ts';
import { holds } from './hold.ts';
import { keptBytes } from './memory.ts';
import { jsonText, mutatedJson, mutatedText } from './mutate.ts';
import { exchange } from './raw-socket.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: readonly string[];
  readonly body: string;
  readonly lengthOff: number;
}

const URL_OF_TASK = 'http://127.0.0.1:9/a.bin';

/** A body that is right for each that wants one; without webhooks, programs or a proxy, which would be used. */
const BODIES: Readonly<Record<string, unknown>> = {
  'tasks.add': {
    url: URL_OF_TASK,
    name: 'a',
    dir: 'sub',
    headers: { a: 'b' },
    credentials: { user: 'u', password: 'p' },
  },
  'tasks.addAll': {
    tasks: [
      { url: URL_OF_TASK, paused: true },
      { kind: 'package', items: [{ url: URL_OF_TASK }] },
    ],
  },
  'tasks.getMany': { ids: ['01JDXYZ'] },
  'tasks.update': { name: 'x', priority: 3, position: 0, limitRate: null, connections: 2 },
  'tasks.act': { ids: ['01JDXYZ'], action: 'pause', files: 'keep' },
  'tasks.pieces': { ids: ['01JDXYZ'] },
  'tasks.verify': { checksum: `md5:${'0'.repeat(32)}` },
  'tasks.openPartial': { name: 'x.zip' },
  'tasks.preview': { text: `${URL_OF_TASK}\n out=x`, sizes: false },
  'items.add': { items: [{ url: URL_OF_TASK, name: 'b', spares: [URL_OF_TASK] }], position: 0 },
  'items.update': { name: 'b', position: 1 },
  'items.retry': { restart: true },
  'files.look': { paths: ['sub'] },
  'list.import': { text: '{"satchel":1,"tasks":[]}', paused: true },
  'tray.put': { text: 'x' },
  'settings.update': { connections: 2, retries: 0, categories: [{ name: 'a', extensions: ['b'], dir: 'c' }] },
  'session.begin': { token: 'no' },
  zip: { name: 'a.zip', items: [{ url: URL_OF_TASK, name: 'b', size: 3 }], compress: 'store' },
  'zip.link': { items: [{ task: '01JDXYZ', name: 'b' }] },
  'uploads.begin': { name: 'a', size: 3 },
  'pairings.use': { code: 'ABCD-EFGH', name: 'x' },
  'hand-over': { id: 1, ask: 'package', links: [{ url: URL_OF_TASK, cookies: 'a=b', name: 'n' }] },
  jsonrpc: { jsonrpc: '2.0', id: 1, method: 'aria2.tellStatus', params: ['token:x', 'gid'] },
};

const ROUTES = [
  ...[...commandRoutes()].map(({ command: name, method, path }) => ({
    name: name as string,
    method: method as string,
    path: API + path,
  })),
  ...OTHER_OPERATIONS.map(({ id: name, method, path }) => ({ name, method: method as string, path })),
  ...['/', '/docs', '/nowhere', '//', '/metrics', '/jsonrpc'].map((path) => ({
    name: 'jsonrpc',
    method: 'POST',
    path,
  })),
];

const HEADERS = [
  'range: bytes=0-1,5-,-3',
  'if-range: "x"',
  'if-none-match: *',
  'accept: text/event-stream',
  'last-event-id: a:1',
  'origin: https://example.org',
  'cookie: satchel=x; __Host-a=b',
  'x-request-id: abc',
  'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'content-encoding: gzip',
  'transfer-encoding: chunked',
  'expect: 100-continue',
  'upgrade: websocket',
  'accept-encoding: br, gzip;q=0',
  'forwarded: for=1.2.3.4',
];

const types = fc.constantFrom(
  'application/json',
  'application/json',
  'application/json; charset=utf-8',
  'text/plain',
  '',
);

/** As one line of a head: with others in it, it would be another head. */
const line = (text: string) => text.replaceAll('\n', '').slice(0, 12_000);

const asked: fc.Arbitrary<Asked> = fc.constantFrom(...ROUTES).chain(({ name, method, path }) =>
  fc.record({
    method: fc.oneof(
      { weight: 8, arbitrary: fc.constant(method) },
      fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'),
    ),
    path: fc
      .oneof(
        { weight: 4, arbitrary: fc.constant(path) },
        mutatedText(fc.constant(path)).map((text) => (text.startsWith('/') ? text : `/${text}`)),
      )
      .chain((text) =>
        fc.constantFrom('01JDXYZ', '%00', '..%2f', '__proto__').map((id) => text.replace(/:\w+/g, id)),
      ),
    query: fc.oneof(
      fc.constant(''),
      mutatedText(fc.constant('limit=2&q=a%20b&state=done&cursor=x&since=1&limit=3')),
    ),
    headers: fc
      .tuple(types, fc.array(mutatedText(fc.constantFrom(...HEADERS)), { maxLength: 3 }))
      .map(([type, list]) => [...(type === '' ? [] : [`content-type: ${type}`]), ...list]),
    body: bodyOf(BODIES[name] ?? {}),
    lengthOff: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, -1, 1e12),
  }),
);

function bodyOf(valid: unknown): fc.Arbitrary<string> {
  const json = mutatedJson(fc.constant(valid)).map(jsonText);
  const deep = fc.nat(200_000).map((depth) => `{"a":${'['.repeat(depth)}`);
  return fc.oneof(
    { weight: 6, arbitrary: json },
    { weight: 2, arbitrary: mutatedText(json) },
    deep,
    fc.constant(''),
  );
}

function bytesOf({ method, path, query, headers, body, lengthOff }: Asked, token: string): Buffer {
  const bytes = Buffer.from(body);
  const target = `${line(path)}${query === '' ? '' : `?${line(query)}`}`
    .replaceAll(' ', '+')
    .replace(/\r/g, '');
  const head = [
    `${method} ${target} HTTP/1.1`,
    'host: 127.0.0.1',
    'connection: close',
    `authorization: Bearer ${token}`,
    `content-length: ${Math.max(0, bytes.length + lengthOff)}`,
    ...headers.map(line),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

let desk: ServerDesk;
let logged = 0;

/** A stream goes on until its client goes; of others nothing more is wanted than what they are. */
const isStream = (text: string) => /\r\ncontent-type: text\/event-stream/i.test(text);

function demandAnswer(received: string, path: string): void {
  const answer = received.replace(/^HTTP\/1\.1 100 [^\r]*\r\n\r\n/, '');
  const [, digits] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? [];
  // A request that is cut short, or no HTTP at all, needs no answer.
  if (digits === undefined) {
    expect(answer).toBe('');
    return;
  }
  const status = Number(digits);
  // aria2 answers what cannot be read with 500, and its clients want that.
  if (!path.startsWith('/jsonrpc')) expect(status, answer.slice(0, 2000)).not.toBe(500);
  const [, body = ''] = answer.split('\r\n\r\n');
  if (/\r\ncontent-type: application\/problem\+json/i.test(answer)) {
    const { code } = JSON.parse(Buffer.from(body, 'latin1').toString()) as { code: string };
    expect(Object.hasOwn(ERRORS, code) && code !== 'internal', body).toBe(true);
  } else if (status >= 400 && !path.startsWith('/jsonrpc')) {
    // What Node refuses before there is a request.
    expect([400, 408, 417, 431]).toContain(status);
  }
  const failed = desk.log
    .slice(logged)
    .filter((entry) => entry.includes('"level":"error"') || entry.includes('"level":50'));
  logged = desk.log.length;
  expect(failed).toEqual([]);
}

let before = 0;

holds(
  'any request is answered with what it asks for or a refusal of the table, and the server stays',
  async () => {
    desk = await ServerDesk.open();
    // Nothing leaves this machine: whatever a mutated address says, this proxy is asked for it, and has nothing.
    await desk.json('/api/v1/settings', { method: 'PATCH', json: { proxy: desk.source.origin, retries: 0 } });
    logged = desk.log.length;
    before = keptBytes();
    return asked;
  },
  async (given) => {
    const answer = await exchange(desk.serving.address, [bytesOf(given, desk.token)], isStream);
    demandAnswer(answer, given.path);
  },
  {
    atLeast: 50,
    afterwards: async () => {
      expect((await desk.json('/api/v1/status'))['version']).toBe('1.2.3');
      await desk.json('/api/v1/tasks/pause-all', { method: 'POST' });
      desk.log.length = 0;
      // What was added stays in the list; megabytes of requests do not.
      expect(keptBytes() - before).toBeLessThan(128 * 1024 * 1024);
    },
  },
);
