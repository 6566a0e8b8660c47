import { isDeepStrictEqual } from 'node:util';
import type { EventMessage, EventType, Message, ProgressRow } from '../contract/events.ts';
import type { Task } from '../contract/task.ts';
import type { Clock, Timer } from '../world/clock.ts';

/** A batch at most so often. */
const WINDOW_MS = 100;
/** A listener that lets more events than this pile up is given the present state instead. */
const MOST_EVENTS = 1000;
/** Whole tasks in one snapshot message. */
const PAGE_TASKS = 1000;
/** After these a task's row changes no more, or not soon: its last row goes out with them, not a window later. */
const ENDINGS: ReadonlySet<EventType> = new Set(['task.done', 'task.failed', 'task.paused', 'task.removed']);

/** 0–99 on the way, 100 only when done, null while the size is unknown. */
export function percent(received: number, total: number | null, done: boolean): number | null {
  if (done) return 100;
  if (total === null) return null;
  return total === 0 ? 0 : Math.min(99, Math.floor((received / total) * 100));
}

export interface CoalescerOptions {
  readonly clock: Clock;
  readonly send: (message: Message) => void;
  /** All tasks, whole; one after the other, since ten thousand at once are many MiB. */
  readonly snapshot: () => Iterable<Task>;
  /** False while the listener cannot take more; `drained` is to be called when it can again. */
  readonly ready?: () => boolean;
}

/**
 * What one listener is sent: rows are overwritten while they wait, so that it gets the newest state and no backlog;
 * events go out one each, in order and at once, an ending right after its task's last row.
 */
export class Coalescer {
  readonly #options: CoalescerOptions;
  readonly #waiting = new Map<string, ProgressRow>();
  readonly #sent = new Map<string, ProgressRow>();
  #events: Message[] = [];
  #seq = 0;
  #timer: Timer | null = null;
  #closed = false;
  /** The backlog grew too long and was dropped: a snapshot stands for it, as soon as the listener can take one. */
  #snapshotDue = false;

  constructor(options: CoalescerOptions) {
    this.#options = options;
  }

  /** Sends the snapshot that everything later builds on, in pages of 1,000 tasks. */
  start(): void {
    if (this.#closed) return;
    this.#snapshotDue = false;
    this.#events = [];
    // The snapshot is newer than any row that waits, and than what was sent: neither may overrule it.
    this.#waiting.clear();
    this.#sent.clear();
    let page: Task[] = [];
    let pages = 0;
    const send = () => {
      this.#options.send({ type: 'snapshot', seq: this.#next(), tasks: page });
      page = [];
      pages += 1;
    };
    for (const task of this.#options.snapshot()) {
      if (page.push(task) === PAGE_TASKS) send();
    }
    if (page.length > 0 || pages === 0) send();
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

  /** Something happened; sent at once. An ending takes its task's last row along, in front. */
  event(message: EventMessage, row?: ProgressRow): void {
    if (this.#closed) return;
    const { event_type, payload } = message;
    if (row) this.row(row);
    this.#events.push(message);
    if (!this.#ready) {
      if (this.#events.length > MOST_EVENTS) this.#dropBacklog();
    } else if (this.#snapshotDue || this.#events.length > 1) {
      this.flush();
    } else {
      if (ENDINGS.has(event_type)) this.#sendRows([payload.taskId]);
      this.#sendEvents();
    }
    if (event_type === 'task.removed') this.#forget(payload.taskId);
  }

  /** Sends what waits, now, if the listener can take it. */
  flush(): void {
    this.#timer?.stop();
    this.#timer = null;
    if (this.#closed || !this.#ready) return;
    if (this.#snapshotDue) this.start();
    this.#sendRows([...this.#waiting.keys()]);
    this.#sendEvents();
  }

  /** The listener can take more again. */
  drained(): void {
    this.flush();
  }

  /** Sends what waits, if the listener can take it, then nothing more. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  get #ready(): boolean {
    return this.#options.ready?.() !== false;
  }

  #dropBacklog(): void {
    this.#events = [];
    this.#waiting.clear();
    this.#snapshotDue = true;
  }

  /** A long-lived listener must not remember every task there ever was. */
  #forget(taskId: string): void {
    this.#waiting.delete(taskId);
    this.#sent.delete(taskId);
  }

  /** Those of these tasks whose row waits, in one message. */
  #sendRows(taskIds: readonly string[]): void {
    const tasks = taskIds.flatMap((id) => this.#waiting.get(id) ?? []);
    if (tasks.length === 0) return;
    for (const row of tasks) {
      this.#waiting.delete(row.taskId);
      this.#sent.set(row.taskId, row);
    }
    const at = new Date(this.#options.clock.now()).toISOString();
    this.#options.send({ type: 'progress', seq: this.#next(), at, tasks });
  }

  #sendEvents(): void {
    const events = this.#events;
    this.#events = [];
    for (const event of events) this.#options.send(event);
  }

  #next(): number {
    this.#seq += 1;
    return this.#seq;
  }
}
