import { Ramp } from './ramp.ts';

/** A source that refused an extra connection is offered one more after so long. */
const CAP_RESTORE_MS = 30_000;

/** What is seen of a download at one moment. */
export interface Sight {
  /** Monotonic ms. */
  readonly now: number;
  /** Bytes so far, over all connections. */
  readonly received: number;
  /** Connections that get bytes. */
  readonly delivering: number;
  /** How long their answers took to come. */
  readonly answerMs: number;
  /** A speed limit, and not the way or the server, is what sets the speed. */
  readonly limiting: boolean;
}

/** How many connections one source is given: as the user allows, as it has not refused, and as brings gain. */
export class Headcount {
  readonly #allowed: number;
  readonly #ramp: Ramp;
  #cap: number;
  #restoreAt = Number.POSITIVE_INFINITY;

  constructor(allowed: number) {
    this.#allowed = allowed;
    this.#ramp = new Ramp(allowed);
    this.#cap = allowed;
  }

  /** Connections that may ever be open: one where the source sends the file whole only. */
  most(resumable: boolean): number {
    return resumable ? this.#cap : 1;
  }

  /** Connections that may be open now. */
  wanted(resumable: boolean): number {
    return Math.min(this.most(resumable), this.#ramp.allowed);
  }

  see({ now, received, delivering, answerMs, limiting }: Sight): void {
    // Under a limit more connections bring nothing, and what comes says nothing of what would.
    if (limiting) this.#ramp.wait();
    else this.#ramp.observe(now, received, delivering, answerMs);
    if (now >= this.#restoreAt) this.#setCap(Math.min(this.#cap + 1, this.#allowed), now);
  }

  /** An extra connection was refused while `delivering` others had bytes. */
  refused(delivering: number, now: number): void {
    this.#setCap(delivering, now);
  }

  /** From now on no extra connections. */
  stayAlone(): void {
    this.#cap = 1;
    this.#restoreAt = Number.POSITIVE_INFINITY;
  }

  /** The cap comes back one by one. */
  #setCap(cap: number, now: number): void {
    this.#cap = cap;
    this.#restoreAt = now + CAP_RESTORE_MS;
  }
}
