import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'vite';
import { EngineProcess } from '../test/kit/engine-process.ts';
import { median, table } from './measure.ts';

// tasks.ts [TASKS]: what a long list costs: adding it, starting with it, holding it.

const [count = 10_000] = process.argv.slice(2).map(Number);
const ROUNDS = 5;
const IDLE_MS = 5000;
const folder = mkdtempSync(join(tmpdir(), 'satchel-bench-'));

/** As users run it: one file, and nothing of TypeScript in memory. */
const program = join(folder, 'program', 'child.mjs');
await build({
  root: join(import.meta.dirname, '..'),
  configFile: false,
  logLevel: 'warn',
  ssr: { noExternal: true },
  build: {
    ssr: join(import.meta.dirname, '..', 'test', 'kit', 'engine-child.ts'),
    outDir: join(folder, 'program'),
    emptyOutDir: true,
    rolldownOptions: { output: { entryFileNames: 'child.mjs' } },
  },
});

/** MiB in memory now, and at most so far. */
function memory(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (key: string) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: mib('VmRSS'), peak: mib('VmHWM') };
}

async function bareNode(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
  await sleep(1000);
  const { now } = memory(child.pid ?? 0);
  child.kill();
  await once(child, 'exit');
  return now;
}

async function round(n: number) {
  const data = join(folder, `data-${n}`);
  const first = await EngineProcess.start(data, join(folder, 'downloads'), program);
  const tasks = Array.from({ length: count }, (_, i) => ({
    url: `http://127.0.0.1:9/some/folder/file-${i}.tar.gz`,
  }));
  // Nobody listens on port 9: one task tries again and again, the others wait.
  await first.call('settings.update', { jobs: 1, retries: 1_000_000 });
  const startedAt = performance.now();
  const added = await first.call('tasks.addAll', { tasks });
  const addMs = performance.now() - startedAt;
  if (!added?.ok) throw new Error('not added');
  const adding = memory(first.pid).peak;
  await first.close();
  const again = await EngineProcess.start(data, join(folder, 'downloads'), program);
  const startMs = again.milliseconds;
  const starting = memory(again.pid).peak;
  await sleep(IDLE_MS);
  const idle = memory(again.pid).now;
  const status = await again.call('status', {});
  if (!status?.ok) throw new Error('no status');
  const { waiting = 0, running = 0 } = status.value.counts;
  if (waiting + running !== count) throw new Error(`${waiting} wait, ${running} run`);
  await again.kill();
  return { addMs, startMs, adding, starting, idle };
}

const bare = await bareNode();
const rounds: Awaited<ReturnType<typeof round>>[] = [];
for (let n = 0; n < ROUNDS; n++) rounds.push(await round(n));
rmSync(folder, { recursive: true });
const of = (key: keyof (typeof rounds)[number]) => {
  const values = rounds.map((each) => each[key]);
  return [median(values).toFixed(0), Math.max(...values).toFixed(0)];
};
console.log(
  table(
    [`${count} waiting tasks`, 'median', 'worst', 'wanted'],
    [
      ['added in one call, ms (over a pipe, answer included)', ...of('addMs'), '2000'],
      ['from the start of the process to the open list, ms', ...of('startMs'), '1500'],
      ['most memory while adding, MiB', ...of('adding'), '200'],
      ['most memory while starting, MiB', ...of('starting'), '200'],
      [
        'memory when idle, MiB',
        ...of('idle'),
        `${(bare + 90).toFixed(0)} (bare Node ${bare.toFixed(0)} + 90)`,
      ],
    ],
  ),
);
