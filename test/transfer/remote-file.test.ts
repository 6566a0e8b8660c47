import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { Access } from '../../main/transfer/access.ts';
import { Bucket } from '../../main/transfer/bucket.ts';
import { Hosts } from '../../main/transfer/hosts.ts';
import { openRemote, type RemoteFile } from '../../main/transfer/remote-file.ts';
import { Source } from '../../main/transfer/source.ts';
import { Limiter } from '../../main/transfer/throttle.ts';
import { type Clock, systemClock } from '../../main/world/clock.ts';
import { createHttp } from '../../main/world/http.ts';
import { type Source as Bytes, Content } from '../kit/content.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { type Fault, FaultServer, type Resource } from '../kit/fault-server.ts';
import { eventually, passTime } from '../rules/scene.ts';

const MIB = 1024 * 1024;
const PATH = '/a.bin';

interface Options {
  readonly clock?: Clock;
  readonly retries?: number;
  readonly rate?: number;
  readonly signal?: AbortSignal;
  readonly hosts?: Hosts;
}

async function scene(faults: readonly Fault[], more: Partial<Resource> & { size?: number } = {}) {
  const { size = MIB, ...resource } = more;
  const server = await FaultServer.start();
  const http = createHttp({ proxy: 'none' });
  onTestFinished(async () => {
    http.close();
    await server.close();
  });
  const content = new Content(5, size);
  server.serve(PATH, { content, faults, ...resource });
  const waits: { retryAt: number | null; code: string | undefined }[] = [];
  const open = (options: Options = {}) => {
    const { clock = systemClock, retries = 3, rate = null, signal } = options;
    const hosts = options.hosts ?? new Hosts(clock, 8);
    onTestFinished(() => hosts.close());
    const bucket = new Bucket(clock, rate);
    onTestFinished(() => bucket.close());
    const source = new Source(
      {
        ...{ http, clock, url: server.url(PATH), access: new Access({ url: server.url(PATH), headers: {} }) },
        ...{ connectMs: 5000, firstByteMs: 5000, trustUser: false },
      },
      null,
    );
    return openRemote({
      ...{ clock, hosts, source, retries, stallMs: 5000, random: () => 0 },
      limiter: new Limiter(clock, null, bucket),
      signal: signal ?? new AbortController().signal,
      listener: {
        onWaiting: (retryAt, error) => void waits.push({ retryAt, code: error?.code }),
        onDelivering: () => {},
      },
    });
  };
  return { server, content, waits, open, ranges: () => server.requests.map(({ range }) => range) };
}

async function readAll(remote: RemoteFile): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const bytes of remote) parts.push(bytes);
  return Buffer.concat(parts);
}

/** How many bytes came before it failed, and as what. All of them must be the file's. */
async function readToFailure(remote: RemoteFile, content: Bytes): Promise<{ code: string; got: number }> {
  let got = 0;
  try {
    for await (const bytes of remote) {
      expect(bytes.equals(content.slice(got, got + bytes.length))).toBe(true);
      got += bytes.length;
    }
  } catch (thrown) {
    return { code: (thrown as SatchelError).code, got };
  }
  return { code: 'none', got };
}

/** Whether it is over by now. */
function settled(work: Promise<unknown>): () => boolean {
  let over = false;
  const end = () => {
    over = true;
  };
  work.then(end, end);
  return () => over;
}

const isSame = (bytes: Buffer, content: Bytes) => bytes.equals(content.slice(0, content.size));

