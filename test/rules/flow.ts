interface Seen {
  readonly at: number;
  readonly received: number;
}

/** What a download has journaled, and when (real time, ms). */
export class Flow {
  readonly #seen: Seen[] = [];
  readonly #waiting = new Set<() => void>();

  readonly onJournaled = (received: number): void => {
    this.#seen.push({ at: performance.now(), received });
    for (const look of this.#waiting) look();
  };

  get last(): Seen {
    return this.#seen.at(-1) ?? { at: performance.now(), received: 0 };
  }

  /** What is there at the first record of which `condition` holds. */
  until(condition: (now: Seen) => boolean): Promise<Seen> {
    const { promise, resolve } = Promise.withResolvers<Seen>();
    const look = () => {
      const { last } = this;
      if (this.#seen.length === 0 || !condition(last)) return;
      this.#waiting.delete(look);
      resolve(last);
    };
    this.#waiting.add(look);
    look();
    return promise;
  }

  /** The first record that is `ms` or more from now. */
  after(ms: number): Promise<Seen> {
    const from = performance.now();
    return this.until(({ at }) => at >= from + ms);
  }

  /** Bytes from one moment to a later one. */
  between(from: number, to: number): number {
    return this.#at(to) - this.#at(from);
  }

  /** The largest deviation from `bytes` of what came in `ms`, over all such windows since `from`. */
  worst(bytes: number, ms: number, from: number): number {
    const starts = this.#seen.filter(({ at }) => at >= from && at + ms <= this.last.at);
    const off = starts.map(({ at }) => this.between(at, at + ms) - bytes);
    return off.reduce((worst, each) => (Math.abs(each) > Math.abs(worst) ? each : worst), 0);
  }

  #at(moment: number): number {
    let [low, high] = [0, this.#seen.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#seen[middle]?.at ?? 0) <= moment) low = middle + 1;
      else high = middle;
    }
    return this.#seen[low - 1]?.received ?? 0;
  }
}
