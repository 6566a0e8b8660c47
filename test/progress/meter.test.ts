import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Meter } from '../../main/progress/meter.ts';

const MIB = 1024 * 1024;
const LOOK_MS = 100;

interface Look {
  readonly at: number;
  readonly speed: number;
  readonly eta: number | null;
  /** Bytes to come. */
  readonly left: number;
}

/** Feeds a meter `rateAt` bytes/s in chunks every `gap` ms, looking at it every 100 ms like the engine does. */
function watch(options: {
  readonly from: number;
  readonly until: number;
  readonly gap: number;
  readonly rateAt: (t: number) => number;
  readonly size?: number;
  readonly meter?: Meter;
}): { looks: Look[]; meter: Meter } {
  const { from, until, gap, rateAt, size = Number.MAX_SAFE_INTEGER } = options;
  const meter = options.meter ?? new Meter(0);
  const looks: Look[] = [];
  let left = size;
  let lookAt = from + LOOK_MS;
  for (let t = from + gap; t <= until; t += gap) {
    for (; lookAt < t; lookAt += LOOK_MS) {
      looks.push({ at: lookAt, speed: meter.speed(lookAt), eta: meter.etaSeconds(left, lookAt), left });
    }
    const bytes = Math.round((rateAt(t) * gap) / 1000);
    meter.add(bytes, t);
    left -= bytes;
  }
  return { looks, meter };
}

const rates = fc.integer({ min: 2000, max: 2e9 });
const gaps = fc.integer({ min: 1, max: 400 });
const waits = fc.integer({ min: 0, max: 20_000 });

