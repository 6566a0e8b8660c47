import { Agent } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask } from './ask.ts';
import { Content } from './content.ts';
import { FaultServer } from './fault-server.ts';

const SIZE = 200_000;
const content = new Content(1, SIZE);
const whole = content.slice(0, SIZE);

let server: FaultServer;
beforeEach(async () => {
  server = await FaultServer.start();
});
afterEach(() => server.close());

const connect = (): Socket => createConnection(Number(new URL(server.origin).port), '127.0.0.1');

describe('a sound answer', () => {
  test('the whole file, with its validators', async () => {
    server.serve('/a.bin', { content, lastModified: new Date('2024-02-29T12:00:00Z'), type: 'video/mp4' });
    const { status, headers, body } = await ask(server.url('/a.bin'));
    expect([status, headers['content-length'], headers['content-type']]).toEqual([
      200,
      `${SIZE}`,
      'video/mp4',
    ]);
    expect([headers.etag, headers['last-modified']]).toEqual([
      `"${content.id}"`,
      'Thu, 29 Feb 2024 12:00:00 GMT',
    ]);
    expect(headers['accept-ranges']).toBe('bytes');
    expect(body.equals(whole)).toBe(true);
  });

  test.each([
    ['bytes=0-', 0, SIZE],
    ['bytes=65000-131999', 65_000, 132_000],
    ['bytes=-10', SIZE - 10, SIZE],
  ])('%s', async (range, start, end) => {
    server.serve('/a.bin', { content });
    const { status, headers, body } = await ask(server.url('/a.bin'), { headers: { range } });
    expect([status, headers['content-range']]).toEqual([206, `bytes ${start}-${end - 1}/${SIZE}`]);
    expect(body.equals(whole.subarray(start, end))).toBe(true);
  });

  test('416 names the total', async () => {
    server.serve('/a.bin', { content });
    const { status, headers, body } = await ask(server.url('/a.bin'), {
      headers: { range: `bytes=${SIZE}-` },
    });
    expect([status, headers['content-range'], body.length]).toEqual([416, `bytes */${SIZE}`, 0]);
  });

  test('If-Range: a match keeps the range, anything else gets the whole', async () => {
    server.serve('/a.bin', { content, etag: '"v1"' });
    const status = async (ifRange: string): Promise<number> =>
      (await ask(server.url('/a.bin'), { headers: { range: 'bytes=5-9', 'if-range': ifRange } })).status;
    expect([await status('"v1"'), await status('"v2"')]).toEqual([206, 200]);
    expect(server.requests.map((request) => request.ifRange)).toEqual(['"v1"', '"v2"']);
  });

  test('HEAD has the headers of the whole and no body', async () => {
    server.serve('/a.bin', { content });
    const { status, headers, body } = await ask(server.url('/a.bin'), { method: 'HEAD' });
    expect([status, headers['content-length'], body.length]).toEqual([200, `${SIZE}`, 0]);
    expect(server.requests[0]).toMatchObject({ method: 'HEAD', sent: 0, ended: 'complete' });
  });

  test('no ranges, no validators, a Date and headers of the test’s own', async () => {
    const date = 'Wed, 01 Jan 2025 00:00:30 GMT';
    const headers = { 'Content-Disposition': 'attachment; filename="b.bin"', Digest: 'sha-256=x' };
    server.serve('/a.bin', { content: whole, etag: null, lastModified: null, date, headers, ranges: false });
    const reply = await ask(server.url('/a.bin'), { headers: { range: 'bytes=5-9' } });
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({ date, digest: 'sha-256=x' });
    expect(reply.headers['content-disposition']).toBe('attachment; filename="b.bin"');
    expect(Object.keys(reply.headers)).not.toEqual(expect.arrayContaining(['etag']));
    expect(reply.headers['accept-ranges'] ?? reply.headers['last-modified']).toBe(undefined);
  });

  test('404 where nothing is, 405 to other methods, any query unless one is served', async () => {
    server.serve('/a.bin', { content });
    server.serve('/a.bin?v=2', { content: Buffer.from('two') });
    const got = async (path: string, method = 'GET') => ask(server.url(path), { method });
    expect((await got('/b.bin')).status).toBe(404);
    expect((await got('/a.bin', 'POST')).status).toBe(405);
    expect((await got('/a.bin?v=1')).body.length).toBe(SIZE);
    expect(`${(await got('/a.bin?v=2')).body}`).toBe('two');
  });

  test('update changes content and with it the default ETag', async () => {
    server.serve('/a.bin', { content });
    const before = await ask(server.url('/a.bin'));
    server.update('/a.bin', { content: content.withEvery(5000, 1) });
    const after = await ask(server.url('/a.bin'));
    expect(after.headers.etag).not.toBe(before.headers.etag);
    expect(after.body.equals(before.body)).toBe(false);
    expect(() => server.update('/b.bin', {})).toThrow('/b.bin');
  });

  test('over TLS, resets included', async () => {
    const tls = await FaultServer.start({ tls: true });
    tls.serve('/a.bin', { content, faults: [{ name: 'truncate', after: 100, times: 1 }] });
    const asked = { ca: tls.ca ?? '' };
    const cut = await ask(tls.url('/a.bin'), asked);
    expect([cut.failure, cut.body.length, tls.happened('truncate')]).toEqual(['ECONNRESET', 100, 1]);
    expect((await ask(tls.url('/a.bin'), asked)).body.equals(whole)).toBe(true);
    expect((await ask(tls.url('/a.bin'))).failure).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    await tls.close();
  });
});

