// `node bench/packages.ts [seed]`: many addresses into one ZIP, beside curl and zip; kills; the tables of docs/benchmarks.md.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJournal } from '../main/bytes/open.ts';
import { journalPath } from '../main/bytes/partial-file.ts';
import { Disk } from '../main/world/disk.ts';
import { Content } from '../test/kit/content.ts';
import { FaultServer } from '../test/kit/fault-server.ts';
import { Nginx } from '../test/kit/nginx.ts';
import { seeded } from '../test/kit/random.ts';
import { entriesIn } from '../test/kit/zip-readers.ts';
import { type Cost, cost, median, table } from './measure.ts';
import { compareWays, peakOfCosts as peak, secondsOf as seconds, shell } from './ways.ts';

const MIB = 1024 ** 2;
const program = join(import.meta.dirname, '..', 'out', 'main', 'cli.js');
const work = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'satchel-packages-'));
const served = join(work, 'served');
const folder = join(work, 'got');
const list = join(work, 'list.txt');
const curlList = join(work, 'curl.txt');

function get(compress: string, extra: readonly string[] = []): Promise<Cost> {
  const zip = join(folder, 'bundle.zip');
  return cost(process.execPath, [
    program,
    'get',
    '-q',
    '-i',
    list,
    '--zip',
    zip,
    '--compress',
    compress,
    ...extra,
  ]);
}

function serve(nginx: Nginx, names: readonly string[]): void {
  const urls = names.map((name) => nginx.url(`/${name}`));
  writeFileSync(list, urls.map((url) => `${url}\n`).join(''));
  writeFileSync(curlList, urls.map((url) => `url = "${url}"\nremote-name\n`).join(''));
}

/** Disk blocks of all that lies in the folder, the most that was seen while `run` went on. */
async function withDiskUse(run: () => Promise<Cost>): Promise<{ one: Cost; mostBytes: number }> {
  let mostBytes = 0;
  const look = setInterval(() => {
    const used = readdirSync(folder).reduce((sum, name) => {
      const facts = statSync(join(folder, name), { throwIfNoEntry: false });
      return sum + (facts ? facts.blocks * 512 : 0);
    }, 0);
    mostBytes = Math.max(mostBytes, used);
  }, 10);
  const one = await run();
  clearInterval(look);
  return { one, mostBytes };
}

async function largeFiles(nginx: Nginx): Promise<void> {
  const names = Array.from({ length: 32 }, (_, n) => `f${n}.bin`);
  for (const name of names) writeFileSync(join(served, name), randomBytes(32 * MIB));
  serve(nginx, names);
  let mostBytes = 0;
  const curl = `cd ${folder} && curl -sZ --parallel-max 4 -K ${curlList} 2>/dev/null`;
  const costs = await compareWays(
    [
      [
        'satchel get --zip',
        async () => {
          const seen = await withDiskUse(() => get('store'));
          mostBytes = Math.max(mostBytes, seen.mostBytes);
          return seen.one;
        },
      ],
      ['curl -Z (4 at once), then sync: no ZIP', () => shell(`${curl}; sync -f .`)],
      ['curl -Z, then zip -0, then sync', () => shell(`${curl}; zip -0q bundle.zip *.bin; sync bundle.zip`)],
    ],
    folder,
  );
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await get('store');
  const zip = statSync(join(folder, 'bundle.zip')).size;
  const reference = seconds(costs.get('satchel get --zip') ?? []);
  const rows = [...costs].map(([name, all]) => [
    name,
    seconds(all).toFixed(2),
    `${(seconds(all) / reference).toFixed(2)}×`,
    peak(all).toFixed(0),
  ]);
  console.log('\n### 32 files of 32 MiB into a stored ZIP, nginx on loopback\n');
  console.log(table(['way', 'wall s', 'to satchel', 'peak MiB'], rows));
  const over = mostBytes - zip;
  const allowed = zip * 0.001 + 32 * 1024 + MIB;
  console.log(`\nMost disk in use: the ZIP and ${over} bytes; allowed are ${Math.round(allowed)}.`);
}

