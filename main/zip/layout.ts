/** A span of the ZIP's data area: a local header and what follows it. */
export interface Slot {
  readonly start: number;
  readonly end: number;
}

/** The least that an entry nobody lists can be: a local header with a name of one letter. */
export const SMALLEST_FILLER = 31;

/**
 * Who has which bytes of the data area. New slots lie at its end, or in a hole that they fill exactly or leave room in
 * for a filler. Pure bookkeeping.
 */
export class Layout {
  readonly #taken = new Map<number, Slot>();
  /** In order of their place; no two touch, none reaches the end. */
  #holes: Slot[] = [];
  #end = 0;

  /** With the slots that are there, by the id of what lies in them; they do not overlap. */
  constructor(slots: Iterable<readonly [number, Slot]> = []) {
    const inOrder = [...slots].sort(([, a], [, b]) => a.start - b.start);
    for (const [id, slot] of inOrder) {
      if (slot.start < this.#end) throw new RangeError(`slot ${id} at ${slot.start} lies in another`);
      if (slot.start > this.#end) this.#holes.push({ start: this.#end, end: slot.start });
      this.#taken.set(id, slot);
      this.#end = slot.end;
    }
  }

  /** Where the data area ends. */
  get end(): number {
    return this.#end;
  }

  get holes(): readonly Slot[] {
    return this.#holes;
  }

  slotOf(id: number): Slot | undefined {
    return this.#taken.get(id);
  }

  /** Those behind `position`, the last one first. */
  behind(position: number): [number, Slot][] {
    return [...this.#taken]
      .filter(([, { start }]) => start > position)
      .sort(([, a], [, b]) => b.start - a.start);
  }

  /** A slot of `bytes`, in a hole where one serves. */
  reserve(id: number, bytes: number): Slot {
    const at = this.#holes.findIndex((hole) => serves(hole, bytes));
    return at < 0 ? this.append(id, bytes) : this.#fillHole(id, at, bytes);
  }

  /** A slot at the end, whatever holes there are. */
  append(id: number, bytes: number): Slot {
    const slot = { start: this.#end, end: this.#end + bytes };
    this.#taken.set(id, slot);
    this.#end = slot.end;
    return slot;
  }

  /** The last slot turns out to need so many bytes. */
  resizeLast(id: number, bytes: number): Slot {
    const slot = this.#taken.get(id);
    if (slot?.end !== this.#end) throw new RangeError(`slot ${id} is not the last`);
    const resized = { start: slot.start, end: slot.start + bytes };
    this.#taken.set(id, resized);
    this.#end = resized.end;
    return resized;
  }

  isLast(id: number): boolean {
    return this.#taken.get(id)?.end === this.#end;
  }

  /** Puts what has a slot behind a hole into it; gives where it is now. What it leaves is free. */
  moveInto(id: number, hole: Slot): Slot {
    const old = this.#taken.get(id) as Slot;
    const at = this.#holes.findIndex(({ start }) => start === hole.start);
    const slot = this.#fillHole(id, at, old.end - old.start);
    this.#addHole(old);
    return slot;
  }

  release(id: number): void {
    const slot = this.#taken.get(id);
    if (!slot) return;
    this.#taken.delete(id);
    this.#addHole(slot);
  }

  /** What has moved to another slot needs this one no more. */
  free(slot: Slot): void {
    this.#addHole(slot);
  }

  #fillHole(id: number, at: number, bytes: number): Slot {
    const hole = this.#holes[at] as Slot;
    const slot = { start: hole.start, end: hole.start + bytes };
    const rest = slot.end < hole.end ? [{ start: slot.end, end: hole.end }] : [];
    this.#holes.splice(at, 1, ...rest);
    this.#taken.set(id, slot);
    return slot;
  }

  #addHole(slot: Slot): void {
    const before = this.#holes.find(({ end }) => end === slot.start);
    const after = this.#holes.find(({ start }) => start === slot.end);
    const hole = { start: before?.start ?? slot.start, end: after?.end ?? slot.end };
    const others = this.#holes.filter((each) => each !== before && each !== after);
    if (hole.end === this.#end) {
      this.#end = hole.start;
      this.#holes = others;
    } else {
      this.#holes = [...others, hole].sort((a, b) => a.start - b.start);
    }
  }
}

/** What is left must be nothing, or enough to be a filler. */
export function serves(hole: Slot, bytes: number): boolean {
  const rest = hole.end - hole.start - bytes;
  return rest === 0 || rest >= SMALLEST_FILLER;
}
