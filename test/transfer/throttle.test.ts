import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bucket } from '../../main/transfer/bucket.ts';
import { Limiter, readBytesFor } from '../../main/transfer/throttle.ts';
import type { Timer } from '../../main/world/clock.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { type Flow, Tap } from './taps.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const READ = 64 * KIB;
const WINDOW_MS = 10_000;

function setting(rate: number | null) {
  const clock = new FakeClock();
  const bucket = new Bucket(clock, rate);
  const taps = (count: number, limiter = new Limiter(clock, null, bucket)) =>
    Array.from({ length: count }, () => new Tap(limiter, clock));
  return { clock, bucket, taps };
}

/** Two connections that wait at 1 KiB/s, the first of them first, and how often the second was given its turn. */
function twoWaiting() {
  const { clock, bucket } = setting(KIB);
  const limiter = new Limiter(clock, null, bucket);
  let turns = 0;
  const gone = limiter.open(() => {});
  const next = limiter.open(() => {
    turns += 1;
  });
  gone.take(KIB);
  next.take(KIB);
  return { clock, gone, next, turns: () => turns };
}

const sum = (values: readonly number[]) => values.reduce((all, each) => all + each, 0);
const bytesOf = (taps: readonly Tap[]) => sum(taps.map(({ bytes }) => bytes));

/** Timers of a busy machine. */
class LateClock extends FakeClock {
  override after(ms: number, fn: () => void): Timer {
    return super.after(ms + 60, fn);
  }
}

interface Change {
  readonly at: number;
  readonly rate: number | null;
}

/** Bytes that may come in the 10 s from `from` on: what the rates allow, and 5 % of the highest or one read more. */
function promised(changes: readonly Change[], from: number): number {
  const to = from + WINDOW_MS;
  const parts = changes.flatMap(({ at, rate }, i) => {
    const span = Math.min(to, changes[i + 1]?.at ?? to) - Math.max(from, at);
    // At the very moment of a change some may have come before it.
    return span >= 0 ? [{ span, rate: rate ?? Number.POSITIVE_INFINITY }] : [];
  });
  const highest = Math.max(...parts.map(({ rate }) => rate));
  if (!Number.isFinite(highest)) return highest;
  return sum(parts.map(({ span, rate }) => (rate * span) / 1000)) + Math.max(highest * 10 * 0.05, READ);
}

/** For each read, all that came in the 10 s from it on. */
function windows(flow: readonly Flow[]): Flow[] {
  const sorted = flow.toSorted((a, b) => a.at - b.at);
  let bytes = 0;
  let end = 0;
  return sorted.map(({ at, bytes: own }) => {
    for (let next = sorted[end]; next && next.at < at + WINDOW_MS; next = sorted[++end]) bytes += next.bytes;
    const window = { at, bytes };
    bytes -= own;
    return window;
  });
}

const someRate = fc.oneof(
  fc.integer({ min: KIB, max: 64 * KIB }),
  fc.integer({ min: 64 * KIB, max: 20 * MIB }),
  fc.constant(null),
);

