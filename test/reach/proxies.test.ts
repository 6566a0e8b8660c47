import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { selfSigned } from '../kit/certificate.ts';
import { httpProxy, MIB, proxyOf, reach, server, socksProxy } from './kit.ts';

const KINDS = ['http', 'https', 'socks5'];
const PAIRS = KINDS.flatMap((kind) => [
  [kind, 'http'],
  [kind, 'https'],
]) as [string, string][];

/** The kit's certificate is its own authority, for the targets and for the https proxy. */
const ca = (await selfSigned()).cert;

describe.each(PAIRS)('%s proxy, %s target', (kind, scheme) => {
  const tls = scheme === 'https';

  test('brings the ranges of several connections, kept alive', async () => {
    const at = await reach({ tls, size: 12 * MIB, bytesPerSecond: 4 * MIB });
    const proxy = await proxyOf(kind, { user: 'me', password: 'p%@:word' });
    const through = proxy.url('me:p%25%40%3Aword');
    await at.get({ connections: 4, network: { proxy: through, ca } }).result;
    expect(await at.differs()).toBeNull();
    expect(at.target.peakOpenRequests).toBeGreaterThan(1);
    expect(at.target.requests.length).toBeGreaterThan(proxy.connections);
    const how = kind === 'socks5' ? 'socks' : tls ? 'connect' : 'absolute';
    expect(new Set(proxy.asked.map((asked) => asked.how))).toEqual(new Set([how]));
    expect(new Set(proxy.asked.map((asked) => asked.let))).toEqual(new Set(['in']));
    // Nothing that is for the proxy goes on to the target.
    expect(at.target.requests.filter(({ headers }) => 'proxy-authorization' in headers)).toEqual([]);
  });

  test('a wrong password is auth-required of the proxy, at once, and is not shown', async () => {
    const at = await reach({ tls });
    const proxy = await proxyOf(kind, { user: 'me', password: 'right' });
    const { result, waits } = at.get({ retries: 3, network: { proxy: proxy.url('me:wr0ng'), ca } });
    await expect(result).rejects.toMatchObject({ code: 'auth-required' });
    const { detail } = await result.catch((error) => error);
    expect(detail).toContain(`the proxy ${proxy.host} does not take this user and password`);
    expect(detail).not.toContain('wr0ng');
    expect(waits).toEqual([]);
    expect(proxy.asked.map((asked) => asked.let)).toEqual(['not known']);
    expect(at.target.requests).toEqual([]);
  });

  test('one that is down is the network, names the proxy, and is tried again', async () => {
    const at = await reach({ tls });
    const proxy = await proxyOf(kind);
    const url = proxy.url('me:s3cret');
    const { host } = proxy;
    await proxy.close();
    const { result, waits } = at.get({ retries: 2, network: { proxy: url, ca } });
    await expect(result).rejects.toMatchObject({
      code: 'network',
      detail: `ECONNREFUSED, at the proxy ${host}`,
    });
    expect(waits).toHaveLength(2);
  });

  test('one whose name is not known is dns, and names it', async () => {
    const at = await reach({ tls });
    const { result } = at.get({ network: { proxy: `${kind}://me:s3cret@no-such-proxy.invalid:3128`, ca } });
    await expect(result).rejects.toMatchObject({ code: 'dns' });
    const { detail } = await result.catch((error) => error);
    expect(detail).toMatch(/^E\w+, at the proxy no-such-proxy\.invalid:3128$/);
  });
});

test.each([
  [403, 1],
  [503, 3],
])('a CONNECT refused with %i is the proxy’s refusal, asked %i times', async (status, times) => {
  const at = await reach({ tls: true });
  const proxy = await httpProxy();
  proxy.refuse = status;
  const { result } = at.get({ retries: 2, network: { proxy: proxy.url(), ca } });
  await expect(result).rejects.toMatchObject({
    code: 'network',
    status: undefined,
    detail: `the proxy ${proxy.host} refused: HTTP ${status}`,
  });
  expect(proxy.asked).toHaveLength(times);
  expect(at.target.requests).toEqual([]);
});

