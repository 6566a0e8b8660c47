import { Meter } from '../progress/meter.ts';
import type { HostSlot } from './hosts.ts';
import type { Stripe } from './stripes.ts';

/** A connection slower than this share of its siblings' median … */
const SLOW_SHARE = 1 / 4;
/** … for so long is replaced. */
const SLOW_MS = 10_000;

/** One connection of a download, over all the stripes it takes. */
export class Lane {
  readonly #slot: HostSlot;
  readonly #meter: Meter;
  stripe: Stripe | null = null;
  /** Bytes of the present answer have come. */
  delivering = false;
  received = 0;
  /** End of what the present answer promised, exclusive; null when unknown. */
  promisedEnd: number | null = null;
  /** Another connection has asked for what comes after its stripe. */
  leaving = false;
  /** From the last request to its first byte, ms. */
  answerMs = 0;
  #askedAt = 0;
  #request = new AbortController();
  #slowSince: number | null = null;
  #replaced = false;

  constructor(slot: HostSlot, now: number) {
    this.#slot = slot;
    this.#meter = new Meter(now);
  }

  /** A signal for the next request; aborted by `replaceIfSlow` or with the whole download. */
  begin(all: AbortSignal, now: number): AbortSignal {
    this.#askedAt = now;
    this.#request = new AbortController();
    this.#replaced = false;
    this.delivering = false;
    this.#slowSince = null;
    return AbortSignal.any([all, this.#request.signal]);
  }

  /** Its answer brings bytes, even if they must wait for a limit: that is no slowness of the way. */
  arrived(now: number): void {
    if (!this.delivering) this.answerMs = now - this.#askedAt;
    this.delivering = true;
  }

  got(bytes: number, now: number): void {
    this.arrived(now);
    this.received += bytes;
    this.#meter.add(bytes, now);
  }

  /** Bytes per second. */
  speed(now: number): number {
    return this.#meter.speed(now);
  }

  release(): void {
    this.#slot.release();
  }

  /** Its stripe, and with it its answer, will be over within `ms`. */
  endsWithin(ms: number, now: number): boolean {
    if (!this.stripe || this.promisedEnd === null || this.promisedEnd > this.stripe.end) return false;
    return this.stripe.end - this.stripe.at < (this.speed(now) * ms) / 1000;
  }

  /** True once after it was found far too slow and its request dropped for a new one. */
  get replaced(): boolean {
    return this.#replaced;
  }

  /** Whatever it was slow by, it begins anew. */
  forgive(): void {
    this.#slowSince = null;
  }

  /** Drops the present request when it has been far slower than its siblings for long. */
  replaceIfSlow(siblingSpeeds: readonly number[], now: number): void {
    const slow = this.delivering && this.speed(now) < median(siblingSpeeds) * SLOW_SHARE;
    if (!slow) this.#slowSince = null;
    else this.#slowSince ??= now;
    if (this.#slowSince === null || now - this.#slowSince < SLOW_MS) return;
    this.#replaced = true;
    this.#request.abort();
  }
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >>> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