describe('a whole file', () => {
  test('the first answer is there before the first byte, and its body is the download', async () => {
    const { open, content, server, ranges } = await scene([], {
      headers: { 'content-disposition': 'attachment; filename="x.bin"' },
    });
    const gate = server.gate(PATH, 0);
    const remote = await open();
    expect(remote.first).toMatchObject({
      url: server.url(PATH),
      facts: { total: MIB, resumable: true },
      headers: { 'content-disposition': 'attachment; filename="x.bin"' },
    });
    gate.release();
    expect(isSame(await readAll(remote), content)).toBe(true);
    expect(remote.received).toBe(MIB);
    expect(ranges()).toEqual(['bytes=0-']);
  });

  test('the connection is used again for the next file', async () => {
    const { open, server } = await scene([]);
    for (let n = 0; n < 3; n++) await readAll(await open());
    expect(new Set(server.requests.map(({ socket }) => socket)).size).toBe(1);
  });

  test('a last chunk that comes late is waited for, by nobody but the connection', async () => {
    const { open, content, server } = await scene([{ name: 'chunked' }]);
    const gate = server.gate(PATH, MIB);
    expect(isSame(await readAll(await open()), content)).toBe(true);
    gate.release();
    await server.until(() => server.requests[0]?.ended !== 'open');
    expect(server.requests[0]?.ended).toBe('complete');
  });

  test.each<[string, Partial<Resource> & { size?: number }, Fault[]]>([
    ['empty', { size: 0 }, []],
    ['one byte', { size: 1 }, []],
    ['without ranges', { ranges: false }, []],
    ['in chunks', { ranges: false }, [{ name: 'chunked' }]],
    ['asked for in pieces', {}, [{ name: 'shorter-range', length: 300_000 }]],
    ['redirected', {}, [{ name: 'redirect', to: `${PATH}?x`, times: 1 }]],
  ])('%s', async (_, resource, faults) => {
    const { open, content, server, waits } = await scene(faults, resource);
    expect(isSame(await readAll(await open()), content)).toBe(true);
    for (const { name } of faults) expect(server.happened(name)).toBeGreaterThan(0);
    expect(waits).toEqual([]);
  });

  test.each(['gzip', 'br', 'zstd'] as const)('%s is undone, and its length is unknown', async (encoding) => {
    const { open, content, server } = await scene([{ name: 'content-encoding', encoding }]);
    const remote = await open();
    expect(remote.first.facts).toMatchObject({ total: null, encoded: true });
    expect(isSame(await readAll(remote), content)).toBe(true);
    expect(server.happened('content-encoding')).toBe(1);
  });

  test('a file that is gzip itself is kept as it is', async () => {
    const packed = gzipSync(Buffer.from('as sent'));
    const { open } = await scene([{ name: 'content-encoding', encoding: 'gzip', asIs: true }], {
      content: packed,
      type: 'application/gzip',
    });
    expect(await readAll(await open())).toEqual(packed);
  });
});

