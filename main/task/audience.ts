import type { EventMessage, ProgressRow } from '../contract/events.ts';
import type { Task } from '../contract/task.ts';
import { Coalescer } from '../progress/coalesce.ts';
import { Listener, type Send } from '../progress/listener.ts';
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
  /** The number of the last it was told: it gets what came after that or, where that is too much, a snapshot. */
  readonly since?: number;
}

/** While tasks run their rows are looked at so often; what has changed is sent. */
const LOOK_MS = 100;

/** Everybody who is told what happens: all the same, each at the pace it can bear. */
export class Audience {
  readonly #clock: Clock;
  readonly #snapshot: () => Iterable<Task>;
  readonly #runningRows: () => readonly ProgressRow[];
  readonly #coalescer: Coalescer;
  readonly #members = new Set<Listener>();
  #timer: Timer | null = null;

  constructor(clock: Clock, snapshot: () => Iterable<Task>, runningRows: () => readonly ProgressRow[]) {
    this.#clock = clock;
    this.#snapshot = snapshot;
    this.#runningRows = runningRows;
    this.#coalescer = new Coalescer(clock, (told) => {
      for (const member of this.#members) member.take(told);
    });
  }

  /** Sends the snapshot, or what was missed since; then what happens. */
  subscribe(send: Send, { since, ready }: SubscribeOptions): Subscription {
    const member = new Listener({
      send: (message, number) => {
        try {
          send(message, number);
        } catch {
          // Its fault is its own: neither the downloads nor the others are to suffer from it.
          this.#members.delete(member);
        }
      },
      snapshot: this.#snapshot,
      mark: () => this.#coalescer.mark,
      ...(ready ? { ready } : {}),
    });
    const missed = since === undefined ? null : this.#coalescer.since(since);
    this.#members.add(member);
    if (since === undefined || missed === null) member.start();
    else member.resume(since, missed);
    this.look();
    return {
      drained: () => member.drained(),
      close: () => {
        if (!this.#members.delete(member)) return;
        const { pending } = this.#coalescer;
        if (pending) member.take(pending);
        member.close();
      },
    };
  }

  tell(event: EventMessage, row: ProgressRow): void {
    this.#coalescer.event(event, row);
  }

  row(row: ProgressRow): void {
    this.#coalescer.row(row);
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
    this.#coalescer.close();
    for (const member of this.#members) member.close();
    this.#members.clear();
  }
}
