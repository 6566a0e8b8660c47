// `node bench/stream.ts [large] [sound] [many] [MIB]`: ZIPs streamed over HTTP by `satchel serve`, beside archiver fed by
// the same server; sources that are cut every 64 MiB; many at once; the tables of docs/benchmarks.md. MIB: of the large one.
import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, statSync } from 'node:fs';
import { get, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { median, table } from './measure.ts';
import { cpuMsOf, memoryOf, Served } from './serving.ts';

const run = promisify(execFile);
const MIB = 1024 ** 2;
const ITEMS = 8;
const ROUNDS = 3;
const STREAMS = 20;
const CHILD = join(import.meta.dirname, 'stream-child.ts');

const words = process.argv.slice(2);
const size = Number(words.find((word) => /^\d+$/.test(word)) ?? 8192) * MIB;
const wanted = words.filter((word) => !/^\d+$/.test(word));
const wants = (what: string) => wanted.length === 0 || wanted.includes(what);

interface Child {
  readonly process: ChildProcess;
  readonly origin: string;
}

async function child(what: string): Promise<Child> {
  const process = fork(CHILD, [what]);
  const [port] = (await once(process, 'message')) as [number];
  return { process, origin: `http://127.0.0.1:${port}` };
}

const source = await child('source');
const urlOf = (name: string, bytes: number, cut: boolean) =>
  `${source.origin}/${name}.bin?size=${bytes}${cut ? '&cut=1' : ''}`;

/** What a way of doing it has come to, over all rounds. */
interface Seen {
  readonly got: Got[];
  readonly cpuMs: number[];
  readonly peaks: number[];
}

interface Got {
  readonly ms: number;
  readonly bytes: number;
  readonly promised: number | null;
  /** From the first byte that the source has sent to the first one that is here, ms. */
  readonly firstMs: number;
}

function post(url: string, body: unknown, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { method: 'POST', headers, agent: false }, resolve)
      .on('error', reject)
      .end(JSON.stringify(body));
  });
}

/** Takes a whole answer; rejects when it is cut. */
async function take(url: string, body: unknown, headers: Record<string, string>): Promise<Got> {
  source.process.send('reset');
  const began = performance.now();
  const answer = await post(url, body, headers);
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode}`);
  let bytes = 0;
  let firstAt = 0;
  for await (const chunk of answer) {
    if (bytes === 0) firstAt = performance.timeOrigin + performance.now();
    bytes += (chunk as Buffer).length;
  }
  const ms = performance.now() - began;
  source.process.send('first');
  const [sentAt] = (await once(source.process, 'message')) as [number];
  const length = answer.headers['content-length'];
  return { ms, bytes, promised: length === undefined ? null : Number(length), firstMs: firstAt - sentAt };
}

/** Items of a request: `sized` makes the server promise its length. */
function items(name: string, total: number, { cut, sized }: { cut: boolean; sized: boolean }) {
  return Array.from({ length: ITEMS }, (_, n) => {
    const bytes = total / ITEMS;
    return { url: urlOf(`${name}-${n}`, bytes, cut), ...(sized ? { size: bytes } : {}) };
  });
}

async function byUs(cut: boolean, sized: boolean, seen: Seen): Promise<void> {
  const served = await Served.start();
  try {
    const before = cpuMsOf(served.pid);
    const got = await take(
      `${served.address}/api/v1/zip`,
      { items: items('large', size, { cut, sized }) },
      served.headers,
    );
    if (got.promised !== null && got.promised !== got.bytes) throw new Error('another length than promised');
    seen.got.push(got);
    seen.cpuMs.push(cpuMsOf(served.pid) - before);
    seen.peaks.push(memoryOf(served.pid).peak);
  } finally {
    await served.close();
  }
}

async function byArchiver(seen: Seen): Promise<void> {
  const archiver = await child('archiver');
  const pid = archiver.process.pid ?? 0;
  const before = cpuMsOf(pid);
  const urls = items('large', size, { cut: false, sized: false }).map(({ url }) => url);
  seen.got.push(await take(archiver.origin, urls, {}));
  seen.cpuMs.push(cpuMsOf(pid) - before);
  seen.peaks.push(memoryOf(pid).peak);
  archiver.process.send('end');
  await once(archiver.process, 'exit');
}

/** Each way so many times, taking turns so that a slow spell of the machine strikes all. */
async function large(): Promise<void> {
  const ways: readonly (readonly [string, (seen: Seen) => Promise<void>])[] = [
    ['satchel', (seen) => byUs(false, false, seen)],
    ['satchel, length promised', (seen) => byUs(false, true, seen)],
    ['satchel, cut every 64 MiB', (seen) => byUs(true, true, seen)],
    ['archiver, stored', byArchiver],
  ];
  const all = ways.map(([name, way]) => ({ name, way, seen: { got: [], cpuMs: [], peaks: [] } as Seen }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { way, seen } of round % 2 === 0 ? all : all.toReversed()) await way(seen);
  }
  const secondsOf = ({ got }: Seen) => median(got.map(({ ms }) => ms)) / 1000;
  const reference = secondsOf(all.at(-1)?.seen as Seen);
  const rows = all.map(({ name, seen }) => [
    name,
    secondsOf(seen).toFixed(2),
    (size / MIB / secondsOf(seen)).toFixed(0),
    `${(reference / secondsOf(seen)).toFixed(2)}×`,
    (median(seen.cpuMs) / 1000).toFixed(2),
    Math.max(...seen.got.map(({ firstMs }) => firstMs)).toFixed(1),
    Math.max(...seen.peaks).toFixed(0),
  ]);
  console.log(`\n### ${size / MIB} MiB in ${ITEMS} items, as one ZIP over HTTP, median of ${ROUNDS}\n`);
  console.log(table(['way', 'wall s', 'MiB/s', 'speed', 'CPU s', 'first byte ms, most', 'peak MiB'], rows));
}

