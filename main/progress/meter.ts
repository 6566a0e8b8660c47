/** Speeds are averages that forget: what came so long ago counts 1/e. */
const SPEED_MEMORY_MS = 2000;
/** Time left forgets more slowly: it is read as a promise. */
const ETA_MEMORY_MS = 6000;
/** After so long without a byte the speed is zero, not a fading memory. */
const SILENCE_MS = 5000;

/**
 * Speed and time left of one stream of bytes. Times are monotonic milliseconds, given by the caller. The speed is an
 * exponentially weighted average over the time since the beginning only, so it is right from the first second on and
 * does not climb slowly from zero.
 */
export class Meter {
  #startedAt: number;
  #lastAt: number;
  #weighted = 0;
  #eta: { readonly seconds: number; readonly at: number } | null = null;

  constructor(now: number) {
    this.#startedAt = now;
    this.#lastAt = now;
  }

  add(bytes: number, now: number): void {
    if (now - this.#lastAt >= SILENCE_MS) this.#startAnew(now);
    this.#weighted = this.#faded(now) + bytes;
    this.#lastAt = now;
  }

  /** Bytes per second. */
  speed(now: number): number {
    if (now - this.#lastAt >= SILENCE_MS) return 0;
    const memory = SPEED_MEMORY_MS * (1 - Math.exp(-(now - this.#startedAt) / SPEED_MEMORY_MS));
    return memory > 0 ? (this.#faded(now) / memory) * 1000 : 0;
  }

  /**
   * Whole seconds until `remaining` more bytes are here, or null while that cannot be said. It counts down with the
   * time, and is drawn towards what the present speed says.
   */
  etaSeconds(remaining: number | null, now: number): number | null {
    const speed = this.speed(now);
    if (remaining === null || speed < 1) {
      this.#eta = null;
      return null;
    }
    const present = remaining / speed;
    const seconds = this.#eta ? this.#drawn(this.#eta, present, now) : present;
    this.#eta = { seconds, at: now };
    return Math.max(0, Math.ceil(seconds));
  }

  #drawn(last: { readonly seconds: number; readonly at: number }, present: number, now: number): number {
    const elapsed = now - last.at;
    const counted = Math.max(0, last.seconds - elapsed / 1000);
    return counted + (present - counted) * (1 - Math.exp(-elapsed / ETA_MEMORY_MS));
  }

  #startAnew(now: number): void {
    this.#startedAt = this.#lastAt = now;
    this.#weighted = 0;
    this.#eta = null;
  }

  #faded(now: number): number {
    return this.#weighted * Math.exp(-(now - this.#lastAt) / SPEED_MEMORY_MS);
  }
}
