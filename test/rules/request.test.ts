import * as fs from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createPartialFile } from '../../main/bytes/open.ts';
import { Bucket } from '../../main/transfer/bucket.ts';
import { receive } from '../../main/transfer/receive.ts';
import { Limiter } from '../../main/transfer/throttle.ts';
import { Disk, type FileSystem } from '../../main/world/disk.ts';
import { createHttp } from '../../main/world/http.ts';
import { differsAt } from '../kit/content.ts';
import { download } from '../kit/download.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { eventually, MIB, misbehave, PATH, scene } from './scene.ts';

test('rule 1: the first request is a plain GET from zero, and its body is the download', async () => {
  const at = await scene({ faults: [{ name: 'head-refused' }, { name: 'expire-after', requests: 1 }] });
  await at.get().result;
  await at.demandWhole();
  expect(at.asked()).toHaveLength(1);
  expect(at.asked()[0]).toMatchObject({ method: 'GET', range: 'bytes=0-', ended: 'complete' });
  expect(at.asked()[0]?.headers['accept-encoding']).toBe('identity');
});

test('rule 1: when resuming, the first request asks for the first gap', async () => {
  const at = await scene();
  await at.getPart(100_000);
  await at.get().result;
  await at.demandWhole();
  expect(at.asked().map(({ range }) => range)).toEqual(['bytes=0-', 'bytes=100000-199999']);
});

test('rule 2: Accept-Ranges proves nothing: after a 200 there is one connection', async () => {
  const at = await scene({
    size: 6_000_000,
    headers: { 'accept-ranges': 'bytes' },
    bytesPerSecond: 2_000_000,
    faults: [{ name: 'ignore-range' }],
  });
  await at.get({ connections: 8 }).result;
  await at.demandWhole();
  expect(at.server.happened('ignore-range')).toBe(1);
  expect(at.asked()).toHaveLength(1);
});

test('rule 3: what the user gave stays within its origin', async () => {
  const at = await scene();
  const other = await FaultServer.start();
  onTestFinished(() => other.close());
  other.serve('/there', { content: at.content });
  misbehave(at, { name: 'redirect', to: other.url('/there') });
  await at.get({ headers: { authorization: 'Basic c2VjcmV0', cookie: 'a=1', 'x-own': '1' } }).result;
  expect(at.server.happened('redirect')).toBe(1);
  expect(at.asked()[0]?.headers).toMatchObject({
    authorization: 'Basic c2VjcmV0',
    cookie: 'a=1',
    'x-own': '1',
  });
  const [elsewhere] = other.requests;
  expect(elsewhere?.status).toBe(206);
  for (const name of ['authorization', 'cookie', 'x-own'])
    expect(elsewhere?.headers).not.toHaveProperty(name);
});

test('rule 3: at most 20 redirects', async () => {
  const at = await scene({ faults: [{ name: 'redirect-loop' }] });
  await expect(at.get().result).rejects.toMatchObject({ code: 'too-many-redirects' });
  expect(at.server.requests).toHaveLength(21);
});

test('rule 3: https does not lead to http', async () => {
  const secure = await FaultServer.start({ tls: true });
  onTestFinished(() => secure.close());
  const at = await scene();
  secure.serve('/s', { content: at.content, faults: [{ name: 'redirect', to: at.server.url(PATH) }] });
  const { request } = await import('../../main/transfer/request.ts');
  const { systemClock } = await import('../../main/world/clock.ts');
  const plain = createHttp({ proxy: 'none' });
  onTestFinished(() => plain.close());
  // The hop from https is judged by its address alone, so the secure server is spoken to over http here.
  const http = {
    ...plain,
    get: (ask: Parameters<typeof plain.get>[0]) => plain.get({ ...ask, url: at.server.url('/r') }),
  };
  at.server.serve('/r', { content: at.content, faults: [{ name: 'redirect', to: at.server.url(PATH) }] });
  const { Access } = await import('../../main/transfer/access.ts');
  const access = new Access({ url: secure.url('/s'), headers: {} });
  const options = { clock: systemClock, headers: {}, access, connectMs: 5000 };
  const ask = request({
    ...options,
    http,
    url: secure.url('/s'),
    firstByteMs: 5000,
    signal: new AbortController().signal,
  });
  await expect(ask).rejects.toMatchObject({ code: 'address-refused' });
  expect(at.asked()).toHaveLength(0);
});

