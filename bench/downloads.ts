// One file over one connection and over many, beside other programs; 50 kills.
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Nginx } from '../test/kit/nginx.ts';
import { runKills } from './kills.ts';
import { table } from './measure.ts';
import {
  compare,
  cpuOf,
  loopDelayOf,
  type Peer,
  peakOf,
  peers,
  type Result,
  satchel,
  wallOf,
} from './peers.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const ROUNDS = 5;
const MB = 1_000_000;

const work = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'satchel-bench-'));
const root = join(work, 'served');
const folder = join(work, 'got');

function row(result: Result, size: number, reference: number): string[] {
  const wall = wallOf(result);
  const delay = loopDelayOf(result);
  return [
    result.peer.name,
    (wall / 1000).toFixed(2),
    `${(wall / reference).toFixed(2)}×`,
    (size / MB / (wall / 1000)).toFixed(0),
    (cpuOf(result) / 1000).toFixed(2),
    peakOf(result).toFixed(0),
    delay === null ? '–' : delay.toFixed(1),
  ];
}

const HEAD = ['program', 'wall s', 'to aria2c', 'MB/s', 'CPU s', 'peak MiB', 'loop delay p99 ms'];

/** Real bytes: a sparse file would be read from one page, again and again. */
function writeRandom(path: string, size: number): void {
  const block = randomBytes(MIB);
  writeFileSync(path, '');
  for (let at = 0; at < size; at += MIB) {
    block.writeUInt32LE(at / MIB);
    appendFileSync(path, block);
  }
}

async function speed(
  title: string,
  nginx: Nginx,
  all: readonly Peer[],
  file: string,
  size: number,
  connections: number,
) {
  const results = await compare(all, nginx.url(`/${file}`), folder, { connections, rounds: ROUNDS });
  const reference = results.find(({ peer }) => peer.name === 'aria2c') ?? results[0];
  const rows = results.map((result) => row(result, size, reference ? wallOf(reference) : Number.NaN));
  console.log(`\n### ${title}\n\n${table(HEAD, rows)}`);
}

async function main(): Promise<void> {
  const all = [satchel, ...peers()];
  const [cpu] = cpus();
  console.log(
    `${cpus().length} × ${cpu?.model.trim()}, ${all.map(({ name, version }) => `${name} ${version}`).join(', ')}`,
  );
  mkdirSync(root, { recursive: true });
  writeRandom(join(root, '1g.bin'), GIB);
  // Sparse: this one only shows that memory does not grow with the size.
  writeFileSync(join(root, '4g.bin'), '');
  truncateSync(join(root, '4g.bin'), 4 * GIB);
  const many = all.filter(({ name }) => name !== 'curl');
  const plain = await Nginx.start({ root });
  await speed('1 GiB over one connection', plain, all, '1g.bin', GIB, 1);
  await speed('1 GiB over 8 connections, full speed', plain, many, '1g.bin', GIB, 8);
  await speed('4 GiB over 32 connections, full speed', plain, [satchel], '4g.bin', 4 * GIB, 32);
  await plain.close();
  const capped = await Nginx.start({ root, limitRate: '5000k' });
  await speed(
    '1 GiB, every connection held to 5000 KiB/s by the server, 8 connections',
    capped,
    many,
    '1g.bin',
    GIB,
    8,
  );
  await capped.close();
  await runKills({ size: GIB, connections: 8, bytesPerSecond: 8 * MB, kills: 50, folder });
}

try {
  await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}
