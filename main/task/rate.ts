import type { Limits } from '../contract/settings.ts';
import type { Bucket } from '../transfer/bucket.ts';
import type { Clock, Timer } from '../world/clock.ts';
import { nextChange, rateAt } from './limits.ts';

/** A timer cannot be longer than 24 days, and a clock that is set should not be noticed weeks later. */
const LOOK_AGAIN_MS = 60_000;

/** Sets the speed limit of all tasks to what the plan says for this hour. */
export class RatePlan {
  readonly #clock: Clock;
  readonly #bucket: Bucket;
  readonly #onChange: () => void;
  #limits: Limits | null = null;
  #timer: Timer | null = null;

  /** `onChange` is called after the rate has changed. */
  constructor(clock: Clock, bucket: Bucket, onChange: () => void) {
    this.#clock = clock;
    this.#bucket = bucket;
    this.#onChange = onChange;
  }

  follow(limits: Limits): void {
    this.#limits = limits;
    this.#apply();
  }

  close(): void {
    this.#timer?.stop();
  }

  #apply(): void {
    this.#timer?.stop();
    this.#timer = null;
    if (!this.#limits) return;
    const now = this.#clock.now();
    const rate = rateAt(this.#limits, new Date(now));
    if (rate !== this.#bucket.rate) {
      this.#bucket.setRate(rate);
      this.#onChange();
    }
    const change = nextChange(this.#limits, now);
    if (change === null) return;
    this.#timer = this.#clock.after(Math.min(LOOK_AGAIN_MS, Math.max(1, change - now)), () => this.#apply());
  }
}
