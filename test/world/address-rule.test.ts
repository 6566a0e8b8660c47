import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AddressRule } from '../../main/world/address-rule.ts';
import { createHttp } from '../../main/world/http.ts';

const rule = new AddressRule();

describe('rule 30: an address', () => {
  test.each([
    ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '0.1.2.3', '10.0.0.1', '172.16.0.1', '172.31.255.255'],
    ...['192.168.0.1', '169.254.169.254', '100.64.0.1', '100.127.255.255', '192.0.0.8', '192.0.2.1'],
    ...['198.18.0.1', '198.51.100.7', '203.0.113.9', '224.0.0.1', '239.255.255.255', '240.0.0.1'],
    ...['255.255.255.255', '::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12:3456::1', 'ff02::1'],
    ...['::ffff:127.0.0.1', '::ffff:a00:1', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b::8.8.8.8'],
    ...['2002:7f00:1::', '2001:0:4136:e378:8000:63bf:3fff:fdd2', '2001:db8::1', 'fec0::1', '100::1'],
    ...['5f00::1', '4000::1', 'nonsense', ''],
  ])('%s is refused', (address) => {
    expect(rule.refusesAddress(address)).toBe(true);
  });

  test.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.15.0.1',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
  ])('%s is allowed', (address) => {
    expect(rule.refusesAddress(address)).toBe(false);
  });
});

describe('rule 30: a URL', () => {
  test.each([
    ...['http://127.0.0.1/', 'http://127.1/', 'http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/'],
    ...[
      'http://[::1]/',
      'http://[::ffff:7f00:1]/',
      'http://localhost/',
      'http://LOCALHOST./',
      'http://a.localhost/',
    ],
    ...[
      'http://user:pw@127.0.0.1/',
      'http://127.0.0.1.:80/',
      'http://①②⑦.0.0.1/',
      'https://169.254.169.254/latest',
    ],
  ])('%s is refused without asking anybody', (url) => {
    expect(() => rule.demandUrl(url)).toThrow(expect.objectContaining({ code: 'address-refused' }));
  });

  test.each([
    'http://8.8.8.8/',
    'http://example.org/',
    'http://localhost.example.org/',
    'http://127.0.0.1.example.org/',
  ])('%s may be asked', (url) => {
    expect(() => rule.demandUrl(url)).not.toThrow();
  });
});

/** Names as they are told, one list after the other; the last one stays. */
function names(told: Readonly<Record<string, readonly (readonly string[])[]>>) {
  const asked: string[] = [];
  const lookup = ((host: string, _: unknown, done: (error: Error | null, all: unknown) => void) => {
    const lists = told[host];
    const at = asked.filter((each) => each === host).length;
    asked.push(host);
    const list = lists?.[Math.min(at, lists.length - 1)];
    if (!list) done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    else
      done(
        null,
        list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  }) as unknown as LookupFunction;
  return { asked, lookup };
}

async function serve(
  address: string,
  answer: (request: IncomingMessage) => [number, Record<string, string>],
) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const [status, headers] = answer(request);
    response.writeHead(status, headers).end('body');
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, port: (server.address() as AddressInfo).port };
}

const ask = (url: string) => ({ url, headers: {}, signal: new AbortController().signal });
const OK = () => [200, {}] as [number, Record<string, string>];

/** 127.0.0.2 stands for what is public, 127.0.0.1 for what is not. */
function guarded(told: Parameters<typeof names>[0], proxy = 'none') {
  const { asked, lookup } = names(told);
  const http = createHttp({ proxy }, new AddressRule({ except: ['127.0.0.2'], lookup }));
  onTestFinished(() => http.close());
  return { http, asked };
}