describe('the log', () => {
  test('a connection used again has the same id, another one another', async () => {
    server.serve('/a.bin', { content });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < 3; i++) await ask(server.url('/a.bin'), { agent, headers: { range: 'bytes=0-9' } });
    await ask(server.url('/a.bin'), { agent: new Agent({ keepAlive: false }) });
    expect(server.requests.map((request) => [request.n, request.socket, request.range])).toEqual([
      [1, 1, 'bytes=0-9'],
      [2, 1, 'bytes=0-9'],
      [3, 1, 'bytes=0-9'],
      [4, 2, null],
    ]);
    await server.until(() => server.open === 1);
    agent.destroy();
    await server.until(() => server.open === 0);
    expect(server.sentTotal).toBe(SIZE + 30);
  });

  test('a client that leaves is told from a server that cuts', async () => {
    server.serve('/a.bin', { content: new Content(2, 50_000_000) });
    const socket = connect();
    socket.write('GET /a.bin HTTP/1.1\r\nHost: x\r\n\r\n');
    const request = await server.once(({ sent }) => sent >= 100_000);
    socket.destroy();
    await server.until(() => request.ended === 'aborted-by-client');
    expect(request.sent).toBeLessThan(50_000_000);
    expect(request.endedAt).toBeGreaterThanOrEqual(request.startedAt);
  });

  test('a reader that does not read holds the body back', async () => {
    server.serve('/a.bin', { content: new Content(2, 1_000_000_000) });
    const socket = connect().pause();
    socket.write('GET /a.bin HTTP/1.1\r\nHost: x\r\n\r\n');
    const request = await server.once(({ sent }) => sent > 0);
    const small = await ask(server.url('/none'));
    expect(small.status).toBe(404);
    // Both kernels' socket buffers together are a few MiB.
    expect(request.sent).toBeLessThan(50_000_000);
    expect(request.ended).toBe('open');
  });

  test('the most requests open at once', async () => {
    server.serve('/a.bin', { content });
    const gates = [server.gate('/a.bin', 10), server.gate('/a.bin', 10)];
    const replies = [ask(server.url('/a.bin')), ask(server.url('/a.bin'))];
    await Promise.all(gates.map((gate) => gate.reached));
    expect(server.open).toBe(2);
    for (const gate of gates) gate.release();
    await Promise.all(replies);
    await ask(server.url('/a.bin'));
    expect(server.peakOpenRequests).toBe(2);
  });
});

describe('gates and waiting', () => {
  test.each([0, 1, 65_536, 100_000, SIZE])('a body stands at byte %i until it is released', async (at) => {
    server.serve('/a.bin', { content });
    const gate = server.gate('/a.bin', at);
    const reply = ask(server.url('/a.bin'));
    await gate.reached;
    expect(server.requests[0]).toMatchObject({ sent: at, status: 200, ended: 'open' });
    gate.release();
    expect((await reply).body.equals(whole)).toBe(true);
    expect(server.requests[0]?.sent).toBe(SIZE);
  });

  test('a gate released before it is reached holds nothing', async () => {
    server.serve('/a.bin', { content });
    server.gate('/a.bin', 10).release();
    expect((await ask(server.url('/a.bin'))).body.length).toBe(SIZE);
  });

  test('two gates in one body', async () => {
    server.serve('/a.bin', { content });
    const gates = [server.gate('/a.bin', 500), server.gate('/a.bin', 10)];
    const reply = ask(server.url('/a.bin'));
    const sent = [];
    for (const gate of gates.reverse()) {
      await gate.reached;
      sent.push(server.requests[0]?.sent);
      gate.release();
    }
    expect(sent).toEqual([10, 500]);
    expect((await reply).body.length).toBe(SIZE);
  });

  test('close releases everybody: clients, bodies at a gate, and those who wait', async () => {
    server.serve('/a.bin', { content });
    const gate = server.gate('/a.bin', 10);
    const reply = ask(server.url('/a.bin'));
    await gate.reached;
    const waiting = expect(server.until(() => false)).rejects.toThrow('closed');
    await server.close();
    await waiting;
    expect((await reply).failure).toBe('ECONNRESET');
    expect(server.requests[0]?.ended).toBe('cut-by-server');
    expect(server.open).toBe(0);
    await expect(server.once(() => false)).rejects.toThrow('closed');
  });

  test('a condition that throws rejects instead of never coming true', async () => {
    let calls = 0;
    const waiting = server.until(() => {
      if (++calls > 1) throw new Error('bad condition');
      return false;
    });
    const seen = expect(waiting).rejects.toThrow('bad condition');
    await ask(server.url('/none'));
    await seen;
  });
});