describe('rule 24: a bucket', () => {
  test('whatever is spent, changed and ended, 10 s never bring more than the promise', async () => {
    const tap = fc.record({
      chunk: fc.integer({ min: 1 * KIB, max: 256 * KIB }),
      // Some answer at once, some stall and then all come together.
      delays: fc.array(fc.oneof(fc.constant(5), fc.integer({ min: 5, max: 4000 })), {
        minLength: 1,
        maxLength: 5,
      }),
      endsAt: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 0, max: 25_000 })),
    });
    const change = fc.record({ after: fc.integer({ min: 50, max: 9000 }), rate: someRate });
    const checked = async (
      first: number | null,
      taps: readonly { chunk: number; delays: readonly number[]; endsAt: number }[],
      later: readonly { after: number; rate: number | null }[],
      last: number,
    ) => {
      const { clock, bucket } = setting(first);
      const changes: Change[] = [{ at: 0, rate: first }];
      const limiter = new Limiter(clock, null, bucket);
      const opened = taps.map(({ chunk, delays, endsAt }) => {
        const opened = new Tap(limiter, clock, chunk, delays);
        if (Number.isFinite(endsAt)) clock.after(endsAt, () => opened.close());
        return opened;
      });
      for (const { after, rate } of later) {
        await clock.advance(after);
        bucket.setRate(rate);
        changes.push({ at: clock.monotonic(), rate });
      }
      await clock.advance(3000);
      bucket.setRate(last);
      changes.push({ at: clock.monotonic(), rate: last });
      await clock.advance(12_000);
      for (const { at, bytes } of windows(opened.flatMap(({ flow }) => flow)))
        expect(bytes).toBeLessThanOrEqual(promised(changes, at));
    };
    await fc.assert(
      fc.asyncProperty(
        someRate,
        fc.array(tap, { minLength: 1, maxLength: 32 }),
        fc.array(change, { maxLength: 3 }),
        fc.integer({ min: KIB, max: 8 * MIB }),
        checked,
      ),
      { numRuns: 20 },
    );
  });

  test('any number of readers get all of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: KIB, max: 8 * MIB }),
        fc.integer({ min: 1, max: 32 }),
        async (rate, readers) => {
          const { clock, taps } = setting(rate);
          const all = taps(readers);
          await clock.advance(WINDOW_MS);
          expect(bytesOf(all)).toBeGreaterThanOrEqual(rate * 10 - Math.max(rate * 10 * 0.05, READ));
        },
      ),
      { numRuns: 20 },
    );
  });

  test('is not slowed down by late timers', async () => {
    const clock = new LateClock();
    const limiter = new Limiter(clock, null, new Bucket(clock, MIB));
    const taps = Array.from({ length: 4 }, () => new Tap(limiter, clock));
    await clock.advance(WINDOW_MS);
    expect(bytesOf(taps)).toBeGreaterThan(10 * MIB * 0.95);
  });

  test('begins empty, and saves no more than 0.2 s', async () => {
    const { clock, bucket } = setting(MIB);
    const quota = new Limiter(clock, null, bucket).open(() => {});
    expect(quota.take(READ)).toBe(0);
    await clock.advance(60_000);
    expect(quota.take(10 * MIB)).toBeLessThanOrEqual(MIB * 0.2 + MIB / 128);
    expect(quota.waiting).toBe(true);
  });

  test('32 connections do not each read at once', async () => {
    const { clock, taps } = setting(32 * KIB);
    const all = taps(32);
    await clock.advance(100);
    expect(bytesOf(all)).toBeGreaterThan(0);
    expect(bytesOf(all)).toBeLessThanOrEqual(3.2 * KIB);
    await clock.advance(900);
    expect(bytesOf(all)).toBeLessThanOrEqual(32 * KIB);
  });

  test('serves the connections of a task one at a time, first come first served', async () => {
    const { clock, bucket } = setting(KIB);
    const limiter = new Limiter(clock, null, bucket);
    const turns: number[] = [];
    for (const who of [0, 1, 2, 3, 4]) {
      const quota = limiter.open(() => {
        turns.push(who);
        quota.take(KIB);
      });
      expect(quota.take(KIB)).toBe(0);
    }
    await clock.advance(12_100);
    expect(turns).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]);
  });

  test.each([
    ['raised', 10 * MIB],
    ['taken away', null],
  ])('a limit that is %s does not wait out the old one', async (_, rate) => {
    const { clock, bucket, taps } = setting(KIB);
    const all = taps(8);
    await clock.advance(1500);
    const before = bytesOf(all);
    expect(before).toBe(KIB);
    bucket.setRate(rate);
    await clock.advance(100);
    for (const { bytes } of all) expect(bytes).toBeGreaterThan(READ / 2);
  });

  test('a limit that is lowered holds for turns given before', async () => {
    const { clock, bucket } = setting(20 * MIB);
    const limiter = new Limiter(clock, null, bucket);
    const quotas = Array.from({ length: 8 }, () => limiter.open(() => {}));
    for (const quota of quotas) quota.take(1);
    await clock.advance(1000);
    expect(quotas.map(({ waiting }) => waiting)).toEqual(quotas.map(() => false));
    bucket.setRate(32 * KIB);
    expect(sum(quotas.map((quota) => quota.take(READ)))).toBeLessThanOrEqual(16 * KIB);
  });

  test('a limit that is given to an unlimited one begins empty', async () => {
    const { clock, bucket, taps } = setting(null);
    const all = taps(4);
    await clock.advance(10);
    expect(bytesOf(all)).toBe(4 * 10 * READ);
    bucket.setRate(32 * KIB);
    await clock.advance(1000);
    expect(bytesOf(all)).toBeLessThanOrEqual(4 * 10 * READ + 32 * KIB);
  });

  test('takes back the turn of a connection that ends, for the next one', async () => {
    const { clock, gone, next, turns } = twoWaiting();
    await clock.advance(1000);
    expect([gone.waiting, next.waiting]).toEqual([false, true]);
    gone.close();
    expect(turns()).toBe(1);
    expect(next.take(KIB)).toBe(KIB);
  });

  test('a connection that ends while it waits holds up nobody', async () => {
    const { clock, gone, turns } = twoWaiting();
    gone.close();
    await clock.advance(1000);
    expect(turns()).toBe(1);
  });

  test('refuses a rate that is none', () => {
    const { bucket } = setting(KIB);
    for (const rate of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => bucket.setRate(rate)).toThrow(RangeError);
    expect(bucket.rate).toBe(KIB);
  });

  test('leaves no timer behind', async () => {
    const { clock, bucket } = setting(KIB);
    new Limiter(clock, null, bucket).open(() => {}).take(1);
    expect(clock.pending).toBe(1);
    bucket.close();
    expect(clock.pending).toBe(0);
  });
});

