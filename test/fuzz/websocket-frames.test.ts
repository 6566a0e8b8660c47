import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import { ServerDesk } from '../kit/server.ts';
import { holds } from './hold.ts';
import { keptBytes } from './memory.ts';
import { jsonText, mutatedBytes, mutatedJson } from './mutate.ts';
import { exchange } from './raw-socket.ts';

interface Frame {
  readonly fin: boolean;
  readonly reserved: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Buffer;
  /** What it says that its length is; null: what it is. */
  readonly length: bigint | null;
  readonly times: number;
}

const call = mutatedJson(
  fc.constant({ jsonrpc: '2.0', id: 'a', method: 'aria2.tellActive', params: ['token:TOKEN', ['gid'], 0] }),
).map((value) => Buffer.from(jsonText(value)));

const frame: fc.Arbitrary<Frame> = fc.record({
  fin: fc.boolean(),
  reserved: fc.constantFrom(0, 0, 0, 0, 0, 1, 2, 4, 7),
  // 0 goes on, 1 text, 2 binary, 8 close, 9 ping, 10 pong; others are none (RFC 6455 §5.2).
  opcode: fc.constantFrom(0, 0, 1, 1, 1, 2, 8, 9, 10, 3, 11, 15),
  masked: fc.constantFrom(true, true, true, true, true, false),
  payload: fc.oneof(
    { weight: 4, arbitrary: call },
    mutatedBytes(call),
    fc
      .constantFrom('', '\xc0\x80', '\xed\xa0\x80', '\xff', '\x03', '\x03\xe8ok', '\x00\x00')
      .map((text) => Buffer.from(text, 'latin1')),
    fc.nat(300).map((length) => Buffer.alloc(length, 0x5b)),
  ),
  length: fc.oneof(
    { weight: 8, arbitrary: fc.constant(null) },
    fc.constantFrom(
      0n,
      125n,
      126n,
      65_536n,
      8_388_609n,
      0x7fffffffn,
      0xffffffffn,
      1n << 53n,
      (1n << 63n) - 1n,
      (1n << 64n) - 1n,
    ),
  ),
  // Of a small one very many: fragments of nothing, pings.
  times: fc.constantFrom(1, 1, 1, 1, 1, 1, 2, 200, 20_000),
});

const MASK = Buffer.from([1, 2, 3, 4]);

function bytesOf({ fin, reserved, opcode, masked, payload, length, times }: Frame): Buffer {
  const stated = length ?? BigInt(payload.length);
  const head = Buffer.alloc(stated < 126n ? 2 : stated < 65_536n ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (masked ? 0x80 : 0) | (stated < 126n ? Number(stated) : stated < 65_536n ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(Number(stated), 2);
  if (head.length === 10) head.writeBigUInt64BE(stated, 2);
  const hidden = masked ? Buffer.from(payload.map((byte, at) => byte ^ (MASK[at % 4] ?? 0))) : payload;
  const one = Buffer.concat([head, masked ? MASK : Buffer.alloc(0), hidden]);
  return Buffer.concat(Array.from({ length: payload.length > 300 ? 1 : times }, () => one));
}

function opening(path: string, token: string): Buffer {
  const key = randomBytes(16).toString('base64');
  const head = [
    ...[`GET ${path} HTTP/1.1`, 'host: 127.0.0.1', 'connection: Upgrade', 'upgrade: websocket'],
    ...['sec-websocket-version: 13', `sec-websocket-key: ${key}`, `authorization: Bearer ${token}`],
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n`);
}

let desk: ServerDesk;
let before = 0;

holds(
  'any frames are answered or end the connection, and the server stays as large as it was',
  async () => {
    desk = await ServerDesk.open();
    const { token } = desk;
    const frames = fc.array(frame, { minLength: 1, maxLength: 8 });
    await exchange(desk.serving.address, [opening('/api/v1/events', token)]);
    before = keptBytes();
    return fc
      .tuple(fc.constantFrom('/api/v1/events', '/api/v1/events?since=x', '/jsonrpc'), frames)
      .map(([path, list]) => ({
        opening: opening(path, token),
        bytes: list.map((one) => {
          const { payload } = one;
          return bytesOf({
            ...one,
            payload: Buffer.from(payload.toString('latin1').replaceAll('TOKEN', token), 'latin1'),
          });
        }),
      }));
  },
  async (given) => {
    const received = await exchange(desk.serving.address, [given.opening, ...given.bytes]);
    expect(received.slice(0, 12)).toBe('HTTP/1.1 101');
  },
  {
    atLeast: 30,
    afterwards: async () => {
      // A sound client is served as before.
      expect((await desk.json('/api/v1/status'))['version']).toBe('1.2.3');
      expect(keptBytes() - before).toBeLessThan(48 * 1024 * 1024);
      expect(desk.log.filter((entry) => entry.includes('"level":"error"'))).toEqual([]);
    },
  },
);
