import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJournal } from '../main/bytes/open.ts';
import { journalPath } from '../main/bytes/partial-file.ts';
import { Disk } from '../main/world/disk.ts';
import { Content, differsAt } from '../test/kit/content.ts';
import { FaultServer } from '../test/kit/fault-server.ts';
import { median, table } from './measure.ts';

const MIB = 1024 * 1024;
const program = join(import.meta.dirname, '..', 'out', 'main', 'cli.js');

export interface KillOptions {
  /** Bytes. */
  readonly size: number;
  readonly connections: number;
  /** What the server gives each connection. */
  readonly bytesPerSecond: number;
  readonly kills: number;
  readonly folder: string;
}

/** Kills one download again and again at random moments (SIGKILL), and counts what had to be sent twice. */
export async function runKills(options: KillOptions): Promise<void> {
  const { size, connections, bytesPerSecond, kills, folder } = options;
  rmSync(folder, { recursive: true, force: true });
  const server = await FaultServer.start();
  const content = new Content(1, size);
  server.serve('/file.bin', { content, bytesPerSecond });
  const share = size / (kills + 1);
  const lost: number[] = [];
  let sentBefore = 0;
  for (let kill = 0; kill < kills; kill++) {
    const child = start(server.url('/file.bin'), folder, connections);
    // Somewhere within its share of the file, so that all kills fall into the download.
    const until = sentBefore + share * (0.5 + Math.random());
    const ended = once(child, 'exit');
    await Promise.race([server.until(() => server.sentTotal >= until), ended]);
    child.kill('SIGKILL');
    await ended;
    await server.until(() => server.requests.every((request) => request.ended !== 'open'));
    sentBefore = server.sentTotal;
    lost.push(sentBefore - (await journaled(folder)) - lost.reduce((sum, bytes) => sum + bytes, 0));
  }
  const last = start(server.url('/file.bin'), folder, connections);
  const [status] = await once(last, 'exit');
  const twice = server.sentTotal - size;
  const wrong = await differsAt(content, join(folder, 'file.bin'));
  await server.close();
  const rows = [
    ['kills', String(kills)],
    ['exit status of the last run', String(status)],
    ['first wrong byte', wrong === null ? 'none' : String(wrong)],
    ['sent twice, all kills', `${(twice / MIB).toFixed(1)} MiB`],
    ['sent twice per kill, median', `${(median(lost) / MIB).toFixed(2)} MiB`],
    ['sent twice per kill, most', `${(Math.max(...lost) / MIB).toFixed(2)} MiB`],
  ];
  console.log(
    `\n### ${kills} SIGKILLs during ${size / MIB} MiB over ${connections} connections of ${bytesPerSecond / 1e6} MB/s\n`,
  );
  console.log(table(['what', 'figure'], rows));
}

/** Bytes that the journal vouches for. */
async function journaled(folder: string): Promise<number> {
  const disk = new Disk();
  const place = { folder, name: 'file.bin' };
  // Killed before there was one.
  if ((await disk.facts(journalPath(place))) === null) return 0;
  const journal = await readJournal(disk, place);
  const pieces = [...(journal?.regions.values() ?? [])].flatMap(({ durable, doubtful }) => [
    ...durable,
    ...doubtful,
  ]);
  return pieces.reduce((sum, { start, end }) => sum + end - start, 0);
}

function start(url: string, folder: string, connections: number) {
  return spawn(process.execPath, [program, 'get', '-q', '-x', String(connections), '-d', folder, url], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
