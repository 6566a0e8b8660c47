import { posix, win32 } from 'node:path';
import { ERRORS } from '../contract/errors.ts';
import type { Message, ProgressRow } from '../contract/events.ts';
import type { Task } from '../contract/task.ts';
import { bytes, duration, printable, rate } from './format.ts';

/** A failure as it stands in a row, a task or an event. */
export type Failure = NonNullable<Task['error']>;

/** `The connection to the server broke. read ECONNRESET.` */
export function sentence({ message, detail }: Failure): string {
  return detail === undefined ? printable(message) : `${printable(message)} ${withoutDot(detail)}.`;
}

/** One line without its mark: what happened, its code, what was seen, what to do. Unknown failures are `internal`. */
export function failureLine(name: string, failure: Failure | null): string {
  const { code, message, detail } = failure ?? { code: 'internal', message: ERRORS.internal.sentence };
  const seen = detail === undefined ? '' : `: ${withoutDot(detail)}`;
  return `${name}: ${withoutDot(message)} (${code})${seen}. ${ERRORS[code].next}`;
}

/**
 * One line without its mark, from the payload of `task.done`. The rate is told only where `fetched` says how many bytes
 * came this time: the size of a download that went on from an earlier run, by the time of this one, would be a boast.
 */
export function doneLine(payload: Record<string, unknown>, seconds: number): string {
  const path = String(payload['path']);
  const name = calledBy((path.includes('/') ? posix : win32).basename(path));
  const fetched = payload['fetched'];
  const speed =
    typeof fetched === 'number' && fetched > 0 && seconds > 0 ? `, ${rate(fetched / seconds)}` : '';
  const how =
    payload['already'] === true
      ? 'is there already'
      : `${bytes(Number(payload['received']))} in ${duration(seconds)}${speed}`;
  return `${name}  ${how} → ${calledBy(path)}`;
}

/** A name as it is shown; `-` is what a ZIP on standard output is called. */
export const calledBy = (name: string): string => (name === '-' ? 'standard output' : printable(name));

/** Amount, speed, time left, connections: what is known of them; or how long it waits, and why. */
export function numbers(row: ProgressRow, now: number): string[] {
  if (row.retryAt !== null) {
    const why = row.error ? `: ${printable(row.error.message)}` : '';
    return [`retrying ${until(row.retryAt, now)}${why}`];
  }
  const amount = `${bytes(row.received)}/${row.total === null ? '?' : bytes(row.total)}`;
  const left = row.etaSeconds === null ? [] : [`${duration(row.etaSeconds)} left`];
  return [amount, rate(row.speed), ...left, `${row.connections}×`];
}

/** `in 12 s`, or `now`; a second begun counts, so that it does not say 0 while it waits. `now` in ms since 1970. */
export function until(time: string, now: number): string {
  const seconds = Math.ceil((Date.parse(time) - now) / 1000);
  return seconds > 0 ? `in ${duration(seconds)}` : 'now';
}

/** The failure inside an event, where it has a code that we know; payloads are open and not checked on their way. */
export function failureIn(payload: Record<string, unknown>, key: string): Failure | null {
  const failure = payload[key] as Partial<Failure> | null | undefined;
  return failure && Object.hasOwn(ERRORS, failure.code ?? '') ? (failure as Failure) : null;
}

/** JSON in which a name cannot reach the terminal: stringify leaves DEL, C1 and line separators as they are. */
export const jsonLine = (message: Message): string => jsonText(message);

/** The same of any other value. */
export function jsonText(value: object): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function withoutDot(text: string): string {
  return printable(text).trim().replace(/\.$/, '');
}
