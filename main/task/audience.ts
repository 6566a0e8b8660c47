import type { EventMessage, Message, ProgressRow } from '../contract/events.ts';
import type { Task } from '../contract/task.ts';
import { Coalescer } from '../progress/coalesce.ts';
import type { Clock, Timer } from '../world/clock.ts';

export interface Subscription {
  /** The listener can take more again. */
  drained(): void;
  /** Sends what waits, then nothing more. */
  close(): void;
}

export interface SubscribeOptions {
  /** False while the listener cannot take more. */
  readonly ready?: () => boolean;
}

/** While tasks run their rows are looked at so often; what has changed is sent. */
const LOOK_MS = 100;

/** Everybody who is told what happens, each at the pace it can bear. */
export class Audience {
  readonly #clock: Clock;
  readonly #snapshot: () => Iterable<Task>;
  readonly #runningRows: () => readonly ProgressRow[];
  readonly #members = new Set<Coalescer>();
  #timer: Timer | null = null;

  constructor(clock: Clock, snapshot: () => Iterable<Task>, runningRows: () => readonly ProgressRow[]) {
    this.#clock = clock;
    this.#snapshot = snapshot;
    this.#runningRows = runningRows;
  }

  /** Sends the snapshot, then what happens. */
  subscribe(send: (message: Message) => void, options: SubscribeOptions): Subscription {
    const member = new Coalescer({
      clock: this.#clock,
      send: (message) => {
        try {
          send(message);
        } catch {
          // Its fault is its own: neither the downloads nor the others are to suffer from it.
          this.#members.delete(member);
        }
      },
      snapshot: this.#snapshot,
      ...options,
    });
    this.#members.add(member);
    member.start();
    this.look();
    return {
      drained: () => member.drained(),
      close: () => {
        this.#members.delete(member);
        member.close();
      },
    };
  }

  tell(event: EventMessage, row: ProgressRow): void {
    for (const member of this.#members) member.event(event, row);
  }

  row(row: ProgressRow): void {
    for (const member of this.#members) member.row(row);
  }

  /** Looks at what runs, from now on and as long as something does and somebody listens. */
  look(): void {
    if (this.#timer !== null || this.#members.size === 0) return;
    const rows = this.#runningRows();
    if (rows.length === 0) return;
    for (const row of rows) this.row(row);
    this.#timer = this.#clock.after(LOOK_MS, () => {
      this.#timer = null;
      this.look();
    });
  }

  close(): void {
    this.#timer?.stop();
    for (const member of this.#members) member.close();
    this.#members.clear();
  }
}
