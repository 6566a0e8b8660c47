import type { ErrorCode, SatchelError } from '../contract/errors.ts';
import type { EventType } from '../contract/events.ts';
import type { TaskState } from '../contract/task.ts';

/** How a task can leave off: for good, or for now. */
export type Outcome = 'done' | 'failed' | 'removed';

/** What whoever watches over the engine wants to know; reading them changes nothing. */
export interface EngineFigures {
  readonly tasks: Readonly<Record<TaskState, number>>;
  /** Bytes per second, over all tasks. */
  readonly speed: number;
  /** Since the start; those of streamed ZIPs too. */
  readonly bytesFetched: number;
  /** Since the start. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Failures that were waited out to try again, since the start. */
  readonly retries: Readonly<Partial<Record<ErrorCode, number>>>;
  /** Hosts that are left alone for a while, as they have asked. */
  readonly heldHosts: number;
  /** Connections that fetch at present. */
  readonly connections: number;
  /** Open connections, those that are kept for later included. */
  readonly openSockets: number;
}

const OUTCOMES: Partial<Record<EventType, Outcome>> = {
  'task.done': 'done',
  'task.failed': 'failed',
  'task.removed': 'removed',
};

/** What is counted as it happens, and never falls. */
export class Counters {
  bytes = 0;
  readonly outcomes: Record<Outcome, number> = { done: 0, failed: 0, removed: 0 };
  readonly retries: Partial<Record<ErrorCode, number>> = {};

  got(bytes: number): void {
    this.bytes += bytes;
  }

  told(type: EventType): void {
    const outcome = OUTCOMES[type];
    if (outcome) this.outcomes[outcome] += 1;
  }

  /** It is waited for; null: not because something has failed. */
  waits(error: SatchelError | null): void {
    if (error) this.retries[error.code] = (this.retries[error.code] ?? 0) + 1;
  }
}

export function countStates(tasks: Iterable<{ readonly state: TaskState }>): Record<TaskState, number> {
  const counts = { waiting: 0, running: 0, paused: 0, done: 0, failed: 0 };
  for (const { state } of tasks) counts[state] += 1;
  return counts;
}
