/** A table that grows, of eight bytes a number. */
class Column {
  #values = new Float64Array(64);

  get(index: number): number {
    return this.#values[index] as number;
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[index] = value;
  }
}

/** Which bytes of the file each entry takes, by its place in the directory; 25 bytes of memory each. */
export class Spans {
  readonly #starts = new Column();
  readonly #ends = new Column();
  readonly #records = new Column();
  #sharing = new Uint8Array(0);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** `record`: where the directory has it. */
  add(start: number, end: number, record: number): void {
    this.#starts.set(this.#count, start);
    this.#ends.set(this.#count, end);
    this.#records.set(this.#count, record);
    this.#count += 1;
  }

  /** It turned out to end there. */
  endsAt(index: number, end: number): void {
    this.#ends.set(index, end);
  }

  recordOf(index: number): number {
    return this.#records.get(index);
  }

  /** It begins within one before it, as `overlaps` has found. */
  shares(index: number): boolean {
    return this.#sharing[index] === 1;
  }

  /**
   * Entries that begin before all those in front of them have ended, each with the one that reaches furthest; told once.
   * All others are apart from each other: reading those reads no byte twice.
   */
  *overlaps(): Generator<readonly [index: number, other: number]> {
    if (this.#sharing.length !== this.#count) this.#sharing = new Uint8Array(this.#count);
    let furthest = -1;
    for (const index of this.#inOrder()) {
      if (furthest >= 0 && this.#starts.get(index) < this.#ends.get(furthest)) {
        const known = this.shares(index);
        this.#sharing[index] = 1;
        if (!known) yield [index, furthest];
      }
      if (furthest < 0 || this.#ends.get(index) > this.#ends.get(furthest)) furthest = index;
    }
  }

  /** Bytes before `end` that are no entry's. */
  *gaps(end: number): Generator<{ readonly start: number; readonly end: number }> {
    let done = 0;
    for (const index of this.#inOrder()) {
      const start = Math.min(this.#starts.get(index), end);
      if (start > done) yield { start: done, end: start };
      done = Math.max(done, this.#ends.get(index));
    }
    if (done < end) yield { start: done, end };
  }

  #inOrder(): Uint32Array {
    const order = new Uint32Array(this.#count);
    for (let index = 0; index < order.length; index++) order[index] = index;
    return order.sort((a, b) => this.#starts.get(a) - this.#starts.get(b) || a - b);
  }
}
