import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { median, table } from './measure.ts';
import { cpuMsOf, memoryOf, Served } from './serving.ts';

// fan-out.ts [CLIENTS …]: live progress to many WebSocket clients, beside bare `ws` sending the same bytes.

const counts = process.argv.slice(2).map(Number);
const CLIENTS = counts.length > 0 ? counts : [1000, 4000];
const ROUNDS = 3;
const SECONDS = 10;
const TASKS = 5;
const PROGRAM = join(import.meta.dirname, 'fan-out-child.ts');

interface Heard {
  readonly open: number;
  readonly lost: number;
  readonly messages: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

/** Bodies without end that trickle, so that every task has something to tell all the time. */
const source = createServer((_, response) => {
  response.writeHead(200, { 'content-length': 1e9, 'accept-ranges': 'none' });
  const timer = setInterval(() => response.write(Buffer.alloc(10_000)), 50);
  response.on('close', () => clearInterval(timer));
});
source.listen(0, '127.0.0.1');
await once(source, 'listening');
const { port } = source.address() as AddressInfo;

const served = await Served.start();
for (let i = 0; i < TASKS; i += 1) {
  await served.call('POST', '/tasks', { url: `http://127.0.0.1:${port}/file-${i}.bin`, connections: 1 });
}
const events = `${served.address.replace('http', 'ws')}/api/v1/events`;

const bare = fork(PROGRAM, ['serve']);
const [barePort] = (await once(bare, 'message')) as [number];
const sample = await oneBatch();
bare.send(sample);

/** A message as it is sent, with places for the time and the number. */
async function oneBatch(): Promise<string> {
  const socket = new WebSocket(events, { headers: { authorization: 'Bearer bench' } });
  for (;;) {
    const [data] = (await once(socket, 'message')) as [Buffer];
    const text = String(data);
    if (!text.startsWith('{"type":"progress"') || (text.match(/taskId/g)?.length ?? 0) < TASKS) continue;
    socket.close();
    return text.replace(/"seq":\d+/, '"seq":@SEQ@').replace(/"at":"[^"]+"/, '"at":"@AT@"');
  }
}

async function hear(url: string, clients: number, stalled = 0): Promise<Heard> {
  const child = fork(PROGRAM, ['listen', url, String(clients), String(SECONDS), String(stalled)]);
  const [heard] = (await once(child, 'message')) as [Heard];
  await once(child, 'exit');
  return heard;
}

const rows: string[][] = [];
for (const clients of CLIENTS) {
  const ours: Heard[] = [];
  const theirs: Heard[] = [];
  let cpuMs = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = cpuMsOf(served.pid);
    ours.push(await hear(events, clients));
    cpuMs += cpuMsOf(served.pid) - before;
    theirs.push(await hear(`ws://127.0.0.1:${barePort}`, clients));
  }
  const stalled = await hear(events, clients, Math.ceil(clients / 20));
  const of = (all: readonly Heard[], key: keyof Heard) => median(all.map((each) => each[key]));
  for (const [name, all] of [
    ['satchel', ours],
    ['bare ws', theirs],
    ['satchel, 5 % stalled', [stalled]],
  ] as const) {
    rows.push([
      String(clients),
      name,
      of(all, 'p50').toFixed(0),
      of(all, 'p99').toFixed(0),
      of(all, 'most').toFixed(0),
      String(of(all, 'messages')),
      String(Math.max(...all.map(({ lost }) => lost))),
      String(Math.min(...all.map(({ open }) => open))),
      name === 'satchel'
        ? `${(cpuMs / 1000 / ROUNDS).toFixed(1)} s, ${memoryOf(served.pid).peak.toFixed(0)} MiB`
        : '–',
    ]);
  }
}
process.stdout.write(`\nOne batch: ${TASKS} rows, ${Buffer.byteLength(sample)} bytes\n\n`);
const head = ['clients', 'server', 'p50 ms', 'p99 ms', 'most ms', 'messages', 'lost', 'open', 'server costs'];
process.stdout.write(`${table(head, rows)}\n`);
bare.kill();
await served.close();
source.closeAllConnections();
source.close();
process.exit();
