import type { EventMessage, Message, ProgressRow } from '../contract/events.ts';
import type { Task } from '../contract/task.ts';
import type { Mark, RowsTold, Told } from './coalesce.ts';

/** A listener that lets more events than this pile up is given the present state instead. */
const MOST_EVENTS = 1000;
/** Whole tasks in one snapshot message. */
const PAGE_TASKS = 1000;

/** `number`: of the newest that it has been told of with this message, all that came before included. */
export type Send = (message: Message, number: number) => void;

export interface ListenerOptions {
  readonly send: Send;
  /** All tasks, whole; one after the other, since ten thousand at once are many MiB. */
  readonly snapshot: () => Iterable<Task>;
  readonly mark: () => Mark;
  /** False while the listener cannot take more; `drained` is to be called when it can again. */
  readonly ready?: () => boolean;
}

/**
 * One listener and the pace it can bear: what is told passes straight through to one that keeps up; for one that does
 * not, rows are overwritten while they wait, so that it gets the newest state and no backlog.
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #rows = new Map<string, ProgressRow>();
  #events: EventMessage[] = [];
  #at = '';
  #seq = 0;
  /** Of the newest that it has, or that waits for it. */
  #number = 0;
  #delivered = 0;
  /** Of the snapshot: rows up to this version are older than what it showed. */
  #covered = -1;
  /** The backlog grew too long and was dropped: a snapshot stands for it, as soon as the listener can take one. */
  #snapshotDue = false;
  #closed = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** Sends the snapshot that everything later builds on, in pages of 1,000 tasks. */
  start(): void {
    if (this.#closed) return;
    const { mark, snapshot } = this.#options;
    const { number, version } = mark();
    this.#snapshotDue = false;
    this.#events = [];
    // The snapshot is newer than any row that waits.
    this.#rows.clear();
    this.#covered = version;
    let page: Task[] = [];
    let pages = 0;
    const send = () => {
      this.#send({ type: 'snapshot', seq: this.#next(), tasks: page }, number);
      page = [];
      pages += 1;
    };
    for (const task of snapshot()) {
      if (page.push(task) === PAGE_TASKS) send();
    }
    if (page.length > 0 || pages === 0) send();
  }

  /** Goes on where it was when it left: `missed` is what has been told meanwhile. */
  resume(after: number, missed: readonly Told[]): void {
    this.#delivered = after;
    for (const told of missed) this.#keep(told);
    this.drained();
  }

  take(told: Told): void {
    if (this.#closed) return;
    const behind = this.#snapshotDue || this.#rows.size > 0 || this.#events.length > 0;
    if (behind || !this.#ready) {
      this.#keep(told);
      this.drained();
    } else if (told.kind === 'event') {
      this.#send(told.message, told.number);
    } else {
      const { rows, number } = this.#news(told);
      if (rows.length > 0) this.#progress(told.at, rows, number);
    }
  }

  /** The listener can take more again. */
  drained(): void {
    if (this.#closed || !this.#ready) return;
    if (this.#snapshotDue) {
      this.start();
      return;
    }
    const rows = [...this.#rows.values()];
    const events = this.#events;
    this.#rows.clear();
    this.#events = [];
    // Of what waited nothing counts as told before all of it is: somebody cut off in between hears it again.
    const before = this.#delivered;
    // An ending is never told before its task's last row.
    if (rows.length > 0) this.#progress(this.#at, rows, events.length > 0 ? before : this.#number);
    for (const [index, event] of events.entries()) {
      this.#send(event, index < events.length - 1 ? before : this.#number);
    }
  }

  /** Sends what waits, if the listener can take it, then nothing more. */
  close(): void {
    this.drained();
    this.#closed = true;
  }

  get #ready(): boolean {
    return this.#options.ready?.() !== false;
  }

  /** Waits for the listener. */
  #keep(told: Told): void {
    this.#number = told.number;
    if (this.#snapshotDue) return;
    if (told.kind === 'rows') {
      this.#at = told.at;
      for (const row of this.#news(told).rows) this.#rows.set(row.taskId, row);
      return;
    }
    this.#events.push(told.message);
    // Whatever its row said, it is gone; the event says so.
    if (told.message.event_type === 'task.removed') this.#rows.delete(told.message.payload.taskId);
    if (this.#events.length <= MOST_EVENTS) return;
    this.#events = [];
    this.#rows.clear();
    this.#snapshotDue = true;
  }

  /** Without the rows that the snapshot knew better. */
  #news({ rows, versions, number }: RowsTold): { rows: readonly ProgressRow[]; number: number } {
    const old = (version: number) => version <= this.#covered;
    return { rows: versions.some(old) ? rows.filter((_, at) => !old(versions[at] ?? 0)) : rows, number };
  }

  #progress(at: string, rows: readonly ProgressRow[], number: number): void {
    this.#send({ type: 'progress', seq: this.#next(), at, tasks: rows as ProgressRow[] }, number);
  }

  #send(message: Message, number: number): void {
    this.#delivered = number;
    this.#options.send(message, number);
  }

  #next(): number {
    this.#seq += 1;
    return this.#seq;
  }
}
