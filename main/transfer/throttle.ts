import type { Clock } from '../world/clock.ts';
import { type Bucket, type Claim, MOST_TURN, type Share } from './bucket.ts';

/** Whether a limit is what makes a task slow is told from about so long. */
const LIMITING_MEMORY_MS = 500;

/** One read of a socket takes so much of a second … */
const READ_SECONDS = 1 / 16;
/** … within these bounds: smaller ones cost more than they smooth, and 64 KiB is what the promise leaves. */
const LEAST_READ = 4096;
const MOST_READ = 64 * 1024;

/** How large, in bytes, one read of a socket may be under `rate` (bytes/s); Infinity where there is no limit. */
export function readBytesFor(rate: number | null): number {
  if (rate === null) return Number.POSITIVE_INFINITY;
  return Math.round(Math.min(MOST_READ, Math.max(LEAST_READ, rate * READ_SECONDS)));
}

interface Stage {
  readonly bucket: Bucket;
  readonly share: Share;
}

/**
 * What one task is limited by: its own bucket first, then the one of all tasks. In the line of all it stands only
 * with bytes of its own bucket in hand, so that it never holds up the others.
 */
export class Limiter {
  readonly #clock: Clock;
  readonly #stages: readonly Stage[];
  #waiting = 0;
  /** Part of the recent time in which a connection waited. Taken to be all, until it shows. */
  #waited = 1;
  #at: number;

  constructor(clock: Clock, own: Bucket | null, shared: Bucket) {
    this.#clock = clock;
    this.#at = clock.monotonic();
    const buckets = own ? [own, shared] : [shared];
    this.#stages = buckets.map((bucket) => ({ bucket, share: bucket.share() }));
  }

  /** For one connection; `onTurn` is called when it may read again. */
  open(onTurn: () => void): Quota {
    return new Quota(this, this.#stages, onTurn);
  }

  get unlimited(): boolean {
    return this.#stages.every(({ bucket }) => bucket.rate === null);
  }

  /** The limit, and not the way or the server, is what sets the speed. */
  get limiting(): boolean {
    this.#look();
    return !this.unlimited && this.#waited > 1 / 2;
  }

  /** One more connection waits, or one fewer. */
  waits(change: 1 | -1): void {
    this.#look();
    this.#waiting += change;
  }

  #look(): void {
    const now = this.#clock.monotonic();
    const faded = Math.exp(-(now - this.#at) / LIMITING_MEMORY_MS);
    this.#waited = this.#waited * faded + (this.#waiting > 0 ? 1 - faded : 0);
    this.#at = now;
  }
}

/**
 * What one connection may read: turn after turn, each held from when it is given until its data has come. Close it
 * when the connection ends: what it holds is then given back.
 */
export class Quota {
  readonly #limiter: Limiter;
  readonly #stages: readonly Stage[];
  readonly #onTurn: () => void;
  readonly #claim: Claim = { wanted: 0, grant: (bytes) => this.#granted(bytes) };
  #stage = 0;
  #held = 0;
  #waiting = false;
  #asking = false;

  constructor(limiter: Limiter, stages: readonly Stage[], onTurn: () => void) {
    this.#limiter = limiter;
    this.#stages = stages;
    this.#onTurn = onTurn;
  }

  /** Nothing more may be read until `onTurn`. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** How many of `bytes` that are to be had may be taken; where nothing is left for more, it waits from now on. */
  take(bytes: number): number {
    if (this.#limiter.unlimited) return bytes;
    let taken = this.#use(bytes);
    while ((taken < bytes || this.#held === 0) && this.#ask()) taken += this.#use(bytes - taken);
    return taken;
  }

  close(): void {
    if (this.#waiting) {
      const stage = this.#stages[this.#stage];
      this.#waiting = false;
      this.#limiter.waits(-1);
      stage?.bucket.leave(stage.share, this.#claim);
      this.#giveBack(this.#claim.wanted, this.#stage);
    }
    this.#giveBack(this.#held);
    this.#held = 0;
  }

  #use(bytes: number): number {
    // A turn that was given at a higher rate is worth no more than one of today's.
    this.#held = Math.min(this.#held, ...this.#stages.map(({ bucket }) => bucket.turn));
    const used = Math.min(bytes, this.#held);
    this.#held -= used;
    return used;
  }

  /** True when it is given a turn at once. */
  #ask(): boolean {
    const [first] = this.#stages;
    if (this.#waiting || !first) return false;
    this.#waiting = true;
    this.#asking = true;
    this.#limiter.waits(1);
    this.#stage = 0;
    this.#claim.wanted = MOST_TURN;
    first.bucket.join(first.share, this.#claim);
    this.#asking = false;
    return !this.#waiting;
  }

  #granted(bytes: number): void {
    this.#giveBack(this.#claim.wanted - bytes, this.#stage);
    this.#claim.wanted = bytes;
    this.#stage += 1;
    const next = this.#stages[this.#stage];
    if (next) {
      next.bucket.join(next.share, this.#claim);
      return;
    }
    this.#held = bytes;
    this.#waiting = false;
    this.#limiter.waits(-1);
    if (!this.#asking) this.#onTurn();
  }

  /** To the first `stages` buckets. */
  #giveBack(bytes: number, stages = this.#stages.length): void {
    for (const { bucket, share } of this.#stages.slice(0, stages)) bucket.refund(share, bytes);
  }
}
