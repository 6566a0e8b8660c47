/** A step is judged after all its connections have delivered for three times as long as an answer takes to come … */
const MEASURE_ANSWERS = 3;
/** … so that a far-off server's connections are up to speed, but within these bounds. */
const MEASURE_LEAST_MS = 150;
const MEASURE_MOST_MS = 2000;
/** Twice the connections must bring at least this much more, or the step is taken back. */
const GAIN = 1.25;
/** After a step in vain the next is tried this much later, then twice as late, and so on. */
const FIRST_REST_MS = 3000;

/**
 * Slow start: 1 → 2 → 4 → 8 connections while each step brings gain. Time is an argument, monotonic ms; bytes are all
 * that were received so far, over all connections.
 */
export class Ramp {
  readonly #most: number;
  #allowed = 1;
  #previousRate = 0;
  #window: { since: number; bytes: number } | null = null;
  #restMs = FIRST_REST_MS;
  #restUntil = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Connections that may be open now. */
  get allowed(): number {
    return this.#allowed;
  }

  /** What is seen now: `delivering` connections get bytes; their answers took `answerMs` to come. */
  observe(now: number, bytes: number, delivering: number, answerMs: number): void {
    if (delivering < this.#allowed || this.#allowed >= this.#most || now < this.#restUntil) {
      this.#window = null;
      return;
    }
    this.#window ??= { since: now, bytes };
    const elapsed = now - this.#window.since;
    if (elapsed < Math.min(MEASURE_MOST_MS, Math.max(MEASURE_LEAST_MS, MEASURE_ANSWERS * answerMs))) return;
    this.#judge(now, ((bytes - this.#window.bytes) / elapsed) * 1000);
    this.#window = null;
  }

  /** What is measured now would say nothing: the present step is judged later. */
  wait(): void {
    this.#window = null;
  }

  #judge(now: number, rate: number): void {
    if (rate >= this.#previousRate * GAIN) {
      this.#previousRate = rate;
      this.#allowed = Math.min(this.#most, this.#allowed * 2);
      return;
    }
    this.#allowed = Math.max(1, Math.ceil(this.#allowed / 2));
    this.#previousRate = 0;
    this.#restUntil = now + this.#restMs;
    this.#restMs *= 2;
  }
}