describe('speed', () => {
  test('of an even stream is right from its first second on, however long the first byte took to come', () => {
    fc.assert(
      fc.property(rates, gaps, waits, (rate, gap, from) => {
        const { looks } = watch({ from, until: from + 10_000, gap, rateAt: () => rate });
        const seen = looks.filter(({ at }) => at >= from + 1000);
        expect(seen.length).toBeGreaterThan(80);
        for (const { speed } of seen) expect(Math.abs(speed / rate - 1)).toBeLessThan(0.04);
      }),
      { numRuns: 60 },
    );
  });

  test('of bursts, 1 MiB every 250 ms in 16 chunks, shows 4 MiB/s without a ripple', () => {
    const meter = new Meter(0);
    const speeds: number[] = [];
    for (let t = 1; t <= 8000; t += 1) {
      if (t % 250 === 0) for (let chunk = 0; chunk < 16; chunk += 1) meter.add(MIB / 16, t);
      if (t >= 1000) speeds.push(meter.speed(t) / (4 * MIB));
    }
    expect(Math.min(...speeds)).toBeGreaterThan(0.9);
    expect(Math.max(...speeds)).toBeLessThan(1.15);
    const late = speeds.slice(3000);
    expect(Math.max(...late) - Math.min(...late)).toBeLessThan(0.02);
  });

  test('falls when nothing comes, and is zero after 5 s', () => {
    const { meter } = watch({ from: 0, until: 10_000, gap: 50, rateAt: () => MIB });
    const speeds = Array.from({ length: 60 }, (_, i) => meter.speed(10_000 + i * 100));
    for (const [i, speed] of speeds.entries()) expect(speed).toBeLessThanOrEqual(speeds[i - 1] ?? Infinity);
    expect(speeds[10]).toBeLessThan(0.9 * MIB);
    expect(speeds[49]).toBeGreaterThan(0);
    expect(speeds[50]).toBe(0);
  });

  test('after a stall is the new one at once: no spike, no memory of the stall', () => {
    const { meter } = watch({ from: 0, until: 10_000, gap: 50, rateAt: () => MIB });
    const { looks } = watch({ from: 30_000, until: 35_000, gap: 50, rateAt: () => MIB / 2, meter });
    for (const { speed } of looks) expect(speed / (MIB / 2)).toBeLessThan(1.05);
    for (const { at, speed } of looks) if (at > 30_500) expect(speed / (MIB / 2)).toBeGreaterThan(0.95);
    expect(looks.at(-1)?.at).toBeGreaterThan(34_800);
  });

  test('does not spike on the first chunk: 64 KiB just now are not 64 MiB/s', () => {
    const meter = new Meter(0);
    meter.add(64 * 1024, 6000);
    expect(meter.speed(6001)).toBeGreaterThan(0);
    expect(meter.speed(6001)).toBeLessThanOrEqual(640 * 1024);
  });

  test('shows a doubled rate within 3 s, and nothing beyond it', () => {
    const rateAt = (t: number) => (t > 10_000 ? 2 * MIB : MIB);
    const { looks } = watch({ from: 0, until: 20_000, gap: 50, rateAt });
    const after = looks.filter(({ at }) => at >= 13_000);
    expect(after.length).toBeGreaterThan(50);
    for (const { speed } of after) expect(speed).toBeGreaterThan(1.7 * MIB);
    for (const { speed } of looks) expect(speed).toBeLessThan(2.02 * MIB);
  });

  test('is a number that is not negative, whatever comes; what is taken back is no traffic', () => {
    const adds = fc.array(fc.tuple(fc.integer({ min: -MIB, max: MIB }), fc.integer({ min: 0, max: 9000 })));
    fc.assert(
      fc.property(adds, fc.nat(9000), (steps, later) => {
        const meter = new Meter(0);
        let now = 0;
        for (const [bytes, gap] of steps) {
          now += gap;
          meter.add(bytes, now);
          const speed = meter.speed(now + later);
          expect(Number.isFinite(speed) && speed >= 0).toBe(true);
          const eta = meter.etaSeconds(MIB, now);
          expect(eta === null || (Number.isInteger(eta) && eta >= 0)).toBe(true);
        }
        if (steps.every(([bytes]) => bytes <= 0)) expect(meter.speed(now)).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('time left', () => {
  test('of an even stream counts down and never rises', () => {
    const sizes = fc.integer({ min: 3, max: 50_000 });
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 250 }), sizes, waits, (rate, gap, seconds, from) => {
        const until = from + Math.min(seconds, 60) * 1000;
        const { looks } = watch({ from, until, gap, rateAt: () => rate, size: rate * seconds });
        const told = looks.filter((look) => look.eta !== null) as (Look & { eta: number })[];
        expect(told.length).toBeGreaterThan(10);
        for (const [i, { eta, left }] of told.entries()) {
          expect(eta).toBeLessThanOrEqual(told[i - 1]?.eta ?? Infinity);
          expect(Math.abs(eta - left / rate)).toBeLessThan(1.5 + (0.05 * left) / rate);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('of a rate that wavers by 20 % stays within 15 % of the truth', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.8, max: 1.2, noNaN: true }), { minLength: 7 }), (noise) => {
        const mean = noise.reduce((sum, each) => sum + each, 0) / noise.length;
        const rateAt = (t: number) => ((noise[Math.floor(t / 100) % noise.length] ?? 1) / mean) * MIB;
        const { looks } = watch({ from: 0, until: 60_000, gap: 100, rateAt, size: 600 * MIB });
        for (const { at, eta, left } of looks) {
          if (at >= 3000) expect(Math.abs((eta ?? 0) / (left / MIB) - 1)).toBeLessThan(0.15);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('an exact example: 100 MiB at 1 MiB/s', () => {
    const { looks } = watch({ from: 0, until: 30_000, gap: 50, rateAt: () => MIB, size: 100 * MIB });
    const at = (time: number) => looks.find((look) => look.at === time)?.eta;
    expect([at(900), at(1100), at(2000), at(10_000), at(29_900)]).toEqual([null, 99, 98, 90, 71]);
  });

  test('is told neither in a stall, nor in the first second after it, nor while the size is unknown', () => {
    const { meter } = watch({ from: 0, until: 10_000, gap: 50, rateAt: () => MIB });
    expect(meter.etaSeconds(null, 10_000)).toBeNull();
    expect(meter.etaSeconds(10 * MIB, 10_000)).toBe(10);
    expect(meter.etaSeconds(10 * MIB, 15_000)).toBeNull();
    const { looks } = watch({
      from: 30_000,
      until: 32_000,
      gap: 50,
      rateAt: () => MIB,
      meter,
      size: 60 * MIB,
    });
    expect(looks.find(({ at }) => at === 30_500)?.eta).toBeNull();
    expect(looks.find(({ at }) => at === 31_500)?.eta).toBe(59);
  });

  test('does not jump when the rate halves: it is drawn to the new truth within 20 s', () => {
    const rateAt = (t: number) => (t > 10_000 ? MIB / 2 : MIB);
    const { looks } = watch({ from: 0, until: 60_000, gap: 50, rateAt, size: 600 * MIB });
    const at = (time: number) => looks.find((look) => look.at === time)?.eta ?? 0;
    expect(at(10_000)).toBe(590);
    expect(at(12_000)).toBeLessThan(590 * 1.2);
    for (const time of [30_000, 40_000, 59_000]) {
      const left = 2 * (590 - (time - 10_000) / 2000);
      expect(Math.abs(at(time) / left - 1)).toBeLessThan(0.08);
    }
  });

  test('is zero when nothing is left', () => {
    const { meter } = watch({ from: 0, until: 10_000, gap: 50, rateAt: () => MIB });
    expect(meter.etaSeconds(0, 10_000)).toBe(0);
  });
});
