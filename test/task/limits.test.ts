import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Limits } from '../../main/contract/settings.ts';
import { nextChange, rateAt } from '../../main/task/limits.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

const plan = (...schedule: Limits['schedule']): Limits => ({
  mode: 'scheduled',
  base: 1000,
  alternative: 50,
  schedule,
});

const at = (text: string) => new Date(text).getTime();
const rates = (limits: Limits, ...times: string[]) => times.map((time) => rateAt(limits, new Date(time)));

/** Every change within `days`, one after the other. */
function changes(limits: Limits, from: string, days: number): string[] {
  const seen: string[] = [];
  for (let now = nextChange(limits, at(from)); now !== null; now = nextChange(limits, now)) {
    if (now > at(from) + days * DAY) break;
    seen.push(new Date(now).toISOString());
  }
  return seen;
}

describe('the schedule of limits', () => {
  test.each(['base', 'alternative'] as const)('%s holds whatever the clock says', (mode) => {
    const limits = { ...plan({ days: EVERY_DAY, from: '08:00', to: '18:00' }), mode };
    expect(rates(limits, '2026-11-23T07:00', '2026-11-23T09:00')).toEqual([limits[mode], limits[mode]]);
    expect(nextChange(limits, at('2026-11-23T07:00'))).toBeNull();
  });

  test('the alternative holds within a window, on its days', () => {
    const limits = plan({ days: [1, 2], from: '08:00', to: '18:30' });
    // A Monday, and a Wednesday.
    expect(rates(limits, '2026-11-23T07:59:59', '2026-11-23T08:00', '2026-11-23T18:29')).toEqual([
      1000, 50, 50,
    ]);
    expect(rates(limits, '2026-11-23T18:30', '2026-11-25T12:00')).toEqual([1000, 1000]);
  });

  test('a window over midnight belongs to the day it began on', () => {
    const limits = plan({ days: [7], from: '22:00', to: '06:00' });
    // From Sunday to Monday.
    expect(rates(limits, '2026-11-22T05:00', '2026-11-22T22:00', '2026-11-23T05:59')).toEqual([1000, 50, 50]);
    expect(rates(limits, '2026-11-23T06:00', '2026-11-23T23:00')).toEqual([1000, 1000]);
  });

  test('equal times are a whole day', () => {
    const limits = plan({ days: [6], from: '00:00', to: '00:00' });
    expect(rates(limits, '2026-11-20T23:59', '2026-11-21T00:00', '2026-11-21T23:59')).toEqual([1000, 50, 50]);
    expect(rates(limits, '2026-11-22T00:00')).toEqual([1000]);
    const shifted = plan({ days: [6], from: '08:00', to: '08:00' });
    expect(rates(shifted, '2026-11-21T07:59', '2026-11-21T08:00', '2026-11-22T07:59')).toEqual([
      1000, 50, 50,
    ]);
  });

  test('one window is enough, and unlimited is a rate', () => {
    const limits = {
      ...plan({ days: [1], from: '08:00', to: '10:00' }, { days: [1], from: '09:00', to: '12:00' }),
      base: null,
    };
    expect(rates(limits, '2026-11-23T11:00', '2026-11-23T12:00')).toEqual([50, null]);
    expect(changes(limits, '2026-11-23T00:00', 1)).toHaveLength(2);
  });

  test('nothing changes without a window, with equal rates, or with the whole week', () => {
    const always = plan({ days: EVERY_DAY, from: '08:00', to: '08:00' });
    const alike = { ...plan({ days: [1], from: '08:00', to: '09:00' }), alternative: 1000 };
    for (const limits of [plan(), plan({ days: [], from: '08:00', to: '09:00' }), always, alike])
      expect(nextChange(limits, at('2026-11-23T07:00'))).toBeNull();
  });
});

describe('the schedule where clocks are put forward and back', () => {
  const before = process.env['TZ'];
  beforeAll(() => {
    process.env['TZ'] = 'Europe/Berlin';
  });
  afterAll(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });

  test('this is such a place', () => {
    const offsets = ['2026-03-28T12:00Z', '2026-03-29T12:00Z', '2026-10-25T12:00Z'];
    expect(offsets.map((time) => new Date(time).getTimezoneOffset())).toEqual([-60, -120, -60]);
  });

  test('a beginning in the hour that is left out comes when the clock jumps over it', () => {
    const limits = plan({ days: EVERY_DAY, from: '02:30', to: '05:00' });
    expect(changes(limits, '2026-03-28T12:00Z', 2)).toEqual([
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T03:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
      '2026-03-30T03:00:00.000Z',
    ]);
  });

  test('a window that lies in it is left out with it, and comes the week after', () => {
    const limits = plan({ days: [7], from: '02:10', to: '02:50' });
    expect(changes(limits, '2026-03-22T12:00Z', 14)).toEqual([
      '2026-04-05T00:10:00.000Z',
      '2026-04-05T00:50:00.000Z',
    ]);
  });

  test('a window in the hour that comes twice holds twice, as the clock shows it', () => {
    const limits = plan({ days: EVERY_DAY, from: '02:10', to: '02:50' });
    expect(changes(limits, '2026-10-24T12:00Z', 1)).toEqual([
      '2026-10-25T00:10:00.000Z',
      '2026-10-25T00:50:00.000Z',
      '2026-10-25T01:10:00.000Z',
      '2026-10-25T01:50:00.000Z',
    ]);
  });

  test('the next change is the first minute at which the rate is another, in every week of the year', () => {
    const time = fc
      .tuple(fc.nat(23), fc.nat(59))
      .map((pair) => pair.map((part) => String(part).padStart(2, '0')).join(':'));
    const window = fc.record({ days: fc.subarray(EVERY_DAY, { minLength: 1 }), from: time, to: time });
    const starts = fc.oneof(
      fc.integer({ min: at('2026-03-27T00:00Z'), max: at('2026-03-30T00:00Z') }),
      fc.integer({ min: at('2026-10-23T00:00Z'), max: at('2026-10-26T00:00Z') }),
      fc.integer({ min: at('2026-01-01T00:00Z'), max: at('2027-01-01T00:00Z') }),
    );
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 4 }), starts, (schedule, now) => {
        const limits = plan(...schedule);
        const present = rateAt(limits, new Date(now));
        let minute = Math.floor(now / MINUTE) * MINUTE + MINUTE;
        const end = now + 9 * DAY;
        while (minute < end && rateAt(limits, new Date(minute)) === present) minute += MINUTE;
        const next = nextChange(limits, now);
        if (minute < end) expect(next).toBe(minute);
        else expect(next ?? end).toBeGreaterThanOrEqual(end);
      }),
      { numRuns: 60 },
    );
  });
});
