import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Timer } from '../../main/world/clock.ts';

interface Pending {
  readonly due: number;
  readonly fn: () => void;
}

/** A clock that stands still until it is told to go on. It starts on 22 November 2026, 10:00 UTC. */
export class FakeClock implements Clock {
  #elapsed = 0;
  readonly #pending = new Set<Pending>();

  /** Timers that have not fired. */
  get pending(): number {
    return this.#pending.size;
  }

  now(): number {
    return Date.UTC(2026, 10, 22, 10) + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  after(ms: number, fn: () => void): Timer {
    const entry = { due: this.#elapsed + Math.max(0, ms), fn };
    this.#pending.add(entry);
    return { stop: () => void this.#pending.delete(entry) };
  }

  /** Lets `ms` pass: timers fire in order of time, and what they set off is let settle before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#pending.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.due);
      next.fn();
      await turn();
    }
    this.#elapsed = end;
  }

  #next(end: number): Pending | null {
    let first: Pending | null = null;
    for (const entry of this.#pending) {
      if (entry.due <= end && (!first || entry.due < first.due)) first = entry;
    }
    return first;
  }
}
