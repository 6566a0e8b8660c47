/** Bytes are let out in ticks of this length, so that a rate of 32 KiB/s is not a stream of single bytes. */
const TICK_SECONDS = 0.02;
/**
 * Credit kept over a late timer or a slow reader. More would be a burst, less would lose rate on a busy
 * machine.
 */
const CREDIT_SECONDS = 0.25;

/**
 * Lets `bytesPerSecond` through, beginning with nothing: no burst, and never ahead of the rate. Times:
 * monotonic ms.
 */
export class Pacer {
  readonly #rate: number;
  #credit = 0;
  #last: number;

  constructor(bytesPerSecond: number, now: number) {
    this.#rate = bytesPerSecond;
    this.#last = now;
  }

  /** Bytes of `wanted` that may go now, or how many ms to wait first. */
  ask(wanted: number, now: number): { bytes: number } | { waitMs: number } {
    const least = Math.min(wanted, Math.max(1, Math.floor(this.#rate * TICK_SECONDS)));
    const most = least + this.#rate * CREDIT_SECONDS;
    this.#credit = Math.min(most, this.#credit + ((now - this.#last) / 1000) * this.#rate);
    this.#last = now;
    if (this.#credit < least) return { waitMs: Math.ceil(((least - this.#credit) / this.#rate) * 1000) };
    const bytes = Math.min(wanted, Math.floor(this.#credit));
    this.#credit -= bytes;
    return { bytes };
  }
}