test.each([
  [2, 'NotAllowed', 1],
  [4, 'HostUnreachable', 3],
])('a socks proxy that refuses with %i says %s, asked %i times', async (code, word, times) => {
  const at = await reach();
  const proxy = await socksProxy();
  proxy.refuse = code;
  const { result } = at.get({ retries: 2, network: { proxy: proxy.url() } });
  const detail = `the proxy ${proxy.host} refused: ${word}`;
  await expect(result).rejects.toMatchObject({ code: 'network', detail });
  expect(proxy.asked).toHaveLength(times);
});

test.each([
  ['http', 'absolute'],
  ['socks5', 'socks'],
])('through a %s proxy names are resolved by the proxy', async (kind, how) => {
  const at = await reach();
  const proxy = await proxyOf(kind);
  const { port } = new URL(at.target.origin);
  await at.get({ url: `http://nowhere.test:${port}/a.bin`, network: { proxy: proxy.url() } }).result;
  expect(await at.differs()).toBeNull();
  expect(proxy.asked[0]).toMatchObject({ how, target: expect.stringContaining('nowhere.test') });
  if (kind === 'socks5') expect(proxy.asked[0]?.address).toBe('domain');
});

test('rule 3: a path that begins like a host stays a path', async () => {
  const at = await reach();
  const other = await server();
  const proxy = await httpProxy();
  const path = `//${new URL(other.origin).host}/a.bin`;
  at.target.serve(path, { content: at.content });
  const headers = { authorization: 'Bearer t0ken' };
  await at.get({ url: at.target.origin + path, headers, network: { proxy: proxy.url() } }).result;
  expect(at.target.requests[0]).toMatchObject({ path, headers });
  expect(other.requests).toEqual([]);
});

test('a target that nobody vouches for is tls, through every proxy', async () => {
  for (const kind of ['http', 'socks5']) {
    const at = await reach({ tls: true });
    const proxy = await proxyOf(kind);
    await expect(at.get({ network: { proxy: proxy.url() } }).result).rejects.toMatchObject({ code: 'tls' });
    expect(proxy.asked).toHaveLength(1);
  }
});

test('an https proxy that nobody vouches for is tls, and names the proxy', async () => {
  for (const tls of [false, true]) {
    const at = await reach({ tls });
    const proxy = await httpProxy({ tls: true });
    const { result } = at.get({ network: { proxy: proxy.url('me:s3cret') } });
    await expect(result).rejects.toMatchObject({ code: 'tls' });
    expect((await result.catch((error) => error)).detail).toContain(`at the proxy ${proxy.host}`);
    expect(proxy.asked).toEqual([]);
  }
});

test('a proxy that never answers is given up, and its connection closed', async () => {
  const at = await reach({ tls: true });
  const proxy = await httpProxy();
  proxy.mute = true;
  const { result } = at.get({ timeoutMs: 150, network: { proxy: proxy.url(), ca } });
  await expect(result).rejects.toMatchObject({ code: 'timeout' });
  expect(proxy.asked).toHaveLength(1);
  await proxy.idle();
});

test('something else than a proxy on its port is the network, and names it', async () => {
  const at = await reach({ tls: true });
  const tcp = createServer((socket) => void socket.resume().end('220 mail\r\n\r\n'));
  await new Promise<void>((listening) => void tcp.listen(0, '127.0.0.1', listening));
  const { port } = tcp.address() as { port: number };
  for (const kind of ['http', 'socks5']) {
    const { result } = at.get({ network: { proxy: `${kind}://127.0.0.1:${port}`, ca } });
    await expect(result).rejects.toMatchObject({ code: 'network' });
    expect((await result.catch((error) => error)).detail).toContain(`the proxy 127.0.0.1:${port}`);
  }
  await new Promise((closed) => void tcp.close(closed));
});

test('a 407 of the target itself is the target’s', async () => {
  const at = await reach({ faults: [{ name: 'status', status: 407 }] });
  const { result } = at.get({ network: { proxy: 'none' } });
  await expect(result).rejects.toMatchObject({ code: 'auth-required', detail: 'HTTP 407' });
  expect(at.target.happened('status')).toBe(1);
});