describe('rule 30: a connection', () => {
  test('goes to the allowed ones of a name, and to no other', async () => {
    const open = await serve('127.0.0.2', OK);
    const { http } = guarded({
      'mixed.example': [['127.0.0.1', '127.0.0.2']],
      'inner.example': [['127.0.0.1']],
    });
    const answer = await http.get(ask(`http://mixed.example:${open.port}/a`));
    expect(answer.status).toBe(200);
    answer.close();
    const closed = await serve('127.0.0.1', OK);
    await expect(http.get(ask(`http://inner.example:${closed.port}/b`))).rejects.toMatchObject({
      code: 'address-refused',
      detail: 'inner.example: not a public address',
    });
    await expect(http.get(ask(`http://127.0.0.1:${closed.port}/c`))).rejects.toMatchObject({
      code: 'address-refused',
    });
    expect([open.asked, closed.asked]).toEqual([['/a'], []]);
  });

  test('by a name that is another address the second time goes where it was checked, or nowhere', async () => {
    const closed = await serve('127.0.0.1', OK);
    const { http, asked } = guarded({ 'rebinding.example': [['127.0.0.2'], ['127.0.0.1']] });
    // Nobody listens there, on that port: each try is a connection of its own.
    for (let i = 0; i < 3; i += 1) {
      await expect(http.get(ask(`http://rebinding.example:${closed.port}/`))).rejects.toBeDefined();
    }
    expect(asked).toHaveLength(3);
    expect(closed.asked).toEqual([]);
  });

  test('for a POST follows the same rule', async () => {
    const closed = await serve('127.0.0.1', OK);
    const open = await serve('127.0.0.2', () => [302, { location: `http://127.0.0.1:${closed.port}/` }]);
    const { http } = guarded({ 'open.example': [['127.0.0.2']] });
    const post = (url: string) =>
      http.post({
        ...ask(url),
        body: Buffer.from('{}'),
        timeoutMs: 5000,
        headers: { 'content-type': 'text/plain' },
      });
    expect(await post(`http://open.example:${open.port}/hook`)).toEqual({ status: 302 });
    await expect(post(`http://127.0.0.1:${closed.port}/`)).rejects.toMatchObject({ code: 'address-refused' });
    expect([open.asked, closed.asked]).toEqual([['/hook'], []]);
  });

  test('without the rule goes anywhere', async () => {
    const closed = await serve('127.0.0.1', OK);
    const http = createHttp({ proxy: 'none' });
    onTestFinished(() => http.close());
    const answer = await http.get(ask(`http://127.0.0.1:${closed.port}/`));
    expect(answer.status).toBe(200);
    expect(http.openSockets()).toBe(1);
    answer.close();
  });
});

describe('rule 30: through a proxy, which may be anywhere,', () => {
  test('only for names that are public, all of them, as far as can be seen from here', async () => {
    const proxy = await serve('127.0.0.1', OK);
    const { http } = guarded(
      {
        'public.example': [['127.0.0.2']],
        'mixed.example': [['127.0.0.2', '10.0.0.1']],
        'inner.example': [['192.168.1.1']],
      },
      `http://127.0.0.1:${proxy.port}`,
    );
    const answer = await http.get(ask('http://public.example/a'));
    expect(answer.status).toBe(200);
    answer.close();
    for (const host of [
      'mixed.example',
      'inner.example',
      'unknown.example',
      '10.0.0.1',
      '[::1]',
      'localhost',
    ]) {
      await expect(http.get(ask(`http://${host}/b`)), host).rejects.toMatchObject({
        code: 'address-refused',
      });
    }
    expect(proxy.asked).toEqual(['http://public.example/a']);
  });
});

test('a POST sends its body, and gives up when it takes too long', async () => {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    bodies.push(`${request.method} ${request.headers['content-type']} ${body}`);
    // An answer without an end.
    if (request.url === '/endless') setInterval(() => response.write('x'.repeat(65_536)), 1).unref();
    if (request.url === '/ok') response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const http = createHttp({ proxy: 'none' });
  onTestFinished(() => {
    http.close();
    server.closeAllConnections();
    server.close();
  });
  const post = (path: string, timeoutMs: number) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    const headers = { 'content-type': 'application/json' };
    return http.post({
      url,
      headers,
      body: Buffer.from('{"a":1}'),
      signal: new AbortController().signal,
      timeoutMs,
    });
  };
  expect(await post('/ok', 5000)).toEqual({ status: 204 });
  expect(await post('/endless', 5000)).toEqual({ status: 200 });
  await expect(post('/silent', 100)).rejects.toMatchObject({ code: 'timeout' });
  expect(bodies).toEqual(Array(3).fill('POST application/json {"a":1}'));
});
