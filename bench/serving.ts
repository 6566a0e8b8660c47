import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = join(import.meta.dirname, '..', 'out', 'main', 'cli.js');

/** `satchel serve` as it is built, on a folder of its own, with nothing in the way of a benchmark. */
export class Served {
  readonly folder = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'satchel-bench-'));
  readonly #child: ChildProcess;
  #address = '';

  private constructor(args: readonly string[]) {
    const own = [
      '--port',
      '0',
      '--data-dir',
      join(this.folder, 'data'),
      '--downloads',
      join(this.folder, 'got'),
    ];
    const open = [
      '--allow-private',
      '--rate',
      '1000000',
      '--burst',
      '1000000',
      '--log-level',
      'warn',
      '--token',
      'bench',
    ];
    this.#child = spawn(process.execPath, [program, 'serve', ...own, ...open, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  static async start(...args: readonly string[]): Promise<Served> {
    const served = new Served(args);
    let said = '';
    const { stdout } = served.#child;
    if (!stdout) throw new Error('no output');
    while (!said.includes('\n')) said += String((await once(stdout, 'data'))[0]);
    served.#address = /http:\/\/\S+:\d+/.exec(said)?.[0] ?? '';
    await served.call('PATCH', '/settings', { proxy: 'none' });
    return served;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get address(): string {
    return this.#address;
  }

  readonly headers = { authorization: 'Bearer bench', 'content-type': 'application/json' };

  async call<T>(method: string, path: string, json: unknown): Promise<T> {
    const answer = await fetch(`${this.#address}/api/v1${path}`, {
      method,
      headers: this.headers,
      body: JSON.stringify(json),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** MiB in memory now, and at most so far. */
export function memoryOf(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (key: string) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: mib('VmRSS'), peak: mib('VmHWM') };
}

/** Processor time so far, ms. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(stat[11]) + Number(stat[12])) * 10;
}