async function sha256(answer: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of answer) hash.update(chunk);
  return hash.digest('hex');
}

const download = (url: string) => new Promise<IncomingMessage>((resolve) => void get(url, resolve));

/** One more, kept on the disk: what unzip says of it, and whether its bytes are the sources'. */
async function sound(): Promise<void> {
  const served = await Served.start();
  const path = join(served.folder, 'sound.zip');
  try {
    const list = items('sound', size, { cut: true, sized: true });
    const answer = await post(`${served.address}/api/v1/zip`, { items: list }, served.headers);
    await pipeline(answer, createWriteStream(path));
    await run('unzip', ['-tqq', path]);
    let wrong = 0;
    for (let n = 0; n < ITEMS; n++) {
      const entry = spawn('unzip', ['-p', path, `sound-${n}.bin`], { stdio: ['ignore', 'pipe', 'inherit'] });
      const clean = await download(urlOf(`sound-${n}`, size / ITEMS, false));
      const [ours, theirs] = await Promise.all([sha256(entry.stdout), sha256(clean)]);
      if (ours !== theirs) wrong += 1;
    }
    const rows = [
      ['bytes', String(statSync(path).size)],
      ['Content-Length', String(answer.headers['content-length'])],
      ['unzip -t', 'clean'],
      ['wrong entries', String(wrong)],
    ];
    console.log(`\n### ${size / MIB} MiB from sources cut every 64 MiB, looked at\n`);
    console.log(table(['what', 'figure'], rows));
  } finally {
    await served.close();
  }
}

async function many(): Promise<void> {
  const bytes = size / 32;
  const served = await Served.start();
  try {
    const began = performance.now();
    const streams = Array.from({ length: STREAMS }, async (_, n) => {
      const list = items(`many-${n}`, bytes, { cut: true, sized: true });
      const answer = await post(`${served.address}/api/v1/zip`, { items: list }, served.headers);
      let got = 0;
      for await (const chunk of answer) got += (chunk as Buffer).length;
      return got === Number(answer.headers['content-length']);
    });
    const whole = (await Promise.all(streams)).filter(Boolean).length;
    const seconds = (performance.now() - began) / 1000;
    const rows = [
      [
        `${whole} of ${STREAMS}`,
        seconds.toFixed(2),
        ((bytes * STREAMS) / MIB / seconds).toFixed(0),
        memoryOf(served.pid).peak.toFixed(0),
      ],
    ];
    console.log(`\n### ${STREAMS} ZIPs of ${bytes / MIB} MiB at once\n`);
    console.log(table(['whole', 'wall s', 'MiB/s together', 'peak MiB'], rows));
  } finally {
    await served.close();
  }
}

try {
  if (wants('large')) await large();
  if (wants('sound')) await sound();
  if (wants('many')) await many();
} finally {
  source.process.send('end');
}
