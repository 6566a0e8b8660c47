import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Asked, ask, type Reply } from './ask.ts';
import { Content } from './content.ts';
import { type Fault, type FaultName, FaultServer } from './fault-server.ts';
import type { BodyFaultName } from './faults.ts';

const SIZE = 200_000;
const content = new Content(1, SIZE);
const whole = content.slice(0, SIZE);
const ETAG = '"v1"';
const MIDDLE = { headers: { range: 'bytes=1000-1999' } };

let server: FaultServer;
beforeEach(async () => {
  server = await FaultServer.start();
});
afterEach(() => server.close());

/**
 * Asks once for a file with this fault, having checked that nothing has happened yet and that it then has,
 * once.
 */
async function provoke(fault: Fault, asked: Asked = {}): Promise<Reply> {
  server.serve('/a.bin', { content, etag: ETAG, faults: [fault] });
  expect(server.happened(fault.name)).toBe(0);
  const reply = await ask(server.url('/a.bin'), asked);
  expect(server.happened(fault.name)).toBe(1);
  return reply;
}

/** As provoke, for a second fault of the same name on the same server. */
async function provokeAgain(fault: Fault, asked: Asked = {}): Promise<Reply> {
  const before = server.happened(fault.name);
  server.serve('/a.bin', { content, etag: ETAG, faults: [fault] });
  const reply = await ask(server.url('/a.bin'), asked);
  expect(server.happened(fault.name)).toBe(before + 1);
  return reply;
}

