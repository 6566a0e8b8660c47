import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What one run of a program cost. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
  readonly status: number | null;
  readonly stderr: string;
}

const POLL_MS = 10;
/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

/** Runs a program to its end and reads its cost from /proc (the last look is at most 10 ms before the end). */
export function cost(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Cost> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...env },
    });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    let peakMiB = 0;
    let cpuMs = 0;
    const poll = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        peakMiB = Math.max(peakMiB, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
        const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
        cpuMs = (Number(stat[11]) + Number(stat[12])) * TICK_MS;
      } catch {
        // It has just ended.
      }
    }, POLL_MS);
    child.on('error', reject);
    child.on('close', (status) => {
      clearInterval(poll);
      resolve({ wallMs: performance.now() - startedAt, cpuMs, peakMiB, status, stderr });
    });
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** A table as Markdown, its columns padded so that it reads as text too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
