import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Cost, cost, median } from './measure.ts';

const root = join(import.meta.dirname, '..');

/** A downloader: how it is called for one file over so many connections. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  run(url: string, folder: string, connections: number): Promise<Cost>;
}

function versionOf(command: string, args: readonly string[]): string | null {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? (/\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? '?') : null;
}

export const satchel: Peer = {
  name: 'satchel',
  version: `Node ${process.version}`,
  run: (url, folder, connections) => {
    const delay = pathToFileURL(join(root, 'bench', 'loop-delay.mjs')).href;
    const program = [`--import=${delay}`, join(root, 'out', 'main', 'cli.js')];
    return cost(process.execPath, [
      ...program,
      'get',
      '-q',
      '-x',
      `${connections}`,
      '--per-host',
      `${Math.max(8, connections)}`,
      '-d',
      folder,
      url,
    ]);
  },
};

/** Those of the peers that are installed. */
export function peers(): Peer[] {
  const found: Peer[] = [];
  const aria2 = versionOf('aria2c', ['--version']);
  if (aria2) {
    found.push({
      name: 'aria2c',
      version: aria2,
      run: (url, folder, n) =>
        cost('aria2c', [
          '-q',
          '-x',
          `${Math.min(n, 16)}`,
          '-s',
          `${n}`,
          '-k',
          '1M',
          '--file-allocation=none',
          '-d',
          folder,
          url,
        ]),
    });
  }
  const curl = versionOf('curl', ['--version']);
  if (curl) {
    found.push({
      name: 'curl',
      version: curl,
      run: (url, folder) => cost('curl', ['-s', '--create-dirs', '-o', join(folder, 'file'), url]),
    });
  }
  return found;
}

export interface Result {
  readonly peer: Peer;
  readonly costs: readonly Cost[];
}

/** Every peer so many times, taking turns so that a slow spell of the machine strikes all. */
export async function compare(
  all: readonly Peer[],
  url: string,
  folder: string,
  options: { connections: number; rounds: number },
): Promise<Result[]> {
  const costs = new Map(all.map((peer) => [peer, [] as Cost[]]));
  for (let round = 0; round < options.rounds; round++) {
    for (const peer of round % 2 === 0 ? all : all.toReversed()) {
      rmSync(folder, { recursive: true, force: true });
      const one = await peer.run(url, folder, options.connections);
      if (one.status !== 0) throw new Error(`${peer.name} failed: ${one.stderr}`);
      costs.get(peer)?.push(one);
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return all.map((peer) => ({ peer, costs: costs.get(peer) ?? [] }));
}

export const wallOf = ({ costs }: Result): number => median(costs.map(({ wallMs }) => wallMs));
export const cpuOf = ({ costs }: Result): number => median(costs.map(({ cpuMs }) => cpuMs));
export const peakOf = ({ costs }: Result): number => Math.max(...costs.map(({ peakMiB }) => peakMiB));

/** Event-loop delay p99, ms, the worst of all runs; null for programs that have no such loop. */
export function loopDelayOf({ costs }: Result): number | null {
  const seen = costs.flatMap(({ stderr }) => /LOOP (\{.*\})/.exec(stderr)?.[1] ?? []);
  return seen.length === 0 ? null : Math.max(...seen.map((text) => Number(JSON.parse(text).p99)));
}
