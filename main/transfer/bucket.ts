import type { Clock, Timer } from '../world/clock.ts';

/**
 * One turn is worth so much of a second, within these bounds: the turns that 32 connections hold while their data is
 * on its way are then a quarter of a second at most, which is half of what 5 % of 10 s allow.
 */
const TURN_SECONDS = 1 / 128;
const LEAST_TURN = 1024;
export const MOST_TURN = 64 * 1024;
/**
 * Time not used is kept up to this much: a timer that is late, or a pause of the garbage collector, then costs no
 * speed. More would show as a burst; this is 2 % of 10 s.
 */
const SAVED_SECONDS = 0.2;
/** A task that was away for less than this many bytes of the others' turns has lost nothing by it. */
const FAIR_MEMORY = 8 * MOST_TURN;
/** Sums of fractions miss whole bytes by a hair. */
const HAIR = 1e-6;

/** Bytes of one turn; at most a second's worth. */
function turnBytes(rate: number | null): number {
  if (rate === null) return MOST_TURN;
  const least = Math.min(LEAST_TURN, rate);
  return Math.ceil(Math.min(MOST_TURN, Math.max(least, rate * TURN_SECONDS)));
}

/** Someone who waits for `wanted` bytes, and takes fewer. */
export interface Claim {
  wanted: number;
  readonly grant: (bytes: number) => void;
}

/** What one limiter has of a bucket: its waiting connections in order of arrival, and what it has been given. */
export interface Share {
  given: number;
  readonly claims: Claim[];
}

/**
 * A token bucket, in bytes per second; null is unlimited. It begins empty. Those who wait are served one at a time,
 * each with one turn: of the tasks the one that has been given least (start-time fair queueing, Goyal et al. 1996),
 * of the connections of a task the one that came first.
 */
export class Bucket {
  readonly #clock: Clock;
  #rate: number | null = null;
  #level = 0;
  #at: number;
  readonly #waiting = new Set<Share>();
  /** What the last one served had been given before: those who come anew begin there. */
  #given = 0;
  #timer: Timer | null = null;
  #serving = false;
  #closed = false;

  constructor(clock: Clock, rate: number | null) {
    this.#clock = clock;
    this.#at = clock.monotonic();
    this.setRate(rate);
  }

  get rate(): number | null {
    return this.#rate;
  }

  /** Takes effect at once: whoever waits is served by the new rate, and nothing is left of the old one's time. */
  setRate(rate: number | null): void {
    if (rate !== null && !(rate > 0 && Number.isFinite(rate)))
      throw new RangeError(`a rate of ${rate} bytes/s`);
    this.#refill();
    this.#rate = rate;
    this.#level = Math.min(this.#level, this.#most);
    this.#serve();
  }

  /** Bytes of one turn. */
  get turn(): number {
    return turnBytes(this.#rate);
  }

  share(): Share {
    return { given: 0, claims: [] };
  }

  /** Waits in line; may be served before this returns. */
  join(share: Share, claim: Claim): void {
    if (share.claims.push(claim) === 1) {
      share.given = Math.max(share.given, this.#given - FAIR_MEMORY);
      this.#waiting.add(share);
    }
    this.#serve();
  }

  leave(share: Share, claim: Claim): void {
    const at = share.claims.indexOf(claim);
    if (at >= 0) share.claims.splice(at, 1);
    if (share.claims.length === 0) this.#waiting.delete(share);
    this.#serve();
  }

  /** Takes back what was given and not used; of a turn of a higher rate no more than a turn is worth today. */
  refund(share: Share, bytes: number): void {
    if (bytes <= 0) return;
    share.given -= bytes;
    this.#refill();
    this.#level = Math.min(this.#level + Math.min(bytes, this.turn), this.#most);
    this.#serve();
  }

  /** Stops the timer; whoever still waits is served no more. */
  close(): void {
    this.#closed = true;
    this.#timer?.stop();
  }

  /** Bytes that it may hold. */
  get #most(): number {
    return this.#rate === null ? 0 : Math.max(this.turn, this.#rate * SAVED_SECONDS);
  }

  #refill(): void {
    const now = this.#clock.monotonic();
    const fresh = this.#rate === null ? 0 : ((now - this.#at) / 1000) * this.#rate;
    this.#at = now;
    this.#level = Math.min(this.#level + fresh, this.#most);
  }

  /** A turn given may set off a refund or another claim: those are seen to by the loop that is under way. */
  #serve(): void {
    if (this.#serving || this.#closed) return;
    this.#serving = true;
    this.#timer?.stop();
    this.#refill();
    for (let next = this.#next(); next; next = this.#next()) {
      const [claim] = next.claims;
      if (!claim || !this.#give(next, claim)) break;
    }
    this.#serving = false;
  }

  #next(): Share | null {
    let least: Share | null = null;
    for (const share of this.#waiting) if (!least || share.given < least.given) least = share;
    return least;
  }

  /** False when it does not hold enough yet; it then looks again when it does. */
  #give(share: Share, claim: Claim): boolean {
    const bytes = Math.min(claim.wanted, this.turn);
    const missing = this.#rate === null ? 0 : bytes - this.#level;
    if (this.#rate !== null && missing > HAIR) {
      const ms = Math.max(1, Math.ceil((missing / this.#rate) * 1000));
      this.#timer = this.#clock.after(ms, () => this.#serve());
      return false;
    }
    if (this.#rate !== null) this.#level -= bytes;
    share.claims.shift();
    if (share.claims.length === 0) this.#waiting.delete(share);
    this.#given = share.given;
    share.given += bytes;
    claim.grant(bytes);
    return true;
  }
}
