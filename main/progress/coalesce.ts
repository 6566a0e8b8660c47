import { isDeepStrictEqual } from 'node:util';
import type { EventMessage, EventType, ProgressRow } from '../contract/events.ts';
import type { Clock, Timer } from '../world/clock.ts';

/** A batch at most so often. */
const WINDOW_MS = 100;
/** So much of what was told is kept for those who come again: rows and events. */
const KEPT_ROWS = 5000;
const KEPT_EVENTS = 1000;
/** After these a task's row changes no more, or not soon: its last row goes out with them, not a window later. */
const ENDINGS: ReadonlySet<EventType> = new Set(['task.done', 'task.failed', 'task.paused', 'task.removed']);

/** 0–99 on the way, 100 only when done, null while the size is unknown. */
export function percent(received: number, total: number | null, done: boolean): number | null {
  if (done) return 100;
  if (total === null) return null;
  return total === 0 ? 0 : Math.min(99, Math.floor((received / total) * 100));
}

/** What everybody is told. `number` counts from 1, without gaps, over all of it. */
export type Told =
  | RowsTold
  | { readonly kind: 'event'; readonly number: number; readonly message: EventMessage };

export interface RowsTold {
  readonly kind: 'rows';
  readonly number: number;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** The same array for everybody: who puts it into bytes does so once. */
  readonly rows: readonly ProgressRow[];
  /** When each of them was as it says; a look at the tasks that came later knows better. */
  readonly versions: readonly number[];
}

/** How far everything has come: what was told last, and the newest change of a row. */
export interface Mark {
  readonly number: number;
  readonly version: number;
}

interface Waiting {
  readonly row: ProgressRow;
  readonly version: number;
}

/**
 * The one place where what happens becomes what is told, whoever listens and however many: rows are overwritten while
 * they wait for the end of a window, events go out one each, in order and at once, an ending right after its task's
 * last row.
 */
export class Coalescer {
  readonly #clock: Clock;
  readonly #tell: (told: Told) => void;
  readonly #waiting = new Map<string, Waiting>();
  readonly #sent = new Map<string, ProgressRow>();
  #timer: Timer | null = null;
  #number = 0;
  #version = 0;
  #log: Told[] = [];
  #loggedRows = 0;
  #closed = false;

  constructor(clock: Clock, tell: (told: Told) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  get mark(): Mark {
    return { number: this.#number, version: this.#version };
  }

  /** What was told after that, or null where too much has been. */
  since(number: number): readonly Told[] | null {
    const first = this.#log[0]?.number ?? this.#number + 1;
    if (!Number.isInteger(number) || number < first - 1 || number > this.#number) return null;
    return this.#log.slice(number - first + 1);
  }

  /** A task's present state; told with others at the end of the window, if it differs from the last one told. */
  row(row: ProgressRow): void {
    if (this.#closed) return;
    if (isDeepStrictEqual(this.#sent.get(row.taskId), row)) {
      this.#waiting.delete(row.taskId);
      return;
    }
    this.#version += 1;
    this.#waiting.set(row.taskId, { row, version: this.#version });
    this.#timer ??= this.#clock.after(WINDOW_MS, () => this.flush());
  }

  /** Something happened; told at once. An ending takes its task's last row along, in front. */
  event(message: EventMessage, row?: ProgressRow): void {
    if (this.#closed) return;
    const { event_type, payload } = message;
    if (row) this.row(row);
    if (ENDINGS.has(event_type)) this.#tellRows([payload.taskId]);
    this.#out({ kind: 'event', number: this.#number + 1, message });
    // A program that runs for months must not remember every task there ever was.
    if (event_type !== 'task.removed') return;
    this.#waiting.delete(payload.taskId);
    this.#sent.delete(payload.taskId);
  }

  /** Tells what waits, now. */
  flush(): void {
    this.#timer?.stop();
    this.#timer = null;
    this.#tellRows([...this.#waiting.keys()]);
  }

  /** What waits, for one who cannot wait for the end of the window; null: nothing. */
  get pending(): RowsTold | null {
    return this.#rowsOf([...this.#waiting.keys()], this.#number);
  }

  /** Tells what waits, then nothing more. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  /** Those of these tasks whose row waits, in one message. */
  #tellRows(taskIds: readonly string[]): void {
    const told = this.#rowsOf(taskIds, this.#number + 1);
    if (told === null) return;
    for (const row of told.rows) {
      this.#waiting.delete(row.taskId);
      this.#sent.set(row.taskId, row);
    }
    this.#out(told);
  }

  #rowsOf(taskIds: readonly string[], number: number): RowsTold | null {
    const waiting = taskIds.flatMap((id) => this.#waiting.get(id) ?? []);
    if (waiting.length === 0) return null;
    return {
      kind: 'rows',
      number,
      at: new Date(this.#clock.now()).toISOString(),
      rows: waiting.map(({ row }) => row),
      versions: waiting.map(({ version }) => version),
    };
  }

  #out(told: Told): void {
    this.#number = told.number;
    this.#log.push(told);
    if (told.kind === 'rows') this.#loggedRows += told.rows.length;
    if (this.#loggedRows > KEPT_ROWS || this.#log.length > KEPT_EVENTS) this.#shorten();
    this.#tell(told);
  }

  /** By a half, so that it need not be done each time. */
  #shorten(): void {
    this.#log = this.#log.slice(Math.ceil(this.#log.length / 2));
    this.#loggedRows = this.#log.reduce(
      (sum, told) => sum + (told.kind === 'rows' ? told.rows.length : 0),
      0,
    );
  }
}
