import { describe, expect, it } from 'vitest';
import {
  crossesMidnight,
  dayName,
  minutesOf,
  spansOfDay,
  timeOf,
  type Window,
  weekOrder,
} from '../../renderer/view/settings/week.ts';

const at = (days: number[], from: string, to: string): Window => ({ days, from, to });
const FRIDAY = 5;
const SATURDAY = 6;
const SUNDAY = 7;
const MONDAY = 1;

describe('the week of the schedule', () => {
  it('has a window on its days only', () => {
    const schedule = [at([MONDAY, FRIDAY], '08:30', '18:00')];
    expect(spansOfDay(schedule, FRIDAY)).toEqual([[510, 1080]]);
    expect(spansOfDay(schedule, SATURDAY)).toEqual([]);
  });

  it('goes on after midnight, from Sunday into Monday too', () => {
    const schedule = [at([SUNDAY], '22:00', '02:30')];
    expect(spansOfDay(schedule, SUNDAY)).toEqual([[1320, 1440]]);
    expect(spansOfDay(schedule, MONDAY)).toEqual([[0, 150]]);
  });

  it('lasts a whole day where both times are the same', () => {
    const schedule = [at([FRIDAY], '09:00', '09:00')];
    expect(spansOfDay(schedule, FRIDAY)).toEqual([[540, 1440]]);
    expect(spansOfDay(schedule, SATURDAY)).toEqual([[0, 540]]);
  });

  it('ends with the day where it ends at midnight', () => {
    const schedule = [at([FRIDAY], '20:00', '00:00')];
    expect(spansOfDay(schedule, FRIDAY)).toEqual([[1200, 1440]]);
    expect(spansOfDay(schedule, SATURDAY)).toEqual([]);
  });

  it('puts windows together that meet or lie over each other', () => {
    const schedule = [
      at([FRIDAY], '12:00', '14:00'),
      at([FRIDAY], '08:00', '10:00'),
      at([FRIDAY], '09:00', '12:00'),
      at([FRIDAY], '20:00', '21:00'),
    ];
    expect(spansOfDay(schedule, FRIDAY)).toEqual([
      [480, 840],
      [1200, 1260],
    ]);
  });

  it('says which windows end on the next day', () => {
    expect(crossesMidnight(at([FRIDAY], '22:00', '06:00'))).toBe(true);
    expect(crossesMidnight(at([FRIDAY], '06:00', '06:00'))).toBe(true);
    expect(crossesMidnight(at([FRIDAY], '06:00', '22:00'))).toBe(false);
  });

  it('reads and writes times', () => {
    expect(minutesOf('08:05')).toBe(485);
    expect(timeOf(485)).toBe('08:05');
    expect(timeOf(1440)).toBe('24:00');
  });

  it('begins as is usual where the user lives', () => {
    expect(weekOrder('en', ['en-US'])[0]).toBe(SUNDAY);
    expect(weekOrder('en', ['zh-CN', 'en-GB'])[0]).toBe(MONDAY);
    expect(weekOrder('en', ['en-GB'])).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('names the days in the language', () => {
    expect(dayName(MONDAY, 'en', 'short')).toBe('Mon');
    expect(dayName(SUNDAY, 'zh-CN', 'long')).toBe('星期日');
  });
});
