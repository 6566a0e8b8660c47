import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Message, ProgressRow } from '../../main/contract/events.ts';
import { buildFirst, desk, linesOf, MIB, messages, run } from './kit.ts';
import { leavePart } from './leave.ts';

buildFirst();

type Event = Extract<Message, { type: 'event' }>;
const eventsOf = (all: readonly Message[]) => all.filter((one): one is Event => one.type === 'event');

/** Rows of a task, with the place of their message among all. */
function rowsOf(all: readonly Message[], id: string): { row: ProgressRow; at: number }[] {
  return all.flatMap((one, at) =>
    one.type === 'progress'
      ? one.tasks.filter(({ taskId }) => taskId === id).map((row) => ({ row, at }))
      : [],
  );
}

/** What holds of every stream of messages, whatever happened. */
function expectSound(all: readonly Message[]): void {
  expect(all[0]?.type).toBe('snapshot');
  const numbers = all.flatMap((one) => (one.type === 'event' ? [] : [one.seq]));
  expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  for (const [at, one] of all.entries()) {
    if (one.type !== 'event' || !['task.done', 'task.failed', 'task.paused'].includes(one.event_type))
      continue;
    const rows = rowsOf(all, one.payload.taskId);
    const ended = one.event_type.slice('task.'.length);
    expect(rows.at(-1)?.at).toBeLessThan(at);
    expect(rows.at(-1)?.row.status).toBe(ended);
  }
  for (const one of all) {
    if (one.type !== 'progress') continue;
    for (const { progress, status } of one.tasks) {
      if (status === 'done') expect(progress).toBe(100);
      else expect(progress ?? 0).toBeLessThanOrEqual(99);
    }
  }
}

describe('--json', () => {
  test('every line is a message of the contract; a snapshot first, seq without gaps, endings last', async () => {
    const at = await desk();
    at.serve('/a.bin', { size: 3 * MIB, bytesPerSecond: 6 * MIB });
    at.serve('/b.bin', { seed: 2 });
    const { status, stdout, stderr } = await at.get(['--json', '/a.bin', '/b.bin', '/none.bin']);
    expect(status).toBe(1);
    expect(linesOf(stderr)).toHaveLength(1);
    const all = messages(stdout);
    expectSound(all);
    const kinds = eventsOf(all).map(({ event_type }) => event_type);
    expect(kinds.toSorted()).toEqual(
      [
        ...Array(3).fill('task.added'),
        'task.done',
        'task.done',
        'task.failed',
        ...Array(3).fill('task.started'),
      ].toSorted(),
    );
    const [first] = all;
    const ids = first?.type === 'snapshot' ? first.tasks.map(({ id }) => id) : [];
    const progress = rowsOf(all, ids[0] ?? '').map(({ row }) => row.progress ?? 0);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(100);
    expect(progress.some((one) => one > 0 && one < 100)).toBe(true);
  });

  test('task.done says where the file is and how much of it came now', async () => {
    const at = await desk();
    at.serve('/a.bin');
    await leavePart(at, '/a.bin', 150_000);
    const all = messages((await at.get(['--json', '/a.bin'])).stdout);
    const done = eventsOf(all).find(({ event_type }) => event_type === 'task.done');
    expect(done?.payload).toMatchObject({
      path: join(at.folder, 'a.bin'),
      received: 200_000,
      fetched: 50_000,
      already: false,
    });
  });

  test('an unknown size is null, and so is its progress', async () => {
    const at = await desk();
    at.serve('/a.bin', {
      size: MIB,
      bytesPerSecond: 4 * MIB,
      faults: [{ name: 'chunked' }, { name: 'ignore-range' }],
    });
    const all = messages((await at.get(['--json', '/a.bin'])).stdout);
    expectSound(all);
    const running = all
      .flatMap((one) => (one.type === 'progress' ? one.tasks : []))
      .filter(({ received }) => received > 0);
    expect(running.some(({ total, progress }) => total === null && progress === null)).toBe(true);
    expect(running.at(-1)).toMatchObject({ status: 'done', total: MIB, progress: 100 });
  });

  test('a retry and bytes that are dropped are told', async () => {
    const at = await desk();
    at.serve('/a.bin', { ranges: false, faults: [{ name: 'truncate-clean', after: 100_000, times: 1 }] });
    const { status, stdout } = await at.get(['--json', '/a.bin']);
    expect(status).toBe(0);
    const all = messages(stdout);
    expectSound(all);
    const kinds = eventsOf(all).map(({ event_type }) => event_type);
    expect(kinds).toContain('task.retrying');
    expect(kinds).toContain('task.rewound');
  });

  test('interrupted: task.paused, with its last row before it', async () => {
    const at = await desk();
    at.serve('/a.bin', { faults: [{ name: 'stall', after: 100_000 }] });
    const running = at.start(['--json', '/a.bin']);
    await running.said('"received":100000');
    running.child.kill('SIGINT');
    const { status, stdout } = await running.exit;
    expect(status).toBe(130);
    const all = messages(stdout);
    expectSound(all);
    expect(eventsOf(all).at(-1)?.event_type).toBe('task.paused');
  });

  test('an address given twice is remarked on standard error only', async () => {
    const at = await desk();
    at.serve('/a.bin');
    const { stdout, stderr } = await at.get(['--json', '/a.bin', '/a.bin']);
    expectSound(messages(stdout));
    expect(stderr).toContain('given twice');
  });
});

describe('--quiet', () => {
  test('prints nothing when all is well', async () => {
    const at = await desk();
    at.serve('/a.bin');
    expect(await at.get(['-q', '/a.bin', '/a.bin'])).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  test('still names failures on standard error', async () => {
    const at = await desk();
    const { status, stdout, stderr } = await at.get(['-q', '/none.bin']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(linesOf(stderr)).toHaveLength(1);
  });
});

describe('in a pipe', () => {
  test('plain lines without control characters, whatever the names', async () => {
    const at = await desk();
    const headers = { 'content-disposition': "attachment; filename*=UTF-8''a%1B%5B31m%0Ab%C2%9B.bin" };
    at.serve('/a.bin', { headers, size: MIB, bytesPerSecond: 2 * MIB });
    const { status, stdout, stderr } = await at.get(['/a.bin', '/none%1B%5B31m.bin']);
    expect(status).toBe(1);
    for (const text of [stdout, stderr]) expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(linesOf(stdout).at(-1)).toMatch(/^✓ /);
  });

  test('a reader that goes away does not stop the download', async () => {
    const at = await desk();
    at.serve('/a.bin', { size: MIB, bytesPerSecond: 4 * MIB });
    const running = at.start(['/a.bin']);
    await running.said('started');
    running.child.stdout?.destroy();
    expect((await running.exit).status).toBe(0);
  });
});

const toolOfTerminals = 'script';
const hasScript = spawnSync(toolOfTerminals, ['--version'], { encoding: 'utf8' }).stdout?.includes(
  'util-linux',
);

describe.runIf(hasScript)('on a terminal', () => {
  const color = '\u001b[32m';

  test.each([
    ['has colours', {}, true],
    ['has none with NO_COLOR', { NO_COLOR: '1' }, false],
  ])('%s', async (_, env, colored) => {
    const at = await desk();
    at.serve('/a.bin');
    const { status, stdout } = await run(['get', at.server.url('/a.bin')], {
      cwd: at.folder,
      env,
      onTerminal: true,
    });
    expect(status).toBe(0);
    expect(stdout).toContain('a.bin');
    expect(stdout.includes(color)).toBe(colored);
  });
});