describe('a connection that breaks', () => {
  test.each<[string, Fault]>([
    ['cut', { name: 'truncate', after: 400_000, times: 1 }],
    ['cut in order', { name: 'truncate-clean', after: 400_000, times: 1 }],
  ])('%s: it goes on at the next byte', async (_, fault) => {
    const { open, content, server, ranges, waits } = await scene([fault]);
    expect(isSame(await readAll(await open()), content)).toBe(true);
    expect(server.happened(fault.name)).toBe(1);
    expect(ranges()).toHaveLength(2);
    expect(ranges()[1]).toMatch(/^bytes=[1-9]\d*-$/);
    expect(server.requests.map(({ ifRange }) => ifRange)).toEqual([null, expect.stringMatching(/^"/)]);
    expect(waits).toEqual([{ retryAt: expect.any(Number), code: 'network' }]);
  });

  test('stalled: it goes on elsewhere after the time-out', async () => {
    const clock = new FakeClock();
    const { open, content, server, ranges, waits } = await scene([
      { name: 'stall', after: 400_000, times: 1 },
    ]);
    const reading = open({ clock }).then(readAll);
    const over = settled(reading);
    await server.once(({ sent }) => sent === 400_000);
    await passTime(clock, 500, over);
    expect(isSame(await reading, content)).toBe(true);
    expect(server.happened('stall')).toBe(1);
    expect(ranges()[1]).toBe('bytes=400000-');
    expect(waits.map(({ code }) => code)).toEqual(['timeout']);
  });

  test('what dies always at the same byte ends', async () => {
    const { open, content, server } = await scene([{ name: 'die-at', offset: 500_000 }]);
    const { code, got } = await readToFailure(await open({ retries: 3 }), content);
    expect({ code, got }).toEqual({ code: 'network', got: 500_000 });
    expect(server.requests.length).toBeGreaterThanOrEqual(4);
  });

  test('503 holds the host, as long as it says', async () => {
    const clock = new FakeClock();
    const { open, content, server, waits } = await scene([
      { name: 'status', status: 503, headers: { 'retry-after': '7' }, times: 1 },
    ]);
    const hosts = new Hosts(clock, 8);
    const began = clock.now();
    const reading = open({ clock, hosts }).then(readAll);
    const over = settled(reading);
    await eventually(() => waits.length > 0);
    expect(waits).toEqual([{ retryAt: began + 7000, code: 'http-status' }]);
    expect(hosts.capOf(new URL(server.origin).host)).toBe(4);
    await passTime(clock, 1000, over);
    expect(isSame(await reading, content)).toBe(true);
    expect(server.happened('status')).toBe(1);
  });
});

describe('never another file', () => {
  test('changed while it broke off: source-changed, nothing spliced', async () => {
    const { open, content, server } = await scene([{ name: 'truncate', after: 400_000, times: 1 }]);
    const remote = await open();
    await server.once(({ ended }) => ended === 'cut-by-server');
    server.update(PATH, { content: content.withEvery(1000, 1), faults: [] });
    const { code, got } = await readToFailure(remote, content);
    expect(code).toBe('source-changed');
    expect(got).toBeGreaterThan(0);
    expect(got).toBeLessThanOrEqual(400_000);
  });

  test.each<[string, Fault]>([
    ['another start', { name: 'wrong-content-range-start', when: ({ start }) => start !== 0 }],
    ['another total', { name: 'wrong-content-range-total', when: ({ start }) => start !== 0 }],
    ['the whole file to a range', { name: 'ignore-range', when: ({ start }) => start !== 0 }],
  ])('%s is not used', async (_, fault) => {
    const { open, content, server } = await scene([{ name: 'truncate', after: 400_000, times: 1 }, fault]);
    const { code, got } = await readToFailure(await open(), content);
    expect(code).toBe('range-ignored');
    expect(got).toBeLessThanOrEqual(400_000);
    expect(server.happened(fault.name)).toBeGreaterThan(0);
  });

  test('a login page instead of the file', async () => {
    const { open, content, server } = await scene([
      { name: 'truncate', after: 400_000, times: 1 },
      { name: 'html', status: 206, when: ({ start }) => start !== 0 },
    ]);
    expect((await readToFailure(await open(), content)).code).toBe('auth-required');
    expect(server.happened('html')).toBe(1);
  });

  test('what follows what was promised is cut', async () => {
    const { open, content, server } = await scene([{ name: 'long-body', extra: 5000 }]);
    expect(isSame(await readAll(await open()), content)).toBe(true);
    expect(server.happened('long-body')).toBe(1);
    await server.until(() => server.requests.every(({ ended }) => ended !== 'open'));
  });
});

describe('a source that cannot be gone on with', () => {
  test.each<[string, Fault[]]>([
    ['the whole file only', [{ name: 'truncate-clean', after: 700_000 }]],
    ['no length and no last chunk', [{ name: 'chunked-cut', after: 700_000 }]],
    [
      'encoded',
      [
        { name: 'content-encoding', encoding: 'gzip' },
        { name: 'truncate-clean', after: 700_000 },
      ],
    ],
  ])('%s: fails for good once bytes are handed out', async (_, faults) => {
    const { open, content, server } = await scene(faults, { ranges: false });
    const { code, got } = await readToFailure(await open(), content);
    expect(code).toBe('range-ignored');
    expect(got).toBeGreaterThan(0);
    expect(got).toBeLessThan(MIB);
    expect(server.happened(faults.at(-1)?.name ?? 'chunked')).toBeGreaterThan(0);
  });

  test('no end to be told from a cut: length-mismatch', async () => {
    const { open, content, server } = await scene([{ name: 'close-delimited' }], { ranges: false });
    expect((await readToFailure(await open(), content)).code).toBe('length-mismatch');
    expect(server.happened('close-delimited')).toBeGreaterThan(0);
  });

  test('broken before 256 KiB are here: begun anew, and nobody notices', async () => {
    const fault: Fault = { name: 'truncate-clean', after: 200_000, times: 1 };
    const { open, content, server } = await scene([fault], { ranges: false });
    expect(isSame(await readAll(await open()), content)).toBe(true);
    expect(server.happened('truncate-clean')).toBe(1);
  });
});

describe('refused', () => {
  test.each([
    [404, 'not-found', 1],
    [403, 'http-status', 1],
    [401, 'auth-required', 1],
    [500, 'http-status', 3],
    [408, 'http-status', 3],
  ])('%i: %s, asked %i times', async (status, code, asked) => {
    const { open, server } = await scene([{ name: 'status', status }]);
    await expect(open({ retries: 2 })).rejects.toMatchObject({ code });
    expect(server.requests).toHaveLength(asked);
  });
});

describe('at the pace of whoever reads', () => {
  test('what is not asked for stays on the way, and that is no stall', async () => {
    const clock = new FakeClock();
    const { open, content, server, ranges } = await scene([], { size: 64 * MIB });
    const remote = await open({ clock });
    expect((await remote.next()).value?.length).toBeGreaterThan(0);
    let before = -1;
    while (server.sentTotal !== before) {
      before = server.sentTotal;
      await clock.advance(10_000);
      for (let n = 0; n < 200; n++) await turn();
    }
    expect(server.sentTotal).toBeLessThan(16 * MIB);
    let got = remote.received;
    for await (const bytes of remote) got += bytes.length;
    expect(got).toBe(content.size);
    expect(ranges()).toEqual(['bytes=0-']);
  });

  test('under a speed limit', async () => {
    const clock = new FakeClock();
    const { open, content } = await scene([], { size: 300_000 });
    const began = clock.monotonic();
    const reading = open({ clock, rate: 100_000 }).then(readAll);
    const over = settled(reading);
    await passTime(clock, 20, over);
    expect(isSame(await reading, content)).toBe(true);
    expect(clock.monotonic() - began).toBeGreaterThan(2800);
  });

  test('a connection that is given back is asked for again where it was', async () => {
    // More than fits on the way.
    const { open, content, server, ranges } = await scene([], { size: 32 * MIB });
    const hosts = new Hosts(systemClock, 1);
    const remote = await open({ hosts });
    expect(remote.connected).toBe(true);
    remote.rest();
    expect(remote.connected).toBe(false);
    // Its slot is free for another.
    expect(isSame(await readAll(await open({ hosts })), content)).toBe(true);
    expect(isSame(await readAll(remote), content)).toBe(true);
    expect(ranges()).toEqual(['bytes=0-', 'bytes=0-', 'bytes=0-']);
    expect(server.requests[0]?.ended).toBe('aborted-by-client');
  });
});

describe('the end by others', () => {
  test('aborted while it waits for a byte: at once, and its connection is closed', async () => {
    const stop = new AbortController();
    const { open, content, server } = await scene([{ name: 'stall', after: 400_000 }]);
    const hosts = new Hosts(systemClock, 1);
    const reading = readToFailure(await open({ signal: stop.signal, hosts }), content);
    await server.once(({ sent }) => sent === 400_000);
    stop.abort(new SatchelError('cancelled'));
    expect((await reading).code).toBe('cancelled');
    await server.until(() => server.requests[0]?.ended === 'aborted-by-client');
    expect(hosts.tryAcquire(new URL(server.origin).host)).not.toBeNull();
  });

  test('closed while somebody waits for a byte', async () => {
    const { open, content, server } = await scene([{ name: 'stall', after: 400_000 }]);
    const remote = await open();
    const reading = readToFailure(remote, content);
    await server.once(({ sent }) => sent === 400_000);
    remote.close();
    expect((await reading).code).toBe('cancelled');
    await server.until(() => server.requests[0]?.ended === 'aborted-by-client');
  });

  test('aborted while it waits to try again', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const { open, waits } = await scene([{ name: 'status', status: 503, headers: { 'retry-after': '60' } }]);
    const opening = open({ clock, signal: stop.signal });
    opening.catch(() => {});
    await eventually(() => waits.length > 0);
    stop.abort(new SatchelError('cancelled'));
    await expect(opening).rejects.toMatchObject({ code: 'cancelled' });
    expect(clock.pending).toBeLessThanOrEqual(1);
  });
});