async function textFiles(nginx: Nginx): Promise<void> {
  const names = Array.from({ length: 1000 }, (_, n) => `t${n}.txt`);
  for (const [n, name] of names.entries()) {
    const words = Array.from({ length: 4000 }, (_, word) => `word${(word * word * (n + 7)) % 977}`);
    writeFileSync(join(served, name), `${words.join(' ')}\n`);
  }
  serve(nginx, names);
  const costs = await compareWays(
    [
      ['--compress auto', () => get('auto')],
      ['--compress store', () => get('store')],
    ],
    folder,
  );
  const rows = [...costs].map(([name, all]) => [name, seconds(all).toFixed(2), peak(all).toFixed(0)]);
  console.log('\n### 1,000 text files of about 28 KB\n');
  console.log(table(['way', 'wall s', 'peak MiB'], rows));
}

async function manyFiles(nginx: Nginx, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, n) => `s${n}.bin`);
  for (const name of names) writeFileSync(join(served, name), randomBytes(1000));
  serve(nginx, names);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const one = await get('store');
  if (one.status !== 0) throw new Error(one.stderr);
  console.log(`\n### ${count} files of 1 KB\n`);
  console.log(table(['wall s', 'peak MiB'], [[(one.wallMs / 1000).toFixed(1), one.peakMiB.toFixed(0)]]));
}

/** Bytes that the journal vouches for. */
async function journaled(): Promise<number> {
  const disk = new Disk();
  const place = { folder, name: 'bundle.zip' };
  if ((await disk.facts(journalPath(place))) === null) return 0;
  const journal = await readJournal(disk, place);
  return [...(journal?.regions.values() ?? [])]
    .flatMap(({ durable, doubtful }) => [...durable, ...doubtful])
    .reduce((sum, { start, end }) => sum + end - start, 0);
}

/** Kills one package again and again at random moments, and counts what had to be sent twice. */
async function kills(count: number, seed: number): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const random = seeded(seed);
  const server = await FaultServer.start();
  const contents = Array.from({ length: 16 }, (_, n) => new Content(n + 1, 32 * MIB));
  const names = contents.map((_, n) => `k${n}.bin`);
  for (const [n, content] of contents.entries()) {
    server.serve(`/k${n}.bin`, { content, bytesPerSecond: 8_000_000 });
  }
  writeFileSync(list, names.map((name) => `${server.url(`/${name}`)}\n`).join(''));
  const zip = join(folder, 'bundle.zip');
  const start = () =>
    spawn(process.execPath, [program, 'get', '-q', '-i', list, '--zip', zip, '--compress', 'store'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const size = contents.length * 32 * MIB;
  const share = size / (count + 1);
  const lost: number[] = [];
  for (let kill = 0; kill < count; kill++) {
    const child = start();
    const ended = once(child, 'exit');
    const until = server.sentTotal + share * (0.5 + random());
    await Promise.race([server.until(() => server.sentTotal >= until), ended]);
    child.kill('SIGKILL');
    await ended;
    await server.until(() => server.requests.every((request) => request.ended !== 'open'));
    lost.push(server.sentTotal - (await journaled()) - lost.reduce((sum, bytes) => sum + bytes, 0));
  }
  const [status] = await once(start(), 'exit');
  const hashes = new Map(await entriesIn(zip));
  const { createHash } = await import('node:crypto');
  const wrong = contents.filter((content, n) => {
    const hash = createHash('sha256').update(content.slice(0, content.size)).digest('hex');
    return hashes.get(`k${n}.bin`) !== hash;
  });
  await server.close();
  const rows = [
    ['kills', String(count)],
    ['exit status of the last run', String(status)],
    ['wrong or missing entries', String(wrong.length)],
    ['sent twice per kill, median', `${(median(lost) / MIB).toFixed(2)} MiB`],
    ['sent twice per kill, most', `${(Math.max(...lost) / MIB).toFixed(2)} MiB`],
  ];
  console.log(
    `\n### ${count} SIGKILLs during 16 × 32 MiB into one ZIP, 8 connections of 8 MB/s (seed ${seed})\n`,
  );
  console.log(table(['what', 'figure'], rows));
}

mkdirSync(served, { recursive: true });
const nginx = await Nginx.start({ root: served });
const wanted = new Set(process.argv.slice(2));
const wants = (what: string) => wanted.size === 0 || wanted.has(what);
try {
  if (wants('large')) await largeFiles(nginx);
  if (wants('text')) await textFiles(nginx);
  if (wants('many')) await manyFiles(nginx, 20_000);
  if (wants('kills')) await kills(50, 1);
} finally {
  await nginx.close();
  rmSync(work, { recursive: true, force: true });
}
