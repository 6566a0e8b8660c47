import { createConnection } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Asked, ask } from './ask.ts';
import { Content } from './content.ts';
import { type Fault, FaultServer } from './fault-server.ts';

const SIZE = 200_000;
const content = new Content(1, SIZE);
const whole = content.slice(0, SIZE);
const MIDDLE = { headers: { range: 'bytes=1000-1999' } };

let server: FaultServer;
beforeEach(async () => {
  server = await FaultServer.start();
});
afterEach(() => server.close());

describe('what did not come about is not counted', () => {
  test.each<[string, Fault, Asked]>([
    ['a range ignored that nobody asked', { name: 'ignore-range' }, {}],
    ['a cut beyond the end', { name: 'truncate', after: SIZE }, {}],
    ['an offset outside the range', { name: 'die-at', offset: 2000 }, MIDDLE],
    ['HEAD refused to GET', { name: 'head-refused' }, {}],
    ['a wrong byte outside the range', { name: 'corrupt-byte', at: 999 }, MIDDLE],
    ['Content-Range falsified in a 200', { name: 'bad-unit' }, {}],
    ['a fault whose time has not come', { name: 'ignore-range', when: ({ n }) => n > 1 }, MIDDLE],
    ['a fault for extra connections', { name: 'status', status: 503, when: ({ isExtra }) => isExtra }, {}],
    ['a fault with no times left', { name: 'status', status: 503, times: 0 }, {}],
  ])('%s', async (_, fault, asked) => {
    server.serve('/a.bin', { content, faults: [fault] });
    const { body, failure } = await ask(server.url('/a.bin'), asked);
    expect([body.equals(asked === MIDDLE ? whole.subarray(1000, 2000) : whole), failure]).toEqual([
      true,
      null,
    ]);
    expect(server.happened(fault.name)).toBe(0);
  });

  test('a cut that the client forestalls keeps its use', async () => {
    server.serve('/a.bin', { content, faults: [{ name: 'truncate', after: 1000, times: 1 }] });
    const gate = server.gate('/a.bin', 500);
    const socket = createConnection(Number(new URL(server.origin).port), '127.0.0.1');
    socket.write('GET /a.bin HTTP/1.1\r\nHost: x\r\n\r\n');
    await gate.reached;
    socket.destroy();
    await server.once((request) => request.ended === 'aborted-by-client');
    expect(server.happened('truncate')).toBe(0);
    expect((await ask(server.url('/a.bin'))).body.length).toBe(1000);
    expect((await ask(server.url('/a.bin'))).body.length).toBe(SIZE);
    expect(server.happened('truncate')).toBe(1);
  });

  test('a falsified ETag of a file that a 503 stands in for', async () => {
    const faults: Fault[] = [{ name: 'changed-etag' }, { name: 'status', status: 503, times: 1 }];
    server.serve('/a.bin', { content, faults });
    expect((await ask(server.url('/a.bin'))).headers.etag).toBe(undefined);
    expect(server.happened('changed-etag')).toBe(0);
    expect((await ask(server.url('/a.bin'))).headers.etag).toBe('"another"');
  });
});

test('faults come together, and the earlier end wins', async () => {
  const faults: Fault[] = [
    { name: 'changed-etag', etag: '"x"' },
    { name: 'chunked' },
    { name: 'truncate', after: 900 },
    { name: 'truncate-clean', after: 300 },
    { name: 'corrupt-byte', at: 1001 },
  ];
  server.serve('/a.bin', { content, faults });
  const { status, headers, body } = await ask(server.url('/a.bin'), MIDDLE);
  expect([status, headers.etag, headers['transfer-encoding'], body.length]).toEqual([
    206,
    '"x"',
    'chunked',
    300,
  ]);
  const names = ['changed-etag', 'chunked', 'truncate', 'truncate-clean', 'corrupt-byte'] as const;
  expect(names.map((name) => server.happened(name))).toEqual([1, 1, 0, 1, 1]);
});

test('times counts down, and update begins anew', async () => {
  const fault: Fault = { name: 'status', status: 500, times: 2 };
  server.serve('/a.bin', { content, faults: [fault] });
  const status = async (): Promise<number> => (await ask(server.url('/a.bin'))).status;
  expect([await status(), await status(), await status()]).toEqual([500, 500, 200]);
  server.update('/a.bin', { faults: [fault] });
  expect(await status()).toBe(500);
  server.update('/a.bin', { faults: [] });
  expect(await status()).toBe(200);
  expect(server.happened('status')).toBe(3);
});
