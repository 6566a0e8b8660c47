import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ErrorReport, SatchelError } from '../../main/contract/errors.ts';
import { TaskPhase, TaskState } from '../../main/contract/task.ts';
import { added, next, type Standing, type TaskEvent, type Verdict } from '../../main/task/machine.ts';

const NO_ROOM = new SatchelError('disk-full', '/home').report();
const BROKEN = new SatchelError('not-found').report();
const RUN = 3;

const STANDINGS = {
  waiting: { state: 'waiting', run: RUN },
  running: { state: 'running', run: RUN, phase: 'fetching', retryAt: null, error: null },
  'running, waiting for a retry': {
    state: 'running',
    run: RUN,
    phase: 'fetching',
    retryAt: 5,
    error: BROKEN,
  },
  paused: { state: 'paused', run: RUN, error: null },
  'paused without room': { state: 'paused', run: RUN, error: NO_ROOM },
  done: { state: 'done', run: RUN },
  failed: { state: 'failed', run: RUN, error: BROKEN },
} satisfies Record<string, Standing>;
type Where = keyof typeof STANDINGS;
const WHERE = Object.keys(STANDINGS) as Where[];
const RUNNING: readonly Where[] = ['running', 'running, waiting for a retry'];

const USER = ['pause', 'resume', 'retry', 'restart', 'remove'] as const;
const OURS = ['start', 'recover', 'room'] as const;
const REPORTS = [
  { type: 'phase', phase: 'verifying' },
  { type: 'wait', retryAt: 9, error: BROKEN },
  { type: 'deliver' },
  { type: 'complete' },
  { type: 'fail', error: BROKEN },
  { type: 'no-room', error: NO_ROOM },
] as const;

/** What leads where; whatever is not here is refused. */
const TABLE: Readonly<Record<string, Partial<Record<Where, TaskState | 'gone'>>>> = {
  start: { waiting: 'running' },
  pause: { waiting: 'paused', running: 'paused', 'running, waiting for a retry': 'paused' },
  resume: { paused: 'waiting', 'paused without room': 'waiting' },
  retry: { failed: 'waiting' },
  restart: { done: 'waiting', failed: 'waiting', paused: 'waiting', 'paused without room': 'waiting' },
  room: { 'paused without room': 'waiting' },
  recover: {
    waiting: 'waiting',
    running: 'waiting',
    'running, waiting for a retry': 'waiting',
    paused: 'paused',
    'paused without room': 'paused',
    done: 'done',
    failed: 'failed',
  },
  remove: Object.fromEntries(WHERE.map((where) => [where, 'gone'])),
};

const ENDS: Readonly<Record<string, TaskState>> = { complete: 'done', fail: 'failed', 'no-room': 'paused' };

function frozen(standing: Standing): Standing {
  return Object.freeze(structuredClone(standing));
}

function movedTo(verdict: Verdict): Standing {
  if (verdict.kind !== 'moved') throw new Error(`${verdict.kind}, not moved`);
  return verdict.to;
}

describe('the table of states', () => {
  const pairs = WHERE.flatMap((where) => [...USER, ...OURS].map((type) => [where, type] as const));

  test.each(pairs)('%s, %s', (where, type) => {
    const from = frozen(STANDINGS[where]);
    const verdict = next(from, { type });
    const wanted = TABLE[type]?.[where];
    if (wanted === undefined) {
      expect(verdict).toMatchObject({ kind: 'refused', error: { code: 'bad-transition' } });
      return;
    }
    if (wanted === 'gone') {
      expect(verdict).toEqual({ kind: 'gone' });
      return;
    }
    const to = movedTo(verdict);
    expect(to.state).toBe(wanted);
    expect(to.run).toBe(type === 'start' ? RUN + 1 : RUN);
  });

  const reports = WHERE.flatMap((where) => REPORTS.map((event) => [where, event] as const));

  test.each(reports)('%s, its run tells $1', (where, event) => {
    const verdict = next(frozen(STANDINGS[where]), { ...event, run: RUN });
    if (!RUNNING.includes(where)) {
      expect(verdict).toEqual({ kind: 'stale' });
      return;
    }
    expect(movedTo(verdict)).toMatchObject({ state: ENDS[event.type] ?? 'running', run: RUN });
  });

  test.each(
    reports.flatMap(([where, event]) => [RUN - 1, RUN + 1].map((run) => [where, event.type, run, event])),
  )('%s, %s of run %i is void', (where, _, run, event) => {
    const from = frozen(STANDINGS[where as Where]);
    expect(next(from, { ...(event as (typeof REPORTS)[number]), run: run as number })).toEqual({
      kind: 'stale',
    });
  });

  test('a new task waits, or is paused', () => {
    expect(added(false)).toEqual({ state: 'waiting', run: 0 });
    expect(added(true)).toEqual({ state: 'paused', run: 0, error: null });
  });
});

