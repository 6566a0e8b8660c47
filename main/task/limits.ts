import type { Limits } from '../contract/settings.ts';

type Window = Limits['schedule'][number];

/** What is asked of a Date: its local time. */
export type LocalTime = Pick<Date, 'getDay' | 'getHours' | 'getMinutes'>;

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** A weekly window can fall into the hour that is left out in spring, and is then a week later. */
const HORIZON_MS = 15 * DAY_MINUTES * MINUTE_MS;

/** The limit at a local time. It follows what the clock on the wall shows, in an hour that comes twice as well. */
export function rateAt(limits: Limits, now: LocalTime): number | null {
  const { mode, base, alternative, schedule } = limits;
  const other = mode === 'scheduled' ? schedule.some((window) => holds(window, now)) : mode === 'alternative';
  return other ? alternative : base;
}

function holds({ days, from, to }: Window, now: LocalTime): boolean {
  const today = now.getDay() || 7;
  const yesterday = today === 1 ? 7 : today - 1;
  const minute = now.getHours() * 60 + now.getMinutes();
  const [start, end] = [minuteOf(from), minuteOf(to)];
  if (start < end) return days.includes(today) && minute >= start && minute < end;
  return (days.includes(today) && minute >= start) || (days.includes(yesterday) && minute < end);
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/**
 * When the limit next changes after `now`, both in ms since 1970; null when it stays. It goes along the boundaries of
 * the windows and the jumps of the local clock, so that neither a left-out nor a repeated hour hides a change.
 */
export function nextChange(limits: Limits, now: number): number | null {
  if (limits.mode !== 'scheduled' || limits.base === limits.alternative) return null;
  const marks = marksOf(limits.schedule);
  const present = rateAt(limits, new Date(now));
  for (let at = nextMark(marks, now); at <= now + HORIZON_MS; at = nextMark(marks, at)) {
    if (rateAt(limits, new Date(at)) !== present) return at;
  }
  return null;
}

/** Minutes of the day at which something may change, ascending; midnight, when the day does, is the last. */
function marksOf(schedule: readonly Window[]): readonly number[] {
  const minutes = schedule.flatMap(({ from, to }) => [minuteOf(from), minuteOf(to)]);
  return [...new Set([...minutes, DAY_MINUTES])].sort((a, b) => a - b);
}

/** The next moment at which the local clock shows a mark, or jumps. */
function nextMark(marks: readonly number[], now: number): number {
  const local = new Date(now);
  const minute = local.getHours() * 60 + local.getMinutes();
  const mark = marks.find((each) => each > minute) ?? DAY_MINUTES;
  const intoMinute = local.getSeconds() * 1000 + local.getMilliseconds();
  const at = now - intoMinute + (mark - minute) * MINUTE_MS;
  return offsetAt(at) === offsetAt(now) ? at : jumpBetween(now, at);
}

function offsetAt(at: number): number {
  return new Date(at).getTimezoneOffset();
}

/** The moment in (from, to] at which the local clock jumps. */
function jumpBetween(from: number, to: number): number {
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(middle) === offsetAt(from)) before = middle;
    else after = middle;
  }
  return after;
}
