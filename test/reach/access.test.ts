import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCookieFile } from '../../main/source/cookies.ts';
import { parseNetrc } from '../../main/source/netrc.ts';
import { basicAuthorization } from '../../main/source/request-headers.ts';
import { selfSigned } from '../kit/certificate.ts';
import type { Fault } from '../kit/fault-server.ts';
import { Nginx } from '../kit/nginx.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { httpProxy, type Reach, reach, server } from './kit.ts';

const challenge = { 'www-authenticate': 'Basic realm="kit"' };
const AUTHORIZATION = basicAuthorization('me', 'pw');
const netrc = parseNetrc(
  'machine 127.0.0.1 login me password pw\nmachine localhost login you password other',
);

/** Another host by name, the same port and server; its origin is another. */
const byName = (url: string): string => url.replace('127.0.0.1', 'localhost');

/** A redirect that may set a cookie. */
const sendTo = (location: string, cookie?: string): Fault => ({
  name: 'status',
  status: 302,
  headers: { location, ...(cookie === undefined ? {} : { 'set-cookie': cookie }) },
});

/** Sends every request for `/a.bin` to `/b.bin` of another origin; gives what was sent there. */
async function redirected(at: Reach, cookie?: string) {
  const other = await server();
  other.serve('/b.bin', { content: at.content });
  at.target.update('/a.bin', {
    faults: [sendTo(byName(other.url('/b.bin')), cookie)],
  });
  return other;
}

test('rule 3: what the user gave stays with its origin, when it redirects to its own host by another name', async () => {
  const at = await reach();
  at.target.serve('/there', { content: at.content });
  at.target.update('/a.bin', { faults: [{ name: 'redirect', to: byName(at.target.url('/there')) }] });
  const headers = {
    Authorization: AUTHORIZATION,
    referer: 'https://a.test/',
    'user-agent': 'Mine',
    'x-own': '1',
  };
  await at.get({ out: 'a.bin', headers }).result;
  const [first, second] = at.target.requests;
  expect(first?.headers).toMatchObject({
    authorization: AUTHORIZATION,
    referer: 'https://a.test/',
    'x-own': '1',
  });
  expect(second?.path).toBe('/there');
  expect(second?.headers['user-agent']).toBe('Satchel');
  for (const name of ['authorization', 'referer', 'x-own']) expect(second?.headers).not.toHaveProperty(name);
});

test('rule 3: cookies go only where cookie rules allow', async () => {
  const at = await reach();
  const other = await redirected(at, 'session=1; Path=/');
  const file = ['127.0.0.1\tFALSE\t/\tFALSE\t0\tmine\t1', 'localhost\tFALSE\t/\tFALSE\t0\ttheirs\t2'].join(
    '\n',
  );
  await at.get({ out: 'a.bin', cookies: parseCookieFile(file) }).result;
  expect(at.target.requests[0]?.headers.cookie).toBe('mine=1');
  expect(other.requests[0]?.headers.cookie).toBe('theirs=2');
});

test('rule 3: a cookie that an answer sets goes along where it redirects within the host', async () => {
  const at = await reach();
  at.target.serve('/there', { content: at.content });
  at.target.update('/a.bin', { faults: [sendTo('/there', 'session=1; Path=/')] });
  await at.get({ out: 'a.bin', headers: { cookie: 'own=2' } }).result;
  expect(at.target.requests.map(({ headers: { cookie } }) => cookie)).toEqual(['own=2', 'own=2; session=1']);
});

test('rule 3: a cookie for https only is not sent over http', async () => {
  const at = await reach();
  const lines = ['TRUE\t0\tsafe\t1', 'FALSE\t0\topen\t2'].map((rest) => `127.0.0.1\tFALSE\t/\t${rest}`);
  await at.get({ cookies: parseCookieFile(lines.join('\n')) }).result;
  expect(at.target.requests[0]?.headers.cookie).toBe('open=2');
});

test('rule 3: a login of the netrc file is sent to its own host only', async () => {
  const at = await reach();
  const other = await redirected(at);
  at.target.update('/a.bin', {
    faults: [
      { name: 'status', status: 401, headers: challenge, times: 1 },
      { name: 'redirect', to: byName(other.url('/b.bin')) },
    ],
  });
  other.update('/b.bin', { faults: [{ name: 'status', status: 401, headers: challenge, times: 1 }] });
  await at.get({ out: 'a.bin', netrc }).result;
  const seen = (one: typeof other) => one.requests.map(({ headers }) => headers.authorization);
  expect(seen(at.target)).toEqual([undefined, AUTHORIZATION]);
  expect(seen(other)).toEqual([undefined, basicAuthorization('you', 'other')]);
});

