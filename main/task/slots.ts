import type { Clock, Timer } from '../world/clock.ts';

/** Whoever waits longer than this gives up its slot. */
const LEND_MS = 5000;

/** The right to run, of one task. */
export interface Slot {
  /**
   * It waits from now on, until `until` (ms since 1970) or nobody knows when (null): others may run meanwhile, if
   * that takes more than 5 s.
   */
  wait(until: number | null): void;
  /**
   * It would go on: null when it may at once, else a promise that resolves when it may, before any task that has not
   * begun; early, without the right, on abort and on release.
   */
  goOn(signal: AbortSignal): Promise<void> | null;
  /** It is over. More than once does nothing. */
  release(): void;
}

/**
 * How many tasks run at once. A task that waits for a server gives up its slot meanwhile and is given one again before
 * any other.
 */
export class Slots {
  readonly #clock: Clock;
  readonly #onFree: () => void;
  #limit: number;
  #used = 0;
  readonly #returning: (() => void)[] = [];

  /** `onFree` is called when there is a slot for a new task. */
  constructor(clock: Clock, limit: number, onFree: () => void) {
    this.#clock = clock;
    this.#limit = limit;
    this.#onFree = onFree;
  }

  /** A new task may begin. */
  get free(): boolean {
    return this.#used < this.#limit && this.#returning.length === 0;
  }

  setLimit(limit: number): void {
    this.#limit = limit;
    this.#serve();
  }

  /** A slot for a new task, whether one is free or not: that is the caller's to see. */
  take(): Slot {
    this.#used += 1;
    return new OneSlot(this.#clock, {
      free: () => {
        this.#used -= 1;
        this.#serve();
      },
      giveBack: (ready) => {
        this.#returning.push(ready);
        this.#serve();
      },
      leaveQueue: (ready) => {
        const at = this.#returning.indexOf(ready);
        if (at >= 0) this.#returning.splice(at, 1);
        // It may have been all that kept new tasks from a slot.
        this.#serve();
      },
    });
  }

  #serve(): void {
    while (this.#used < this.#limit) {
      const ready = this.#returning.shift();
      if (!ready) break;
      this.#used += 1;
      ready();
    }
    if (this.free) this.#onFree();
  }
}

interface Owner {
  /** It is another's to use. */
  readonly free: () => void;
  readonly giveBack: (ready: () => void) => void;
  readonly leaveQueue: (ready: () => void) => void;
}

class OneSlot implements Slot {
  readonly #clock: Clock;
  readonly #owner: Owner;
  #state: 'held' | 'lent' | 'released' = 'held';
  #timer: Timer | null = null;
  /** Out of the line of those that want their slot back. */
  #leave: (() => void) | null = null;

  constructor(clock: Clock, owner: Owner) {
    this.#clock = clock;
    this.#owner = owner;
  }

  wait(until: number | null): void {
    if (this.#state !== 'held') return;
    if (until !== null && until - this.#clock.now() > LEND_MS) this.#lend();
    else this.#timer ??= this.#clock.after(LEND_MS, () => this.#lend());
  }

  goOn(signal: AbortSignal): Promise<void> | null {
    this.#stopTimer();
    if (this.#state !== 'lent' || signal.aborted) return null;
    return new Promise((resolve) => {
      const ready = () => {
        signal.removeEventListener('abort', leave);
        this.#leave = null;
        this.#state = 'held';
        resolve();
      };
      const leave = () => {
        signal.removeEventListener('abort', leave);
        this.#leave = null;
        this.#owner.leaveQueue(ready);
        resolve();
      };
      this.#leave = leave;
      signal.addEventListener('abort', leave, { once: true });
      this.#owner.giveBack(ready);
    });
  }

  release(): void {
    const held = this.#state === 'held';
    this.#stopTimer();
    this.#state = 'released';
    // Else it would be given a slot that nobody gives back.
    this.#leave?.();
    if (held) this.#owner.free();
  }

  #lend(): void {
    this.#stopTimer();
    if (this.#state !== 'held') return;
    this.#state = 'lent';
    this.#owner.free();
  }

  #stopTimer(): void {
    this.#timer?.stop();
    this.#timer = null;
  }
}
