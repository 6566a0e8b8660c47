import { Script } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';

/** What one property may take of an `npm test`; all of them together stay below 45 s. */
const SHORT_SECONDS = 1;
/** Nothing that is given here takes a hundredth of it, on a busy machine too. */
const DEADLINE_MS = 10_000;
/** The same of what only computes. */
export const PURE_MS = 3000;

/** Longer, for a night: docs are in CONTRIBUTING.md. */
const night = process.env['SATCHEL_FUZZ_SECONDS'];
const seconds = Number(night ?? SHORT_SECONDS);
/** The same inputs each time, but for a night. */
const seed = process.env['SATCHEL_FUZZ_SEED'] ?? (night === undefined ? '20261124' : undefined);
const path = process.env['SATCHEL_FUZZ_PATH'];

export interface Holding {
  /** So many runs must have been, whatever the time: a property that never ran holds nothing. */
  readonly atLeast?: number;
  /** Once all runs are over: what could not be said of each. */
  readonly afterwards?: () => Promise<void> | void;
  /** A run that takes longer has hung. */
  readonly deadlineMs?: number;
}

/**
 * A test that `check` holds for whatever `given` makes, as often as there is time for. A run that takes longer than its
 * deadline has hung; the failure names seed and path, which SATCHEL_FUZZ_SEED and SATCHEL_FUZZ_PATH repeat.
 */
export function holds<T>(
  name: string,
  given: fc.Arbitrary<T> | (() => Promise<fc.Arbitrary<T>>),
  check: (value: T) => Promise<void> | void,
  { atLeast = 20, afterwards, deadlineMs = DEADLINE_MS }: Holding = {},
): void {
  const limit = seconds * 1000 + 12 * DEADLINE_MS;
  test(
    name,
    async () => {
      const arbitrary = typeof given === 'function' ? await given() : given;
      await demand(arbitrary, (value) => within(deadlineMs, () => check(value)), atLeast);
      await afterwards?.();
    },
    limit,
  );
}

async function demand<T>(
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => Promise<void>,
  atLeast: number,
): Promise<void> {
  let runs = 0;
  let firstFailure: unknown = null;
  let last: Promise<void> | null = null;
  const property = fc.asyncProperty(arbitrary, async (value) => {
    try {
      last = check(value);
      await last;
    } catch (thrown) {
      firstFailure ??= thrown;
      throw thrown;
    }
    runs += 1;
  });
  const options = { numRuns: Number.MAX_SAFE_INTEGER, ...repeated() };
  // What is short of its runs goes on: on a machine that is busy a second may be over at once.
  const details = await fc.check(property, { ...options, interruptAfterTimeLimit: seconds * 1000 });
  if (details.failed) throw failureOf(details, firstFailure);
  // What was interrupted is still under way: the next would meet it.
  await last;
  if (path === undefined && runs < atLeast) {
    const rest = await fc.check(property, { numRuns: atLeast - runs });
    if (rest.failed) throw failureOf(rest, firstFailure);
  }
  expect(runs, 'it must have run').toBeGreaterThanOrEqual(path === undefined ? atLeast : 1);
}

/** Seed and path stand at its beginning; what was given may be long. */
function failureOf<T>(details: fc.RunDetails<[T]>, cause: unknown): Error {
  return new Error(fc.defaultReportMessage(details)?.slice(0, 3000), { cause });
}

function repeated(): { seed?: number; path?: string } {
  return {
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(path === undefined ? {} : { path }),
  };
}

/** Rejects where it is not over in time; what goes on for ever without giving way is ended too, by V8. */
async function within(ms: number, work: () => Promise<void> | void): Promise<void> {
  const begun = interruptible(ms, work);
  if (begun === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it was not over after ${ms} ms`)), ms);
  });
  await Promise.race([begun, late]).finally(() => clearTimeout(timer));
}

const script = new Script('work()');

/** A regular expression that backtracks for ever gives way to nothing else. */
function interruptible<T>(ms: number, work: () => T): T {
  return script.runInNewContext({ work }, { timeout: ms }) as T;
}
