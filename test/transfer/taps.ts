import type { Limiter, Quota } from '../../main/transfer/throttle.ts';
import type { FakeClock } from '../kit/fake-clock.ts';

export interface Flow {
  readonly at: number;
  readonly bytes: number;
}

/** A connection whose server always has more: `chunk` bytes are there `delays` (ms, in turn) after reading goes on. */
export class Tap {
  readonly flow: Flow[] = [];
  readonly quota: Quota;
  readonly #clock: FakeClock;
  readonly #chunk: number;
  readonly #delays: readonly number[];
  #reads = 0;
  #closed = false;

  constructor(limiter: Limiter, clock: FakeClock, chunk = 64 * 1024, delays: readonly number[] = [1]) {
    this.#clock = clock;
    this.#chunk = chunk;
    this.#delays = delays;
    this.quota = limiter.open(() => this.#read());
    this.#read();
  }

  get bytes(): number {
    return this.between(0, Number.POSITIVE_INFINITY);
  }

  /** Bytes taken from `from` (inclusive) to `to`, ms. */
  between(from: number, to: number): number {
    let sum = 0;
    for (const { at, bytes } of this.flow) if (at >= from && at < to) sum += bytes;
    return sum;
  }

  close(): void {
    this.#closed = true;
    this.quota.close();
  }

  #read(): void {
    const delay = this.#delays[this.#reads++ % this.#delays.length] ?? 1;
    this.#clock.after(delay, () => {
      if (this.#closed) return;
      const bytes = this.quota.take(this.#chunk);
      if (bytes > 0) this.flow.push({ at: this.#clock.monotonic(), bytes });
      if (!this.quota.waiting) this.#read();
    });
  }
}
