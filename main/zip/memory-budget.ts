/** One entry is collected in memory up to so many bytes … */
export const ENTRY_BYTES = 16 * 1024 * 1024;
/** … and all of them together up to so many. */
const ALL_BYTES = 64 * 1024 * 1024;

/** Memory for entries that are collected before they have a place, given out in the order of asking. */
export class MemoryBudget {
  #free: number;
  #waiting: { readonly bytes: number; readonly ready: () => void }[] = [];

  constructor(bytes = ALL_BYTES) {
    this.#free = bytes;
  }

  /** Resolves when there is room; all that an entry may come to need is taken at once, else all could be stuck. */
  take(bytes: number): Promise<void> {
    if (this.#waiting.length === 0 && bytes <= this.#free) {
      this.#free -= bytes;
      return Promise.resolve();
    }
    return new Promise((ready) => {
      this.#waiting.push({ bytes, ready });
    });
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
