// `node bench/limits.ts`: how far a speed limit is off, over every 10 s of a run, against nginx.
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SatchelError } from '../main/contract/errors.ts';
import { runFile } from '../main/task/run-file.ts';
import { Bucket } from '../main/transfer/bucket.ts';
import type { LiveSegment } from '../main/transfer/crew.ts';
import { Hosts } from '../main/transfer/hosts.ts';
import { readBytesFor } from '../main/transfer/throttle.ts';
import { systemClock as clock } from '../main/world/clock.ts';
import { Disk } from '../main/world/disk.ts';
import { createHttp } from '../main/world/http.ts';
import { newId } from '../main/world/ids.ts';
import { Nginx } from '../test/kit/nginx.ts';
import { Flow } from '../test/rules/flow.ts';
import { table } from './measure.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const WINDOW_MS = 10_000;
const RUN_MS = 16_000;
/** What had come before the limit is being written. */
const SETTLE_MS = 300;

const work = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'satchel-limits-'));
const root = join(work, 'served');

/** Opens the connections without a limit, then sets it and looks; gives the worst deviation in bytes. */
async function measure(
  url: string,
  connections: number,
  rate: number,
): Promise<{ worst: number; open: number }> {
  const folder = mkdtempSync(join(work, 'got-'));
  const http = createHttp();
  const hosts = new Hosts(clock, connections);
  const bucket = new Bucket(clock, null);
  const stop = new AbortController();
  const flow = new Flow();
  let received = 0;
  let segments: () => readonly LiveSegment[] = () => [];
  const job = {
    id: newId(clock.now()),
    url,
    headers: {},
    folder,
    out: null,
    checksum: null,
    onConflict: 'rename',
    onChanged: 'stop',
    resume: null,
    startOver: false,
    connections,
    minSplit: MIB,
    retries: 0,
    timeoutMs: 30_000,
    bucket,
  } as const;
  const around = {
    disk: new Disk(),
    clock,
    http,
    hosts,
    bucket: new Bucket(clock, null),
    random: Math.random,
  };
  const listener = {
    onPhase: () => {},
    onPlace: () => {},
    onBegun: async () => {},
    onFacts: () => {},
    onJournaled: (bytes: number) => {
      received += bytes;
      flow.onJournaled(received);
    },
    onWaiting: () => {},
    goOn: () => null,
    onDelivering: () => {},
    onRewound: () => {},
    onFetch: (look: () => readonly LiveSegment[]) => {
      segments = look;
    },
    onInPlace: async () => {},
  };
  const run = runFile(job, around, listener, stop.signal).catch(() => {});
  await flow.until(() => segments().length === connections);
  bucket.setRate(rate);
  http.limitReads(readBytesFor(rate));
  const { at } = await flow.after(SETTLE_MS);
  await flow.after(RUN_MS);
  const open = segments().length;
  stop.abort(new SatchelError('cancelled'));
  await run;
  bucket.close();
  hosts.close();
  http.close();
  rmSync(folder, { recursive: true });
  return { worst: flow.worst((rate * WINDOW_MS) / 1000, WINDOW_MS, at), open };
}

function rateText(rate: number): string {
  return rate < MIB ? `${rate / KIB} KiB/s` : `${rate / MIB} MiB/s`;
}

async function main(): Promise<void> {
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'a.bin'), '');
  truncateSync(join(root, 'a.bin'), 8 * 1024 * MIB);
  const rows: string[][] = [];
  for (const rate of [32 * KIB, 256 * KIB, 2 * MIB, 20 * MIB]) {
    for (const connections of [1, 8]) {
      // The server is fast enough for the limit to count, and so slow that more connections bring more at first.
      const own = Math.max(512 * KIB, connections === 1 ? rate * 2 : rate / 4);
      const nginx = await Nginx.start({ root, limitRate: String(own) });
      const { worst, open } = await measure(nginx.url('/a.bin'), connections, rate);
      await nginx.close();
      const share = (worst / (rate * 10)) * 100;
      rows.push([rateText(rate), String(open), (worst / KIB).toFixed(1), `${share.toFixed(2)} %`]);
    }
  }
  console.log(table(['limit', 'connections', 'worst 10 s, KiB off', 'of the limit'], rows));
}

try {
  await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}
