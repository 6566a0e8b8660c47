import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SatchelError } from '../../main/contract/errors.ts';
import { follow } from '../../main/doors/client/live.ts';
import { FakeClock } from '../kit/fake-clock.ts';

const SNAPSHOT = '{"type":"snapshot","seq":1,"tasks":[]}';

/** A server that does with each connection what `greet` does, and somebody who follows it. */
async function following(greet: (socket: WebSocket) => void, giveUpMs?: number) {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', autoPong: false });
  await once(sockets, 'listening');
  sockets.on('connection', greet);
  const clock = new FakeClock();
  const stop = new AbortController();
  const lost: { code: string; waitMs: number }[] = [];
  const news = new EventTarget();
  let taken = 0;
  const { port } = sockets.address() as AddressInfo;
  const base = new URL(`http://127.0.0.1:${port}/`);
  const wake = () => void news.dispatchEvent(new Event('news'));
  const options = { clock, signal: stop.signal, random: () => 1, ...(giveUpMs ? { giveUpMs } : {}) };
  const followed = follow(
    async () => ({ base, token: 'abc', found: false }),
    {
      take: () => {
        taken += 1;
        wake();
      },
      lost: ({ code }: SatchelError, waitMs: number) => {
        lost.push({ code, waitMs });
        wake();
      },
    },
    options,
  );
  followed.catch(wake);
  onTestFinished(async () => {
    stop.abort();
    await followed.catch(() => {});
    for (const client of sockets.clients) client.terminate();
    sockets.close();
  });
  const until = async (condition: () => boolean) => {
    while (!condition()) await once(news, 'news');
    // Its timer is set right after.
    await turn();
  };
  return { clock, lost, followed, until, sockets, taken: () => taken, stop };
}

test('comes again after a wait that grows, up to 15 s; a server that drops us at once does not shorten it', async () => {
  const { clock, lost, until } = await following((socket) => {
    socket.send(SNAPSHOT);
    socket.close();
  });
  for (let n = 1; n <= 8; n += 1) {
    await until(() => lost.length === n);
    await clock.advance(lost.at(-1)?.waitMs ?? 0);
  }
  expect(lost.slice(0, 8).map(({ waitMs }) => waitMs)).toEqual([
    250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000,
  ]);
});

test('a connection that held is a good one: the wait is short again', async () => {
  const open: WebSocket[] = [];
  const { clock, lost, until, taken } = await following((socket) => {
    open.push(socket);
    socket.send(SNAPSHOT);
  });
  for (const [n, heldMs] of [0, 0, 10_000].entries()) {
    await until(() => taken() === n + 1);
    await clock.advance(heldMs);
    open.at(-1)?.terminate();
    await until(() => lost.length === n + 1);
    await clock.advance(lost.at(-1)?.waitMs ?? 0);
  }
  expect(lost.map(({ waitMs }) => waitMs)).toEqual([250, 500, 250]);
});

test('a server that is silent for 45 s is gone; a ping is a word', async () => {
  const open: WebSocket[] = [];
  const { clock, lost, until, taken } = await following((socket) => {
    open.push(socket);
    socket.send(SNAPSHOT);
  });
  await until(() => taken() === 1);
  await clock.advance(44_000);
  const answered = once(open[0] as WebSocket, 'pong');
  open[0]?.ping();
  await answered;
  await clock.advance(44_000);
  expect(lost).toEqual([]);
  await clock.advance(1000);
  await until(() => lost.length === 1);
  expect(lost[0]?.code).toBe('timeout');
});

test('is given up where it was asked to be, and ended without an error when it is told to end', async () => {
  const first = await following((socket) => {
    socket.send(SNAPSHOT);
    socket.close();
  }, 10_000);
  let ended = false;
  first.followed.catch(() => {
    ended = true;
  });
  first.sockets.once('connection', () => first.sockets.close());
  for (let n = 1; !ended; n += 1) {
    await first.until(() => ended || first.lost.length === n);
    await first.clock.advance(first.lost.at(-1)?.waitMs ?? 0);
  }
  await expect(first.followed).rejects.toMatchObject({ code: 'not-running' });
  const second = await following((socket) => socket.send(SNAPSHOT));
  await second.until(() => second.taken() === 1);
  second.stop.abort();
  await expect(second.followed).resolves.toBeUndefined();
  expect(second.clock.pending).toBe(0);
});
