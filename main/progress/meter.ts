/** Speeds are averages that forget: what came so long ago counts 1/e. */
const SPEED_MEMORY_MS = 2000;
/** Time left forgets more slowly: it is read as a promise. */
const ETA_MEMORY_MS = 6000;
/** Before so much of a run is seen, a time left would be a guess that is soon taken back. */
const ETA_FROM_MS = 1000;
/** A time left is raised only when it is too short by this much; else the ripple of bursts would show. */
const ETA_RISE_SHARE = 0.05;
const ETA_RISE_SECONDS = 1;
/** A gap shorter than this is the stream's rhythm (bursts, batched journal records), not a slowdown. */
const RHYTHM_MS = 500;
/** After so long without a byte the speed is zero, not a fading memory. */
const SILENCE_MS = 5000;
/** How long the first bytes of a run took is not known; so long is assumed until the next ones tell. */
const LEAD_MS = 100;
/** Bytes closer together than this came as one burst, and tell nothing of the time between bursts. */
const BURST_MS = 20;

/**
 * Speed and time left of one stream of bytes. Times are monotonic milliseconds, given by the caller, and never go
 * back. Bytes taken back (a rewind) are no traffic and are not reported here. The speed is an exponentially weighted
 * average over the present run of bytes only (a run begins with the first byte, and anew after 5 s of silence), so it
 * is right from the first second on: it neither climbs from zero nor counts the time before the first byte.
 */
export class Meter {
  readonly #notBefore: number;
  #run: { startedAt: number; readonly firstAt: number; leadKnown: boolean } | null = null;
  #lastAt = 0;
  #weighted = 0;
  #eta: { readonly seconds: number; readonly at: number; readonly shown: number } | null = null;

  constructor(now: number) {
    this.#notBefore = now;
  }

  add(bytes: number, now: number): void {
    if (bytes <= 0) return;
    if (this.#run === null || this.#silent(now)) this.#begin(now);
    else this.#learnLead(this.#run, now);
    // They came evenly since the last ones, as far as anybody knows: the speed of an even stream then has no ripple.
    const span = now - this.#lastAt;
    const share = span > 0 ? weightOver(span) / span : 1;
    this.#weighted = this.#weightedAt(now) + bytes * share;
    this.#lastAt = now;
  }

  /** Bytes per second. */
  speed(now: number): number {
    if (this.#run === null || this.#silent(now)) return 0;
    const at = Math.max(this.#lastAt, now - RHYTHM_MS);
    const seen = at - this.#run.startedAt;
    return seen > 0 ? (this.#weightedAt(at) / weightOver(seen)) * 1000 : 0;
  }

  /**
   * Whole seconds until `remaining` more bytes are here, or null while that cannot be said. It counts down with the
   * time, and is drawn towards what the present speed says.
   */
  etaSeconds(remaining: number | null, now: number): number | null {
    const speed = this.speed(now);
    const seen = this.#run === null ? 0 : now - this.#run.startedAt;
    if (remaining === null || speed < 1 || seen < ETA_FROM_MS) {
      this.#eta = null;
      return null;
    }
    const present = remaining / speed;
    const last = remaining > 0 ? this.#eta : null;
    const seconds = last ? drawn(last, present, now, Math.min(ETA_MEMORY_MS, seen)) : present;
    // Sums of fractions miss whole numbers by a hair; 10.000000001 s is 10 s.
    const whole = Math.max(0, Math.ceil(seconds - 1e-6));
    const rises = last !== null && whole > last.shown;
    const enough = last !== null && whole > last.shown * (1 + ETA_RISE_SHARE) + ETA_RISE_SECONDS;
    const shown = rises && !enough ? last.shown : whole;
    this.#eta = { seconds, at: now, shown };
    return shown;
  }

  #silent(now: number): boolean {
    return now - this.#lastAt >= SILENCE_MS;
  }

  #begin(now: number): void {
    // A gap before the meter or the last byte was no part of this run.
    const startedAt = Math.max(this.#notBefore, now - LEAD_MS);
    this.#run = { startedAt, firstAt: now, leadKnown: false };
    this.#lastAt = startedAt;
    this.#weighted = 0;
    this.#eta = null;
  }

  /** The first bytes are taken to have needed as long as those that came next. */
  #learnLead(run: { startedAt: number; readonly firstAt: number; leadKnown: boolean }, now: number): void {
    const gap = now - run.firstAt;
    if (run.leadKnown || gap < BURST_MS) return;
    run.startedAt = Math.max(this.#notBefore, run.firstAt - gap);
    run.leadKnown = true;
  }

  #weightedAt(now: number): number {
    return this.#weighted * Math.exp(-(now - this.#lastAt) / SPEED_MEMORY_MS);
  }
}

/** What the last `span` ms count in the average, ms. */
function weightOver(span: number): number {
  return SPEED_MEMORY_MS * (1 - Math.exp(-span / SPEED_MEMORY_MS));
}

function drawn(
  last: { readonly seconds: number; readonly at: number },
  present: number,
  now: number,
  memory: number,
): number {
  const elapsed = now - last.at;
  const counted = Math.max(0, last.seconds - elapsed / 1000);
  return counted + (present - counted) * (1 - Math.exp(-elapsed / memory));
}
