/** One entry is collected in memory up to so many bytes … */
export const ENTRY_BYTES = 16 * 1024 * 1024;
/** … and all of them together up to so many. */
const ALL_BYTES = 64 * 1024 * 1024;

interface Waiting {
  readonly bytes: number;
  readonly who: number;
  readonly ready: () => void;
  readonly giveUp: (reason: unknown) => void;
}

/** Memory for entries that are collected before they have a place, given out in the order of asking. */
export class MemoryBudget {
  #free: number;
  #waiting: Waiting[] = [];

  constructor(bytes = ALL_BYTES) {
    this.#free = bytes;
  }

  /**
   * Resolves when there is room; all that an entry may come to need is taken at once, else all could be stuck. Throws
   * what `leave` is given.
   */
  take(bytes: number, who: number): Promise<void> {
    if (this.#waiting.length === 0 && bytes <= this.#free) {
      this.#free -= bytes;
      return Promise.resolve();
    }
    return new Promise((ready, giveUp) => {
      this.#waiting.push({ bytes, who, ready, giveUp });
    });
  }

  isWaiting(who: number): boolean {
    return this.#waiting.some((each) => each.who === who);
  }

  /** It does not wait any more. */
  leave(who: number, reason: unknown): void {
    for (const each of this.#waiting) if (each.who === who) each.giveUp(reason);
    this.#waiting = this.#waiting.filter((each) => each.who !== who);
    this.giveBack(0);
  }

  giveBack(bytes: number): void {
    this.#free += bytes;
    for (let next = this.#waiting[0]; next && next.bytes <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.bytes;
      next.ready();
    }
  }
}
