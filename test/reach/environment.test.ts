import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createHttp } from '../../main/world/http.ts';
import { isBypassed, parseProxy, proxyFromEnvironment } from '../../main/world/proxy.ts';
import { selfSigned } from '../kit/certificate.ts';
import { httpProxy, reach, socksProxy } from './kit.ts';

const NAMES = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'];

beforeEach(() => {
  for (const name of NAMES) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toUpperCase(), undefined);
  }
});
afterEach(() => void vi.unstubAllEnvs());

describe('the proxy of the environment', () => {
  test.each([
    ['HTTP_PROXY', 'http'],
    ['http_proxy', 'http'],
    ['HTTPS_PROXY', 'https'],
    ['https_proxy', 'https'],
    ['ALL_PROXY', 'http'],
    ['all_proxy', 'https'],
  ])('%s is taken for %s', async (name, scheme) => {
    const at = await reach({ tls: scheme === 'https' });
    const proxy = await httpProxy({ user: 'me', password: 'pw' });
    vi.stubEnv(name, proxy.url('me:pw'));
    await at.get({ network: { proxy: 'env', ca: (await selfSigned()).cert } }).result;
    expect(await at.differs()).toBeNull();
    expect(proxy.asked).toHaveLength(1);
  });

  test('that of the scheme comes before that of all', async () => {
    const at = await reach();
    const [own, all] = [await httpProxy(), await socksProxy()];
    vi.stubEnv('http_proxy', own.url());
    vi.stubEnv('all_proxy', all.url());
    await at.get({ network: { proxy: 'env' } }).result;
    expect([own.asked.length, all.asked.length]).toEqual([1, 0]);
  });

  test('without a scheme it is an http proxy, for https targets too', () => {
    vi.stubEnv('https_proxy', 'proxy.test:3128');
    expect(proxyFromEnvironment('https://a.test/')).toMatchObject({ kind: 'http', label: 'proxy.test:3128' });
  });

  test('NO_PROXY goes around it', async () => {
    const at = await reach();
    const proxy = await httpProxy();
    vi.stubEnv('http_proxy', proxy.url());
    vi.stubEnv('no_proxy', 'b.test,127.0.0.0/8');
    await at.get({ network: { proxy: 'env' } }).result;
    expect(await at.differs()).toBeNull();
    expect(proxy.asked).toEqual([]);
  });

  test('neither `none` nor another proxy looks at it', async () => {
    const at = await reach();
    const [own, other] = [await httpProxy(), await httpProxy()];
    vi.stubEnv('http_proxy', own.url());
    await at.get({ network: { proxy: 'none' } }).result;
    await at.get({ out: 'b.bin', network: { proxy: other.url() } }).result;
    expect([own.asked.length, other.asked.length]).toEqual([0, 1]);
  });

  test('one that is none is bad-input that names the variable, and not the password', async () => {
    const at = await reach();
    vi.stubEnv('HTTP_PROXY', 'ftp://me:s3cret@proxy.test');
    const { result } = at.get({ network: { proxy: 'env' } });
    await expect(result).rejects.toMatchObject({ code: 'bad-input' });
    const { detail } = await result.catch((error) => error);
    expect(detail).toMatch(/^HTTP_PROXY: no proxy of this kind/);
    expect(detail).not.toContain('s3cret');
  });
});

describe('NO_PROXY', () => {
  test.each([
    ['a.test', 'a.test', true],
    ['x.a.test', 'a.test', true],
    ['x.a.test', '.a.test', true],
    ['a.test', '.a.test', true],
    ['a.test.', 'a.test', true],
    ['a.test', 'a.test.', true],
    ['A.test', 'a.TEST', true],
    ['xa.test', 'a.test', false],
    ['a.test', 'x.a.test', false],
    ['a.test', 'b.test, a.test', true],
    ['a.test', 'b.test a.test', true],
    ['a.test', '*', true],
    ['a.test', '', false],
    ['a.test', ',', false],
    ['localhost', '', false],
    ['localhost', 'localhost', true],
    ['127.0.0.1', 'localhost', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.0/8', true],
    ['127.0.0.1', '127.0.0.1/32', true],
    ['128.0.0.1', '127.0.0.0/8', false],
    ['127.0.0.1', '0.0.0.0/0', true],
    ['127.0.0.1', '127.0.0.0/33', false],
    ['127.0.0.1', '127.0.0.0/x', false],
    ['10.127.0.0.1', '127.0.0.1', true],
    ['1.127.0.0', '127.0.0', false],
    ['[::1]', '::1', true],
    ['[::1]', '[::1]', true],
    ['[::1]', '0:0:0:0:0:0:0:1', true],
    ['[fe80::1]', 'fe80::/10', true],
    ['[::1]', '127.0.0.0/8', false],
  ])('%s, %j: %s', (host, list, bypassed) => {
    expect(isBypassed(host, list)).toBe(bypassed);
  });
});

describe('a proxy’s URL', () => {
  test.each([
    [
      'http://p.test:80',
      { kind: 'http', host: 'p.test', port: 80, user: null, password: null, label: 'p.test:80' },
    ],
    ['http://p.test', { kind: 'http', port: 80 }],
    ['https://p.test', { kind: 'https', port: 443 }],
    ['https://p.test:80/', { kind: 'https', port: 80 }],
    ['socks5://p.test', { kind: 'socks5', port: 1080 }],
    ['socks5h://p.test:443', { kind: 'socks5', port: 443 }],
    ['socks5://p.test:80', { kind: 'socks5', port: 80 }],
    ['SOCKS5://P.test', { kind: 'socks5', host: 'p.test' }],
    ['p.test:3128', { kind: 'http', port: 3128 }],
    ['me:pw@p.test:3128', { kind: 'http', user: 'me', password: 'pw', label: 'p.test:3128' }],
    ['http://[::1]:3128', { host: '::1', port: 3128, label: '[::1]:3128' }],
    ['http://me@p.test', { user: 'me', password: '' }],
    ['http://m%40:p%2F%3A%25@p.test', { user: 'm@', password: 'p/:%' }],
    ['http://me:100%@p.test', { user: 'me', password: '100%' }],
  ])('%s', (text, proxy) => {
    expect(parseProxy(text)).toMatchObject(proxy);
  });

  test.each([
    'socks4://me:s3cret@p.test',
    'ftp://me:s3cret@p.test',
    'http://',
    '',
    'http://me:s3cret@',
    'http://me:s3/cret@p.test',
    'http://me:123#s3cret@p.test',
    'http://me:123?s3cret@p.test',
    'http://p.test/s3cret',
    'http://p.test:99999',
    `socks5://me:s3cret${'x'.repeat(300)}@p.test`,
  ])('%s is none, which is said when it is set, without a password', (text) => {
    const http = createHttp({ proxy: 'none' });
    for (const set of [() => createHttp({ proxy: text }), () => http.configure({ proxy: text })]) {
      expect(set).toThrow(
        expect.objectContaining({ code: 'bad-input', detail: expect.not.stringMatching(/s3|123/) }),
      );
    }
    http.close();
  });
});
