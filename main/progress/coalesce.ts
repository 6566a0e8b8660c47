import { isDeepStrictEqual } from 'node:util';
import { monotonicFactory } from 'ulid';
import type { EventType, Message, ProgressRow } from '../contract/events.ts';
import type { Task } from '../contract/task.ts';
import type { Clock, Timer } from '../world/clock.ts';

/** A batch at most so often. */
const WINDOW_MS = 100;
/** A listener that lets more events than this pile up is given the present state instead. */
const MOST_EVENTS = 1000;
const FIRST_TASKS = 1000;

/** 0–99 on the way, 100 only when done, null while the size is unknown. */
export function percent(received: number, total: number | null, done: boolean): number | null {
  if (done) return 100;
  if (total === null) return null;
  return total === 0 ? 0 : Math.min(99, Math.floor((received / total) * 100));
}

export interface CoalescerOptions {
  readonly clock: Clock;
  readonly send: (message: Message) => void;
  /** All tasks, whole. */
  readonly snapshot: () => Task[];
  /** False while the listener cannot take more; `drained` is to be called when it can again. */
  readonly ready?: () => boolean;
}

/**
 * What one listener is sent: rows are overwritten while they wait, so that it gets the newest state and no backlog;
 * events go out one each, in order, and never before their task's last row.
 */
export class Coalescer {
  readonly #options: CoalescerOptions;
  readonly #newId = monotonicFactory();
  readonly #waiting = new Map<string, ProgressRow>();
  readonly #sent = new Map<string, ProgressRow>();
  #events: Message[] = [];
  #seq = 0;
  #timer: Timer | null = null;
  #closed = false;
  #backlogForgotten = false;

  constructor(options: CoalescerOptions) {
    this.#options = options;
  }

  /** Sends the snapshot that everything later builds on. */
  start(): void {
    const tasks = this.#options.snapshot();
    for (let from = 0; from === 0 || from < tasks.length; from += FIRST_TASKS) {
      this.#options.send({
        type: 'snapshot',
        seq: this.#next(),
        tasks: tasks.slice(from, from + FIRST_TASKS),
      });
    }
  }

  /** A task's present state; sent with others at the end of the window, if it differs from the last one sent. */
  row(row: ProgressRow): void {
    if (this.#closed) return;
    if (isDeepStrictEqual(this.#sent.get(row.taskId), row)) {
      this.#waiting.delete(row.taskId);
      return;
    }
    this.#waiting.set(row.taskId, row);
    this.#timer ??= this.#options.clock.after(WINDOW_MS, () => this.flush());
  }

  /** Something happened: the task's last row goes out first, then the event, both at once. */
  event(
    event_type: EventType,
    payload: { taskId: string } & Record<string, unknown>,
    row?: ProgressRow,
  ): void {
    if (this.#closed) return;
    if (row) this.row(row);
    const now = this.#options.clock.now();
    this.#events.push({
      type: 'event',
      event_id: `evt_${this.#newId(now)}`,
      event_type,
      source: 'satchel',
      payload,
      timestamp: new Date(now).toISOString(),
    });
    this.flush();
  }

  /** Sends what waits, now. */
  flush(): void {
    this.#timer?.stop();
    this.#timer = null;
    if (this.#options.ready?.() === false) {
      if (this.#events.length > MOST_EVENTS) this.#forgetBacklog();
      return;
    }
    if (this.#backlogForgotten) {
      this.#backlogForgotten = false;
      this.start();
    }
    this.#sendRows();
    const events = this.#events;
    this.#events = [];
    for (const event of events) this.#options.send(event);
  }

  /** The listener can take more again. */
  drained(): void {
    this.flush();
  }

  /** Sends what waits, then nothing more. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.#timer?.stop();
  }

  #forgetBacklog(): void {
    this.#events = [];
    this.#waiting.clear();
    this.#backlogForgotten = true;
  }

  #sendRows(): void {
    if (this.#waiting.size === 0) return;
    const tasks = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const row of tasks) this.#sent.set(row.taskId, row);
    const at = new Date(this.#options.clock.now()).toISOString();
    this.#options.send({ type: 'progress', seq: this.#next(), at, tasks });
  }

  #next(): number {
    this.#seq += 1;
    return this.#seq;
  }
}