test('rule 3: the default login is for where the user goes, not for where it redirects to', async () => {
  const at = await reach();
  const other = await redirected(at);
  other.update('/b.bin', { faults: [{ name: 'status', status: 401, headers: challenge }] });
  const { result } = at.get({ netrc: parseNetrc('default login me password pw') });
  await expect(result).rejects.toMatchObject({ code: 'auth-required' });
  expect(other.requests.length).toBeGreaterThan(0);
  for (const { headers } of other.requests) expect(headers).not.toHaveProperty('authorization');
  at.target.update('/a.bin', { faults: [{ name: 'status', status: 401, headers: challenge, times: 1 }] });
  await at.get({ netrc: parseNetrc('default login me password pw') }).result;
  expect(at.target.requests.at(-1)?.headers.authorization).toBe(AUTHORIZATION);
});

test('rule 16: a 401 is final, except once with a login that was not sent', async () => {
  const at = await reach({ faults: [{ name: 'status', status: 401, headers: challenge }] });
  const { result, waits } = at.get({ netrc, retries: 3 });
  await expect(result).rejects.toMatchObject({ code: 'auth-required', status: 401 });
  expect(waits).toEqual([]);
  expect(at.target.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, AUTHORIZATION]);
});

test('rule 16: the user’s own login is the only one that is tried', async () => {
  for (const headers of [{ authorization: 'Bearer t0ken' }, { authorization: '' }]) {
    const at = await reach({ faults: [{ name: 'status', status: 401, headers: challenge }] });
    await expect(at.get({ netrc, headers }).result).rejects.toMatchObject({ code: 'auth-required' });
    expect(at.target.requests.map((one) => one.headers.authorization)).toEqual([
      headers.authorization || undefined,
    ]);
  }
});

test('no password is sent to who asks for something else', async () => {
  const headers = { 'www-authenticate': 'Digest realm="kit", nonce="1"' };
  const at = await reach({ faults: [{ name: 'status', status: 401, headers }] });
  await expect(at.get({ netrc }).result).rejects.toMatchObject({ code: 'auth-required' });
  expect(at.target.requests).toHaveLength(1);
});

test('a header with an empty value is not sent, not even Satchel’s own', async () => {
  const at = await reach({ headers: { 'set-cookie': 'n=v' } });
  await at.get({ headers: { 'user-agent': '', accept: '', cookie: '' } }).result;
  const [first] = at.target.requests;
  for (const name of ['user-agent', 'accept', 'cookie']) expect(first?.headers).not.toHaveProperty(name);
  expect(first?.headers['accept-encoding']).toBe('identity');
});

test('each connection signs in, resumed ones too', async () => {
  const at = await reach({ size: 6_000_000, bytesPerSecond: 2_000_000 });
  await at.get({ connections: 4, headers: { authorization: 'Bearer t0ken' } }).result;
  expect(at.target.requests.length).toBeGreaterThan(1);
  for (const { headers } of at.target.requests) expect(headers.authorization).toBe('Bearer t0ken');
});

test('nothing for the target is shown to a proxy that tunnels, and nothing for the proxy to the target', async () => {
  const at = await reach({ tls: true });
  const proxy = await httpProxy({ user: 'pu', password: 'pp' });
  const network = { proxy: proxy.url('pu:pp'), ca: (await selfSigned()).cert };
  await at.get({ network, headers: { authorization: AUTHORIZATION, cookie: 'a=1', 'x-own': '1' } }).result;
  for (const name of ['authorization', 'cookie', 'x-own', 'user-agent', 'referer']) {
    expect(proxy.asked[0]?.headers).not.toHaveProperty(name);
  }
  expect(at.target.requests[0]?.headers).toMatchObject({ authorization: AUTHORIZATION });
  expect(at.target.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
});

test.skipIf(!Nginx.available)('nginx lets in who has the password, by header and by netrc', async () => {
  const root = await tempFolder();
  const bytes = Buffer.alloc(300_000, 'satchel');
  await writeFile(join(root, 'a.bin'), bytes);
  const hash = createHash('sha1').update('pw').digest('base64');
  await writeFile(join(root, '.users'), `me:{SHA}${hash}\n`);
  const nginx = await Nginx.start({
    root,
    extra: `auth_basic "kit"; auth_basic_user_file "${root}/.users";`,
  });
  try {
    const at = await reach();
    const url = nginx.url('/a.bin');
    await expect(at.get({ url }).result).rejects.toMatchObject({ code: 'auth-required' });
    const wrong = { authorization: basicAuthorization('me', 'wrong') };
    await expect(at.get({ url, headers: wrong }).result).rejects.toMatchObject({ code: 'auth-required' });
    const right = { authorization: AUTHORIZATION };
    expect(await at.get({ url, out: 'b.bin', headers: right }).result).toMatchObject({ bytes: bytes.length });
    expect(await at.get({ url, out: 'c.bin', netrc }).result).toMatchObject({ bytes: bytes.length });
    const statuses = (await nginx.log()).map(({ status }) => status);
    expect(statuses).toEqual([401, 401, 206, 401, 206]);
  } finally {
    await nginx.close();
  }
});