describe('a run that waits', () => {
  const waiting = STANDINGS['running, waiting for a retry'];

  test('shows when it goes on and why; a later wait without a reason keeps the last one', () => {
    const from = frozen(STANDINGS.running);
    const once = movedTo(next(from, { type: 'wait', retryAt: 9, error: BROKEN, run: RUN }));
    expect(once).toEqual({ ...from, retryAt: 9, error: BROKEN });
    const twice = movedTo(next(once, { type: 'wait', retryAt: 20, error: null, run: RUN }));
    expect(twice).toEqual({ ...from, retryAt: 20, error: BROKEN });
  });

  test('shows neither any more when it delivers', () => {
    expect(movedTo(next(frozen(waiting), { type: 'deliver', run: RUN }))).toEqual(STANDINGS.running);
  });

  test.each(['pause', 'recover'] as const)('leaves nothing of it behind after %s', (type) => {
    const to = movedTo(next(frozen(waiting), { type }));
    expect('error' in to ? to.error : null).toBeNull();
    expect(to).not.toHaveProperty('retryAt');
  });
});

const report: fc.Arbitrary<ErrorReport> = fc.constantFrom(NO_ROOM, BROKEN);
const runEvent = fc.oneof(
  fc.record({ type: fc.constant('phase' as const), phase: fc.constantFrom(...TaskPhase.options) }),
  fc.record({
    type: fc.constant('wait' as const),
    retryAt: fc.option(fc.nat()),
    error: fc.option(report),
  }),
  fc.record({ type: fc.constantFrom('deliver' as const, 'complete' as const) }),
  fc.record({ type: fc.constantFrom('fail' as const, 'no-room' as const), error: report }),
);
/** `behind` says of how many runs ago a report is. */
const anyEvent = fc.oneof(
  fc.record({ type: fc.constantFrom(...USER, ...OURS, 'start', 'start') }),
  fc.record({ event: runEvent, behind: fc.constantFrom(0, 0, 0, 1, 2) }),
);

test('whatever happens in whatever order, a task is only ever where the table leads', () => {
  let moves = 0;
  const property = fc.property(
    fc.boolean(),
    fc.array(anyEvent, { maxLength: 60, size: 'max' }),
    (paused, events) => {
      let at = frozen(added(paused));
      for (const one of events) {
        const event: TaskEvent = 'type' in one ? one : { ...one.event, run: at.run - one.behind };
        const verdict = next(at, event);
        expect(next(at, event)).toEqual(verdict);
        if ('run' in event && (event.run !== at.run || at.state !== 'running')) {
          expect(verdict).toEqual({ kind: 'stale' });
        }
        if (verdict.kind !== 'moved') continue;
        const { to } = verdict;
        expect(TaskState.options).toContain(to.state);
        expect(to.run - at.run).toBe(event.type === 'start' ? 1 : 0);
        if (to.state === 'failed') expect(to.error).toBeTruthy();
        moves += 1;
        at = frozen(to);
      }
    },
  );
  fc.assert(property, { numRuns: 1000 });
  expect(moves).toBeGreaterThan(500);
});
