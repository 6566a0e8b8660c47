import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import autocannon from 'autocannon';
import { table } from './measure.ts';
import { cpuMsOf, memoryOf, Served } from './serving.ts';

// list-load.ts [TASKS]: 500 requests a second for the list and for the status, while files are being downloaded.

const count = Number(process.argv[2]) || 10_000;
const RATE = 500;
const SECONDS = 8;
const MIB = 1024 ** 2;
/** As fast as most lines at home, so that it lasts. */
const BYTES_PER_SECOND = 30 * MIB;
const FILES = 5;

/** In a process of its own: what it costs is not to be waited for by those who ask. */
if (process.argv[2] === 'source') {
  const chunk = Buffer.alloc(MIB / 4);
  const source = createServer((_, response) => {
    response.writeHead(200, { 'content-length': 4e9, 'accept-ranges': 'none' });
    const timer = setInterval(() => response.write(chunk), (1000 * chunk.length * FILES) / BYTES_PER_SECOND);
    response.on('close', () => clearInterval(timer));
  });
  source.listen(0, '127.0.0.1', () => process.send?.((source.address() as AddressInfo).port));
  await once(process, 'disconnect');
  process.exit();
}
const source = fork(import.meta.filename, ['source']);
const [port] = (await once(source, 'message')) as [number];

const served = await Served.start();
await served.call('PATCH', '/settings', { jobs: FILES });
for (let i = 0; i < FILES; i += 1) {
  await served.call('POST', '/tasks', { url: `http://127.0.0.1:${port}/run-${i}.bin`, connections: 1 });
}
const tasks = Array.from({ length: count - FILES }, (_, i) => ({
  url: `http://127.0.0.1:${port}/some/folder/file-${i}.tar.gz`,
}));
await served.call('POST', '/tasks/batch', { tasks });

async function load(name: string, paths: readonly string[]): Promise<string[]> {
  const before = cpuMsOf(served.pid);
  const result = await autocannon({
    url: served.address,
    connections: 20,
    overallRate: RATE,
    duration: SECONDS,
    headers: served.headers,
    requests: paths.map((path) => ({ method: 'GET' as const, path: `/api/v1${path}` })),
  });
  const { latency, requests, non2xx, errors } = result;
  return [
    name,
    requests.average.toFixed(0),
    latency.p50.toFixed(0),
    latency.p99.toFixed(0),
    latency.max.toFixed(0),
    String(non2xx + errors),
    ((cpuMsOf(served.pid) - before) / 10 / SECONDS).toFixed(0),
    memoryOf(served.pid).now.toFixed(0),
  ];
}

let speed = 0;
while (speed < (BYTES_PER_SECOND * 2) / 3) {
  const answer = await fetch(`${served.address}/api/v1/status`, { headers: served.headers });
  speed = ((await answer.json()) as { speed: number }).speed;
}
const rows = [
  await load('status', ['/status']),
  await load('list, pages of 100', ['/tasks']),
  await load('list, pages of 100, searched', ['/tasks?q=file-99']),
  await load('list and status in turn', ['/tasks', '/status']),
];
const head = ['asked for', 'requests/s', 'p50 ms', 'p99 ms', 'most ms', 'failed', 'CPU %', 'MiB'];
process.stdout.write(
  `${count} tasks, ${FILES} of them downloading, ${(speed / MIB).toFixed(0)} MiB/s together\n\n`,
);
process.stdout.write(`${table(head, rows)}\n`);
await served.close();
source.disconnect();
process.exit();