describe('rule 24: tasks under one limit', () => {
  test('share it fairly, however many connections each has', async () => {
    const { clock, taps } = setting(MIB);
    const tasks = [1, 8, 3].map((connections) => taps(connections));
    await clock.advance(WINDOW_MS);
    for (const task of tasks) expect(bytesOf(task) / (10 * MIB)).toBeCloseTo(1 / 3, 2);
  });

  test('one that comes later has its share at once, and no more', async () => {
    const { clock, taps } = setting(MIB);
    taps(8);
    await clock.advance(60_000);
    const late = taps(1);
    await clock.advance(4000);
    // Half of 4 s, and at most what a short absence is made up for.
    expect(bytesOf(late)).toBeGreaterThan(1.9 * MIB);
    expect(bytesOf(late)).toBeLessThan(2.6 * MIB);
  });

  test('one with a limit of its own is held to the smaller and holds up nobody', async () => {
    const { clock, bucket, taps } = setting(MIB);
    const held = taps(8, new Limiter(clock, new Bucket(clock, 64 * KIB), bucket));
    const free = taps(1);
    const unlimited = taps(2, new Limiter(clock, new Bucket(clock, 100 * MIB), bucket));
    await clock.advance(WINDOW_MS);
    expect(bytesOf(held) / (640 * KIB)).toBeCloseTo(1, 1);
    expect(bytesOf(free) / (4800 * KIB)).toBeCloseTo(1, 1);
    expect(bytesOf(unlimited) / (4800 * KIB)).toBeCloseTo(1, 1);
  });

  test('one with smaller turns of its own still has its share', async () => {
    const { clock, bucket, taps } = setting(2 * MIB);
    // Fair would be 205 KiB/s for each of ten; its own limit is a little more.
    const own = taps(4, new Limiter(clock, new Bucket(clock, 256 * KIB), bucket));
    const others = Array.from({ length: 9 }, () => taps(4));
    await clock.advance(WINDOW_MS);
    for (const task of [own, ...others]) expect(bytesOf(task) / (2 * MIB)).toBeCloseTo(1, 1);
  });

  test('what waits for all and ends gives its own limit back', async () => {
    const { clock, bucket } = setting(KIB);
    const own = new Bucket(clock, 4 * KIB);
    const limiter = new Limiter(clock, own, bucket);
    let turns = 0;
    const gone = limiter.open(() => {});
    const next = limiter.open(() => {
      turns += 1;
    });
    gone.take(1);
    await clock.advance(250);
    // Its own bucket has given it all it had; the other one has not.
    own.setRate(1);
    next.take(1);
    gone.close();
    await clock.advance(750);
    expect(turns).toBe(1);
  });
});

describe('rule 24: a limiter', () => {
  test('says whether a limit is what makes its task slow', async () => {
    const { clock, bucket } = setting(MIB);
    const limiter = new Limiter(clock, null, bucket);
    expect(limiter.limiting).toBe(true);
    const slowServer = new Tap(limiter, clock, 16 * KIB, [100]);
    await clock.advance(2000);
    expect(limiter.limiting).toBe(false);
    slowServer.close();
    const fastServer = new Tap(limiter, clock);
    await clock.advance(2000);
    expect(limiter.limiting).toBe(true);
    bucket.setRate(null);
    expect(limiter.limiting).toBe(false);
    fastServer.close();
  });
});

test('reads are small under a low limit, and never above 64 KiB under any', () => {
  expect(readBytesFor(null)).toBe(Number.POSITIVE_INFINITY);
  expect([KIB, 32 * KIB, 256 * KIB, 2 * MIB, 100 * MIB].map(readBytesFor)).toEqual(
    [4, 4, 16, 64, 64].map((kib) => kib * KIB),
  );
});
