import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { type Cost, cost, median, table } from './measure.ts';

/** One way to do it, from an empty folder. */
export type Way = readonly [name: string, run: () => Promise<Cost>];

const ROUNDS = 5;

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

/** Several programs, one after the other: with the time of all, and a peak that is none of theirs and so not known. */
export async function shell(script: string): Promise<Cost> {
  const one = await cost('sh', ['-ec', `${script}\ncut -d' ' -f14-17 /proc/$$/stat >&2`]);
  const ticks = one.stderr.trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  return { ...one, cpuMs: ticks.reduce((sum, each) => sum + each, 0) * TICK_MS, peakMiB: Number.NaN };
}

export const secondsOf = (costs: readonly Cost[]): number => median(costs.map(({ wallMs }) => wallMs)) / 1000;
export const peakOfCosts = (costs: readonly Cost[]): number =>
  Math.max(...costs.map(({ peakMiB }) => peakMiB));

/** Each way so many times, taking turns so that a slow spell of the machine strikes all. `folder` is emptied before each. */
export async function compareWays(
  ways: readonly Way[],
  folder: string,
  check: () => void | Promise<void> = () => {},
): Promise<Map<string, Cost[]>> {
  const costs = new Map<string, Cost[]>(ways.map(([name]) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of round % 2 === 0 ? ways : ways.toReversed()) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      execFileSync('sync');
      const one = await run();
      if (one.status !== 0) throw new Error(`${name} failed: ${one.stderr}`);
      await check();
      costs.get(name)?.push(one);
    }
  }
  return costs;
}

/** Medians beside those of the first way. */
export function tableOf(costs: ReadonlyMap<string, readonly Cost[]>): string {
  const [first = []] = costs.values();
  const rows = [...costs].map(([name, all]) => [
    name,
    secondsOf(all).toFixed(2),
    `${(secondsOf(all) / secondsOf(first)).toFixed(2)}×`,
    (median(all.map(({ cpuMs }) => cpuMs)) / 1000).toFixed(2),
    Number.isNaN(peakOfCosts(all)) ? '–' : peakOfCosts(all).toFixed(0),
  ]);
  return table(['program', 'wall s', 'to satchel', 'CPU s', 'peak MiB'], rows);
}
