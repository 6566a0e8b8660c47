import type { Clock } from '../world/clock.ts';

export interface RateLimit {
  /** Requests per second in the long run, and at once after a rest. */
  readonly rate: number;
  readonly burst: number;
}

export interface Verdict {
  readonly allowed: boolean;
  /** Whole requests left. */
  readonly remaining: number;
  /** Until the next one is allowed; 0 while one is. */
  readonly retryAfterMs: number;
  /** Until all are there again. */
  readonly resetMs: number;
}

/** Where the limits of callers are counted; another one may count for several servers. */
export interface RateStore {
  /** Takes one request of `key`'s, where there is one. */
  take(key: string): Verdict | Promise<Verdict>;
}

interface Bucket {
  tokens: number;
  /** Monotonic ms. */
  at: number;
}

/** So many callers are looked after before those that have rested are forgotten. */
const SWEEP_AT = 1000;

/** Token buckets in memory, one a caller; a full one is the same as none, and forgotten. */
export class MemoryRateStore implements RateStore {
  readonly #clock: Clock;
  readonly #limit: RateLimit;
  readonly #buckets = new Map<string, Bucket>();
  #sweepAt = SWEEP_AT;

  constructor(clock: Clock, limit: RateLimit) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Callers that are looked after. */
  get size(): number {
    return this.#buckets.size;
  }

  take(key: string): Verdict {
    const { rate, burst } = this.#limit;
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    bucket.tokens = this.#tokensOf(bucket, now);
    bucket.at = now;
    const allowed = bucket.tokens >= 1;
    if (allowed) bucket.tokens -= 1;
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#sweepAt) this.#sweep(now);
    const msFor = (tokens: number) => Math.max(0, Math.ceil(((tokens - bucket.tokens) / rate) * 1000));
    return {
      allowed,
      remaining: Math.floor(bucket.tokens),
      retryAfterMs: allowed ? 0 : msFor(1),
      resetMs: msFor(burst),
    };
  }

  #tokensOf({ tokens, at }: Bucket, now: number): number {
    return Math.min(this.#limit.burst, tokens + ((now - at) / 1000) * this.#limit.rate);
  }

  #sweep(now: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#tokensOf(bucket, now) >= this.#limit.burst) this.#buckets.delete(key);
    }
    this.#sweepAt = Math.max(SWEEP_AT, this.#buckets.size * 2);
  }
}
