import type { Span } from '../bytes/piece-map.ts';

const MIB = 1024 * 1024;
const SMALLEST_STRIPE = MIB;
const LARGEST_STRIPE = 16 * MIB;
/** A stripe is about so much of its connection's own speed, so that slow ones are not left with the tail. */
const STRIPE_SECONDS = 4;
/** All connections work within so much of each other: far-apart writes are no faster, and NTFS zero-fills below one. */
const WINDOW_BYTES = 64 * MIB;
/** A tail is worth splitting when its connection would need longer than this for it. */
const SPLIT_SECONDS = 2;
/** What a connection that is being split may still take without asking. */
const SAFE_BYTES = 256 * 1024;

/** The span one connection is working on; `at` is the next byte it will take. */
export interface Stripe {
  at: number;
  /** May be lowered by a split and raised by `extend`, never below `at`. */
  end: number;
  readonly start: number;
}

export interface StripeBoardOptions {
  /** No split makes a part smaller than this, bytes. */
  readonly minSplit: number;
}

/**
 * Who fetches what: hands out the gaps of a file in offset order, lets the tail be split, takes back what was not
 * fetched. Pure bookkeeping: no connection, no clock. Every byte is in exactly one place: fetched, free, or in one
 * connection's stripe.
 */
export class StripeBoard {
  readonly #minSplit: number;
  #free: Span[];
  readonly #active = new Set<Stripe>();

  constructor(gaps: readonly Span[], options: StripeBoardOptions) {
    this.#free = [...gaps];
    this.#minSplit = Math.max(options.minSplit, SMALLEST_STRIPE);
  }

  get active(): ReadonlySet<Stripe> {
    return this.#active;
  }

  /** Nothing is free and nobody works: all is fetched. */
  get finished(): boolean {
    return this.#free.length === 0 && this.#active.size === 0;
  }

  /** End of the free span that begins at `position`, if one does. */
  freeEndFrom(position: number): number | null {
    return this.#free.find((span) => span.start === position)?.end ?? null;
  }

  /** The file turned out to end at `position`. */
  endAt(position: number): void {
    this.#free = this.#free.flatMap(({ start, end }) =>
      start >= position ? [] : [{ start, end: Math.min(end, position) }],
    );
    for (const stripe of this.#active) stripe.end = Math.max(stripe.at, Math.min(stripe.end, position));
  }

  /**
   * The next stripe in offset order for a connection of `speed` bytes/s, one of at most `connections`, or null when
   * none may be begun.
   */
  take(speed: number, connections: number): Stripe | null {
    const first = this.#free[0];
    if (!first || first.start >= this.#lowest(first.start) + WINDOW_BYTES) return null;
    const end = Math.min(first.end, first.start + this.#stripeBytes(speed, connections));
    // A rest too small for a stripe of its own goes along.
    const stop = first.end - end < this.#minSplit ? first.end : end;
    const stripe = { start: first.start, at: first.start, end: stop };
    this.#cutFirst(stop);
    this.#active.add(stripe);
    return stripe;
  }

  /** Lets a running stripe go on into the free span right behind it; false where another one has that. */
  extend(stripe: Stripe, speed: number, connections: number): boolean {
    const next = this.#free[0];
    if (!this.#active.has(stripe) || next?.start !== stripe.end) return false;
    const end = Math.min(next.end, next.start + this.#stripeBytes(speed, connections));
    stripe.end = next.end - end < this.#minSplit ? next.end : end;
    this.#cutFirst(stripe.end);
    return true;
  }

  /**
   * Half of the remaining part with the longest time to finish, beyond a safe zone that its connection may take
   * without asking; null where none is worth it. `speedOf` gives a stripe's speed in bytes/s.
   */
  split(speedOf: (stripe: Stripe) => number): Stripe | null {
    const victim = this.slowest(speedOf);
    if (!victim) return null;
    const middle = Math.max(victim.at + SAFE_BYTES, Math.ceil((victim.at + victim.end) / 2));
    const stripe = { start: middle, at: middle, end: victim.end };
    victim.end = middle;
    this.#active.add(stripe);
    return stripe;
  }

  /** The stripe worth splitting, if any. An open end cannot be split: nobody knows where its middle is. */
  slowest(speedOf: (stripe: Stripe) => number): Stripe | null {
    let slowest: Stripe | null = null;
    let longest = SPLIT_SECONDS;
    for (const stripe of this.#active) {
      const remaining = stripe.end - stripe.at;
      if (!Number.isFinite(remaining) || remaining <= this.#minSplit) continue;
      const seconds = remaining / Math.max(speedOf(stripe), 1);
      if (seconds <= longest) continue;
      longest = seconds;
      slowest = stripe;
    }
    return slowest;
  }

  /** True when `take` would give something. */
  hasFree(): boolean {
    const first = this.#free[0];
    return first !== undefined && first.start < this.#lowest(first.start) + WINDOW_BYTES;
  }

  /** The connection is done with its stripe; what it did not fetch is free again. */
  giveBack(stripe: Stripe): void {
    if (!this.#active.delete(stripe) || stripe.at >= stripe.end) return;
    const at = this.#free.findIndex((span) => span.start > stripe.at);
    this.#free.splice(at < 0 ? this.#free.length : at, 0, { start: stripe.at, end: stripe.end });
    this.#joinFree();
  }

  #joinFree(): void {
    const joined: Span[] = [];
    for (const span of this.#free) {
      const last = joined.at(-1);
      if (last?.end === span.start) joined[joined.length - 1] = { start: last.start, end: span.end };
      else joined.push(span);
    }
    this.#free = joined;
  }

  #cutFirst(end: number): void {
    const first = this.#free[0] as Span;
    if (end >= first.end) this.#free.shift();
    else this.#free[0] = { start: end, end: first.end };
  }

  #lowest(start: number): number {
    let lowest = start;
    for (const stripe of this.#active) lowest = Math.min(lowest, stripe.at);
    return lowest;
  }

  /**
   * Bytes of one stripe: so many seconds of its connection's speed, all of them together within the window, and small
   * enough towards the end that all connections end together.
   */
  #stripeBytes(speed: number, connections: number): number {
    const share = WINDOW_BYTES / connections;
    const evenly = this.#freeBytes / (2 * connections);
    return Math.max(
      this.#minSplit,
      Math.floor(Math.min(LARGEST_STRIPE, speed * STRIPE_SECONDS, share, evenly)),
    );
  }

  get #freeBytes(): number {
    return this.#free.reduce((sum, { start, end }) => sum + end - start, 0);
  }
}
