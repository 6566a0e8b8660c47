import type { Limits } from '../../../main/contract/settings.ts';

/** One window of the schedule. */
export type Window = Limits['schedule'][number];
/** `[start, end)` in minutes of a day, from 0 to 1440. */
export type MinuteSpan = readonly [start: number, end: number];

export const DAY_MINUTES = 24 * 60;
/** ISO 8601: 1 is Monday. */
const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;

/** Minutes since midnight of `08:30`. */
export function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** Whether the window ends on the day after the one it begins on. */
export function crossesMidnight({ from, to }: Window): boolean {
  return minutesOf(to) <= minutesOf(from);
}

/** When windows apply on a weekday (1 is Monday), in order and apart, with what goes on from the day before. */
export function spansOfDay(schedule: readonly Window[], day: number): readonly MinuteSpan[] {
  const before = day === 1 ? 7 : day - 1;
  const spans = schedule.flatMap((window): MinuteSpan[] => {
    const [from, to] = [minutesOf(window.from), minutesOf(window.to)];
    const crosses = crossesMidnight(window);
    return [
      ...(window.days.includes(day) ? [[from, crosses ? DAY_MINUTES : to] as const] : []),
      ...(crosses && window.days.includes(before) ? [[0, to] as const] : []),
    ];
  });
  return merged(spans.filter(([start, end]) => end > start));
}

function merged(spans: readonly MinuteSpan[]): readonly MinuteSpan[] {
  const result: MinuteSpan[] = [];
  for (const [start, end] of [...spans].sort(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], end)];
    else result.push([start, end]);
  }
  return result;
}

/** `08:30` of minutes since midnight; the end of a day is `24:00`. */
export function timeOf(minutes: number): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The weekdays in the order of a place: of the first of `preferred` in that language, else of the language itself. */
export function weekOrder(language: string, preferred: readonly string[]): readonly number[] {
  const sameLanguage = preferred.find((tag) => tag.split('-')[0] === language.split('-')[0]);
  const first = firstDayOf(sameLanguage ?? language);
  return [...DAYS.slice(first - 1), ...DAYS.slice(0, first - 1)];
}

/** Older engines have it as a property, or not at all. */
type WithWeek = Intl.Locale & {
  readonly weekInfo?: { readonly firstDay: number };
  readonly getWeekInfo?: () => { readonly firstDay: number };
};

function firstDayOf(tag: string): number {
  const locale: WithWeek = new Intl.Locale(tag);
  return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1;
}

/** What a weekday (1 is Monday) is called. */
export function dayName(day: number, language: string, width: 'short' | 'long'): string {
  // 2024 began on a Monday.
  const date = new Date(Date.UTC(2024, 0, day));
  return new Intl.DateTimeFormat(language, { weekday: width, timeZone: 'UTC' }).format(date);
}
