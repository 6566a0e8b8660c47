import { createConnection } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Asked, ask, type Reply } from './ask.ts';
import { Content } from './content.ts';
import { type Fault, FaultServer } from './fault-server.ts';
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

const ended = (): string | undefined => server.requests.at(-1)?.ended;

/** Hangs up as soon as `condition` holds; gives what has come until then. */
async function hangUp(fault: Fault, condition: () => boolean): Promise<string> {
  server.serve('/a.bin', { content, faults: [fault] });
  const socket = createConnection(Number(new URL(server.origin).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write('GET /a.bin HTTP/1.1\r\nHost: x\r\n\r\n');
  await server.until(condition);
  await new Promise<void>((resolve) => void socket.end(() => resolve()));
  await server.once((request) => request.ended !== 'open');
  return Buffer.concat(chunks).toString('latin1');
}

/**
 * The whole conversation as it is on the wire (head in lower case), until the server ends it; `error` is a
 * reset.
 */
async function rawGet(fault: Fault): Promise<{ answer: string; error: string | null }> {
  server.serve('/a.bin', { content, etag: ETAG, faults: [fault] });
  const socket = createConnection(Number(new URL(server.origin).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  let error: string | null = null;
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', (cause) => {
    error = cause.message;
  });
  socket.write('GET /a.bin HTTP/1.1\r\nHost: x\r\n\r\n');
  await new Promise<void>((resolve) => void socket.on('close', () => resolve()));
  expect(server.happened(fault.name)).toBe(1);
  const text = Buffer.concat(chunks).toString('latin1');
  const cut = text.indexOf('\r\n\r\n');
  return { answer: text.slice(0, cut).toLowerCase() + text.slice(cut), error };
}

const bodyOf = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4);

const BODIES: { [Name in BodyFaultName]: () => Promise<void> } = {
  'no-answer': async () => {
    const heard = await hangUp({ name: 'no-answer' }, () => server.happened('no-answer') === 1);
    expect([heard, server.requests[0]?.status, ended()]).toEqual(['', 0, 'aborted-by-client']);
  },
  'reset-on-connect': async () => {
    const { status, failure } = await provoke({ name: 'reset-on-connect', times: 1 });
    expect([status, failure, server.requests.length]).toEqual([0, 'ECONNRESET', 0]);
    expect((await ask(server.url('/a.bin'))).status).toBe(200);
  },
  truncate: async () => {
    const { answer, error } = await rawGet({ name: 'truncate', after: 1234 });
    expect(error).toMatch('ECONNRESET');
    expect(bodyOf(answer)).toBe(whole.toString('latin1', 0, 1234));
    expect([server.requests[0]?.sent, ended()]).toEqual([1234, 'cut-by-server']);
    const { body, failure } = await ask(server.url('/a.bin'));
    expect([body.length, failure]).toEqual([1234, 'ECONNRESET']);
  },
  'truncate-clean': async () => {
    const { answer, error } = await rawGet({ name: 'truncate-clean', after: 1234 });
    expect(error).toBe(null);
    expect(answer).toContain(`Content-Length: ${SIZE}`.toLowerCase());
    expect(bodyOf(answer)).toBe(whole.toString('latin1', 0, 1234));
    expect(ended()).toBe('cut-by-server');
  },
  stall: async () => {
    const heard = await hangUp({ name: 'stall', after: 500 }, () => server.happened('stall') === 1);
    expect(bodyOf(heard)).toBe(whole.toString('latin1', 0, 500));
    expect([server.requests[0]?.sent, ended()]).toEqual([500, 'aborted-by-client']);
  },
  'die-at': async () => {
    const { body, failure } = await provoke({ name: 'die-at', offset: 1500 }, MIDDLE);
    expect([body.length, failure]).toEqual([500, 'ECONNRESET']);
    expect((await ask(server.url('/a.bin'), { headers: { range: 'bytes=1501-' } })).failure).toBe(null);
    expect((await ask(server.url('/a.bin'))).body.length).toBe(1500);
    expect(server.happened('die-at')).toBe(2);
  },
  'chunked-cut': async () => {
    const { answer, error } = await rawGet({ name: 'chunked-cut', after: SIZE });
    expect(error).toBe(null);
    expect(answer).toContain('transfer-encoding: chunked');
    expect(answer.endsWith(`${whole.toString('latin1', SIZE - 100, SIZE)}\r\n`)).toBe(true);
    expect(ended()).toBe('cut-by-server');
    const part = await ask(server.url('/a.bin'));
    expect([part.body.length, part.failure]).toEqual([SIZE, 'ECONNRESET']);
  },
  'close-delimited': async () => {
    const { answer, error } = await rawGet({ name: 'close-delimited' });
    expect(error).toBe(null);
    expect(answer.split('\r\n\r\n')[0]).not.toMatch(/content-length|transfer-encoding/i);
    expect(bodyOf(answer)).toBe(whole.toString('latin1'));
    expect(ended()).toBe('complete');
  },
  'corrupt-byte': async () => {
    server.serve('/a.bin', { content: whole, faults: [{ name: 'corrupt-byte', at: 1500 }] });
    const gate = server.gate('/a.bin', 500);
    const reply = ask(server.url('/a.bin'), MIDDLE);
    await gate.reached;
    expect(server.happened('corrupt-byte')).toBe(0);
    gate.release();
    const { body } = await reply;
    expect([...body.keys()].filter((i) => body[i] !== whole[1000 + i])).toEqual([500]);
    expect(whole.equals(content.slice(0, SIZE))).toBe(true);
    const beside = await ask(server.url('/a.bin'), { headers: { range: 'bytes=1501-1600' } });
    expect(beside.body.equals(whole.subarray(1501, 1601))).toBe(true);
    expect(server.happened('corrupt-byte')).toBe(1);
  },
  slow: async () => {
    const started = performance.now();
    const { body } = await provoke({ name: 'slow', bytesPerSecond: 1_000_000 });
    expect(body.equals(whole)).toBe(true);
    expect(performance.now() - started).toBeGreaterThan(190);
  },
};

test.each(Object.entries(BODIES))('%s shows, and is counted once', async (_, run) => run());