test('rule 3: when the final address has expired, the original one is asked once more', async () => {
  const at = await scene();
  at.server.serve('/old', {
    content: at.content,
    faults: [
      { name: 'truncate', after: 100_000, times: 1 },
      { name: 'expire-after', requests: 1, status: 403 },
    ],
  });
  at.server.serve('/new', { content: at.content });
  misbehave(at, { name: 'redirect', to: '/old', times: 1 }, { name: 'redirect', to: '/new' });
  await at.get({ out: 'a.bin' }).result;
  await at.demandWhole();
  expect(at.server.happened('expire-after')).toBe(1);
  expect(at.server.requests.map(({ path }) => path)).toEqual(['/a.bin', '/old', '/old', '/a.bin', '/new']);
});

test('rule 3: an expired link is url-expired, every byte is kept, and a new link goes on', async () => {
  const at = await scene();
  await at.getPart(100_000);
  misbehave(at, { name: 'status', status: 410 });
  await expect(at.get().result).rejects.toMatchObject({ code: 'url-expired' });
  expect(at.server.happened('status')).toBe(1);
  await at.demandPart(100_000);
  at.server.serve('/fresh', { content: at.content });
  await at.get({ path: '/fresh', resume: { folder: at.folder, name: 'a.bin' } }).result;
  await at.demandWhole();
  expect(at.server.requests.at(-1)).toMatchObject({ path: '/fresh', range: 'bytes=100000-199999' });
});

/** Without its time-out such a test would never end; it says so sooner than others. */
const NEVER = { timeout: 6000 };

test('rule 4: a connection that does not come about is dropped and retried', NEVER, async () => {
  // It accepts, and then says nothing that TLS could begin with.
  let accepted = 0;
  const mute = createServer(() => void accepted++);
  await new Promise<void>((listening) => void mute.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void mute.close());
  const { port } = mute.address() as AddressInfo;
  const options = { folder: await tempFolder(), timeoutMs: 150, retries: 1 };
  const { result, waits } = download(`https://127.0.0.1:${port}/a.bin`, options);
  await expect(result).rejects.toMatchObject({ code: 'timeout', detail: 'no connection within 0.15 s' });
  expect(waits.map(({ error }) => error?.code)).toEqual(['timeout']);
  expect(accepted).toBe(2);
});

test('rule 4: a connection without an answer is dropped and retried', NEVER, async () => {
  const at = await scene({ faults: [{ name: 'no-answer', times: 1 }] });
  const { result, waits } = at.get({ timeoutMs: 150 });
  await result;
  await at.demandWhole();
  expect(at.server.happened('no-answer')).toBe(1);
  expect(waits.map(({ error }) => error?.code)).toEqual(['timeout']);
});

test(
  'rule 4: a connection without a byte is dropped, and the next goes on behind its last one',
  NEVER,
  async () => {
    const at = await scene({ faults: [{ name: 'stall', after: 100_000, times: 1 }] });
    const { result, waits } = at.get({ timeoutMs: 150 });
    await result;
    await at.demandWhole();
    expect(at.server.happened('stall')).toBe(1);
    expect(waits.map(({ error }) => error?.code)).toEqual(['timeout']);
    expect(at.asked()[1]?.range).toBe('bytes=100000-199999');
  },
);

/** A disk whose writes to partial files wait until `release`. */
function slowDisk(): { disk: Disk; release: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const open = async (path: string, flags: string) => {
    const handle = await fs.open(path, flags);
    const writev = handle.writev.bind(handle);
    const late: typeof writev = async (...args) => {
      if (path.endsWith('.part')) await promise;
      return writev(...args);
    };
    return Object.assign(handle, { writev: late });
  };
  return { disk: new Disk({ ...fs, open } as unknown as FileSystem), release: resolve };
}

test('rule 4: time in which we do not read is no stall', async () => {
  const at = await scene({ size: 16 * MIB });
  const http = createHttp({ proxy: 'none' });
  onTestFinished(() => http.close());
  const clock = new FakeClock();
  const { disk, release } = slowDisk();
  const place = { folder: at.folder, name: 'a.bin' };
  const file = await createPartialFile({ disk, clock }, place, { id: '01J', notes: {} });
  await file.placeRegion(0, 0, 16 * MIB);
  const { signal } = new AbortController();
  const answer = await http.get({ url: at.server.url(PATH), headers: {}, signal });
  const received = receive({
    answer,
    encodings: [],
    promisedEnd: 16 * MIB,
    stripe: { start: 0, at: 0, end: 16 * MIB },
    extend: () => false,
    file,
    regionId: 0,
    highWater: MIB,
    clock,
    stallMs: 30_000,
    limiter: new Limiter(clock, null, new Bucket(clock, null)),
    onArrival: () => {},
    onBytes: () => {},
    onJournaled: () => {},
    signal,
  });
  received.catch(() => {});
  await eventually(() => answer.body.isPaused());
  await clock.advance(60_000);
  release();
  await expect(received).resolves.toBeUndefined();
  await file.close();
  expect(await differsAt(at.content, `${at.file}.part`)).toBeNull();
});