const HEADS: { [Name in Exclude<FaultName, BodyFaultName>]: () => Promise<void> } = {
  'ignore-range': async () => {
    const { status, headers, body } = await provoke({ name: 'ignore-range' }, MIDDLE);
    expect([status, headers['content-range']]).toEqual([200, undefined]);
    expect(body.equals(whole)).toBe(true);
  },
  'ignore-if-range': async () => {
    const headers = { ...MIDDLE.headers, 'if-range': ETAG };
    expect((await provoke({ name: 'ignore-if-range' }, { headers })).status).toBe(200);
    expect((await ask(server.url('/a.bin'), MIDDLE)).status).toBe(206);
  },
  'unheeded-if-range': async () => {
    const headers = { ...MIDDLE.headers, 'if-range': '"old"' };
    expect((await provoke({ name: 'unheeded-if-range' }, { headers })).status).toBe(206);
  },
  'changed-etag': async () => {
    const { status, headers, body } = await provoke({ name: 'changed-etag' }, MIDDLE);
    expect([status, headers.etag]).toEqual([206, '"another"']);
    expect(body.equals(whole.subarray(1000, 2000))).toBe(true);
  },
  'changed-last-modified': async () => {
    const { headers } = await provoke({ name: 'changed-last-modified' });
    expect(headers['last-modified']).toBe('Sun, 01 Jun 2025 00:00:00 GMT');
  },
  'no-validators': async () => {
    const { headers } = await provoke({ name: 'no-validators' });
    expect([headers.etag, headers['last-modified']]).toEqual([undefined, undefined]);
  },
  'weak-etag': async () => expect((await provoke({ name: 'weak-etag' })).headers.etag).toBe('W/"v1"'),
  'head-refused': async () => {
    expect((await provoke({ name: 'head-refused' }, { method: 'HEAD' })).status).toBe(405);
    expect(server.requests.map((request) => request.method)).toEqual(['HEAD']);
  },
  'wrong-content-range-start': async () => {
    const { headers, body } = await provoke({ name: 'wrong-content-range-start', by: -10 }, MIDDLE);
    expect(headers['content-range']).toBe(`bytes 990-1999/${SIZE}`);
    expect(body.equals(whole.subarray(990, 2000))).toBe(true);
  },
  'wrong-content-range-total': async () => {
    const { headers } = await provoke({ name: 'wrong-content-range-total' }, MIDDLE);
    expect(headers['content-range']).toBe(`bytes 1000-1999/${SIZE + 1}`);
  },
  'content-range-beyond': async () => {
    const { headers, body } = await provoke({ name: 'content-range-beyond', extra: 5 }, MIDDLE);
    expect(headers['content-range']).toBe(`bytes 1000-2004/${SIZE}`);
    expect(body.equals(whole.subarray(1000, 2005))).toBe(true);
  },
  'shorter-range': async () => {
    const { headers, body } = await provoke({ name: 'shorter-range', length: 10 }, MIDDLE);
    expect(headers['content-range']).toBe(`bytes 1000-1009/${SIZE}`);
    expect(body.equals(whole.subarray(1000, 1010))).toBe(true);
  },
  'missing-content-range': async () => {
    const { status, headers } = await provoke({ name: 'missing-content-range' }, MIDDLE);
    expect([status, headers['content-range']]).toEqual([206, undefined]);
  },
  'bad-unit': async () => {
    const { headers } = await provoke({ name: 'bad-unit' }, MIDDLE);
    expect(headers['content-range']).toBe(`items 1000-1999/${SIZE}`);
  },
  'no-416-total': async () => {
    const { status, headers } = await provoke(
      { name: 'no-416-total' },
      { headers: { range: `bytes=${SIZE}-` } },
    );
    expect([status, headers['content-range']]).toEqual([416, undefined]);
  },
  'long-body': async () => {
    const { headers, body } = await provoke({ name: 'long-body', extra: 50 }, MIDDLE);
    expect(headers['content-range']).toBe(`bytes 1000-1999/${SIZE}`);
    expect([headers['content-length'], body.length]).toEqual(['1050', 1050]);
    const bare = await provokeAgain(
      { name: 'long-body', extra: 50, withLength: false },
      { headers: { range: 'bytes=-10' } },
    );
    expect([bare.headers['content-length'], bare.body.length]).toEqual([undefined, 60]);
  },
  status: async () => {
    const headers = { 'Retry-After': '7' };
    const reply = await provoke({ name: 'status', status: 429, headers, body: 'slow down' });
    expect([reply.status, reply.headers['retry-after'], `${reply.body}`]).toEqual([429, '7', 'slow down']);
    for (const status of [204, 205]) {
      const bare = await provokeAgain({ name: 'status', status });
      expect([bare.status, bare.body.length, bare.failure]).toEqual([status, 0, null]);
    }
  },
  html: async () => {
    const page = await provoke({ name: 'html' }, MIDDLE);
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(`${page.body}`).toMatch(/^<!doctype html>/);
    const part = await provokeAgain({ name: 'html', status: 206 }, MIDDLE);
    expect([part.status, part.headers['content-range']]).toEqual([206, `bytes 1000-1999/${SIZE}`]);
    expect([part.body.length, `${part.body}`.slice(0, 9)]).toEqual([1000, '<!doctype']);
  },
  redirect: async () => {
    const { status, headers } = await provoke({ name: 'redirect', to: '/b.bin', status: 307 });
    expect([status, headers.location]).toEqual([307, '/b.bin']);
  },
  'redirect-loop': async () => {
    const first = await provoke({ name: 'redirect-loop' });
    const second = await ask(server.url(first.headers.location ?? ''));
    expect([first.status, second.status]).toEqual([302, 302]);
    expect(second.headers.location).not.toBe(first.headers.location);
  },
  'expire-after': async () => {
    server.serve('/a.bin', { content, faults: [{ name: 'expire-after', requests: 2, status: 403 }] });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await ask(server.url('/a.bin'))).status);
    expect(statuses).toEqual([200, 200, 403]);
    expect(server.happened('expire-after')).toBe(1);
  },
  'one-at-a-time': async () => {
    server.serve('/a.bin', { content, faults: [{ name: 'one-at-a-time', retryAfter: '1' }] });
    const gate = server.gate('/a.bin', 100);
    const first = ask(server.url('/a.bin'));
    await gate.reached;
    const second = await ask(server.url('/a.bin'));
    gate.release();
    expect([(await first).status, second.status, second.headers['retry-after']]).toEqual([200, 503, '1']);
    expect((await ask(server.url('/a.bin'))).status).toBe(200);
    expect(server.happened('one-at-a-time')).toBe(1);
  },
  chunked: async () => {
    const { headers, body } = await provoke({ name: 'chunked' });
    expect([headers['content-length'], headers['transfer-encoding']]).toEqual([undefined, 'chunked']);
    expect(body.equals(whole)).toBe(true);
  },
  'content-encoding': async () => {
    const decoders = {
      gzip: gunzipSync,
      deflate: inflateSync,
      br: brotliDecompressSync,
      zstd: zstdDecompressSync,
    };
    for (const encoding of ['gzip', 'deflate', 'br', 'zstd'] as const) {
      const { status, headers, body } = await provokeAgain({ name: 'content-encoding', encoding }, MIDDLE);
      expect([status, headers['content-encoding'], headers['content-length']]).toEqual([
        200,
        encoding,
        undefined,
      ]);
      expect(decoders[encoding](body).equals(whole)).toBe(true);
    }
    const part = await provokeAgain({ name: 'content-encoding', encoding: 'gzip', partial: true }, MIDDLE);
    expect([part.status, part.headers['content-range']]).toEqual([206, `bytes 1000-1999/${SIZE}`]);
    expect(gunzipSync(part.body).equals(whole.subarray(1000, 2000))).toBe(true);
    const label = { name: 'content-encoding', encoding: 'gzip', label: 'x-gzip', asIs: true } as const;
    const plain = await provokeAgain(label, MIDDLE);
    expect([plain.status, plain.headers['content-encoding']]).toEqual([206, 'x-gzip']);
    expect(plain.body.equals(whole.subarray(1000, 2000))).toBe(true);
  },
};

test.each(Object.entries(HEADS))('%s shows, and is counted once', async (_, run) => run());
