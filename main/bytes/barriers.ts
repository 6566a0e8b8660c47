import type { Clock, Timer } from '../world/clock.ts';

/** A barrier about once a second … */
const INTERVAL_MS = 1000;
/** … or every 64 MiB, whichever comes first (at full speed more often costs 6 % of it) … */
const INTERVAL_BYTES = 64 * 1024 * 1024;
/** … but never sooner than 20 times what the last one took, so that a slow disk spends at most 5 % on them. */
const REST_FACTOR = 20;

/** Decides when the next barrier is due. Time is the clock's; the barrier itself is given. */
export class BarrierSchedule {
  readonly #clock: Clock;
  readonly #raise: () => Promise<void>;
  #unsafeBytes = 0;
  #unsafeSince: number | null = null;
  #restUntil = 0;
  #timer: Timer | null = null;

  constructor(clock: Clock, raise: () => Promise<void>) {
    this.#clock = clock;
    this.#raise = raise;
  }

  /** Bytes were journaled; a crash of the machine could still lose them. */
  wrote(bytes: number): void {
    const now = this.#clock.monotonic();
    this.#unsafeBytes += bytes;
    this.#unsafeSince ??= now;
    if (this.#unsafeBytes >= INTERVAL_BYTES && now >= this.#restUntil) this.#fire();
    else this.#timer ??= this.#clock.after(Math.max(0, this.#due(now) - now), () => this.#fire());
  }

  #due(now: number): number {
    return Math.max((this.#unsafeSince ?? now) + INTERVAL_MS, this.#restUntil);
  }

  #fire(): void {
    this.#timer?.stop();
    this.#timer = null;
    // An error is kept by the partial file, whose next write gives it to its caller.
    void this.#raise().catch(() => {});
  }

  /** A barrier began at `startedAt`: what is written from here on waits for the next one. */
  started(): void {
    this.#unsafeBytes = 0;
    this.#unsafeSince = null;
    this.stop();
  }

  ended(startedAt: number): void {
    const now = this.#clock.monotonic();
    this.#restUntil = now + REST_FACTOR * (now - startedAt);
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = null;
  }
}
