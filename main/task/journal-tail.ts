import { setImmediate as turn } from 'node:timers/promises';
import { decodeJournal, type JournalRecord } from '../bytes/journal.ts';
import { journalPath } from '../bytes/partial-file.ts';
import type { Disk } from '../world/disk.ts';
import { regionOfEntry } from '../zip/notes.ts';
import type { OwnPlace } from './record.ts';

export type Span = readonly [start: number, end: number];

/** Read at once: what is decoded in one go must not hold up everything else. */
const READ_BYTES = 64 * 1024;

/** One after the other, with everything else in between. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when it is the caller's turn, until it waits again. */
  next(): Promise<void> {
    this.#last = this.#last.then(() => turn());
    return this.#last;
  }
}

interface Placed {
  offset: number;
  length: number | null;
  head: number;
  /** As journaled, in the order they came: what is dropped is whole pieces. */
  pieces: Span[];
  /** The same in order, joined where they touch. */
  spans: Span[];
}

/** A journal as far as it has been read, by the place where it lies. */
export class JournalTail {
  readonly #path: string;
  readonly #id: string;
  readonly #regions = new Map<number, Placed>();
  /** Regions of a ZIP whose entries are whole: what announces them is written too. */
  readonly #announced = new Set<number>();
  /** Which file it is: another one may have come under the name. */
  #file: string | null = null;
  #at = 0;
  /** The first record is that of the download meant. */
  #ours = false;
  #reading: Promise<void> | null = null;

  constructor(place: OwnPlace) {
    this.#path = journalPath(place);
    this.#id = place.journalId;
  }

  /** Where the last region ends. */
  get end(): number {
    let end = 0;
    for (const { offset, length, spans } of this.#regions.values()) {
      end = Math.max(end, offset + (length ?? spans.at(-1)?.[1] ?? 0));
    }
    return end;
  }

  /** Of the whole file, in order. */
  get spans(): Span[] {
    const all: Span[] = [];
    for (const [id, { offset, head, spans }] of this.#regions) {
      if (head > 0 && this.#announced.has(id)) all.push([offset - head, offset]);
      for (const [start, end] of spans) all.push([offset + start, offset + end]);
    }
    return all.sort(([a], [b]) => a - b);
  }

  /** Reads what has been added. A journal that is gone, or not to be read, says nothing. */
  catchUp(disk: Disk, turns: Turns): Promise<void> {
    this.#reading ??= this.#catchUp(disk, turns)
      .catch(() => this.#forget(null))
      .finally(() => {
        this.#reading = null;
      });
    return this.#reading;
  }

  async #catchUp(disk: Disk, turns: Turns): Promise<void> {
    const facts = await disk.facts(this.#path);
    // Opening a pipe of that name would wait for ever.
    const file = facts?.kind === 'file' ? facts : null;
    if (file === null || file.id !== this.#file || file.size < this.#at) this.#forget(file?.id ?? null);
    if (file !== null && file.size > this.#at) await this.#read(disk, turns);
  }

  #forget(file: string | null): void {
    this.#file = file;
    this.#at = 0;
    this.#ours = false;
    this.#regions.clear();
    this.#announced.clear();
  }

  async #read(disk: Disk, turns: Turns): Promise<void> {
    const file = await disk.openToRead(this.#path);
    try {
      for (let size = READ_BYTES; ; ) {
        const bytes = await file.read(this.#at, size);
        await turns.next();
        const { records, goodLength } = decodeJournal(bytes);
        for (const { record } of records) this.#apply(record);
        this.#at += goodLength;
        // Behind a line that is whole and wrong nothing is believed.
        if (bytes.length < size || (goodLength === 0 && bytes.includes('\n'))) return;
        // A line may be longer than what was read.
        size = goodLength === 0 ? size * 2 : READ_BYTES;
      }
    } finally {
      await file.close();
    }
  }

  #apply(record: JournalRecord): void {
    if (record.t === 'open') this.#ours = record.id === this.#id;
    if (!this.#ours) return;
    if (record.t === 'region') {
      const before = this.#regions.get(record.id);
      const { pieces, spans } = before ?? { pieces: [], spans: [] };
      const { offset, length, head = 0 } = record;
      // The bytes have moved, what announces them has not.
      if (before && before.offset !== offset) this.#announced.delete(record.id);
      this.#regions.set(record.id, { offset, length, head, pieces, spans });
    } else if (record.t === 'piece') {
      const region = this.#regions.get(record.r);
      const piece: Span = [record.from, record.from + record.n];
      region?.pieces.push(piece);
      if (region) addSpan(region.spans, piece);
    } else if (record.t === 'gone') {
      this.#regions.delete(record.r);
    } else if (record.t === 'drop') {
      const region = this.#regions.get(record.r);
      const end = record.n === null ? Number.POSITIVE_INFINITY : record.from + record.n;
      if (region) drop(region, record.from, end);
    } else if (record.t === 'note') {
      const region = regionOfEntry(record.key);
      if (region !== null && record.value !== null) this.#announced.add(region);
      else if (region !== null) this.#announced.delete(region);
    }
  }
}

/** Every piece that touches `[from, to)` is void. */
function drop(region: Placed, from: number, to: number): void {
  region.pieces = region.pieces.filter(([start, end]) => end <= from || start >= to);
  region.spans = [];
  for (const piece of region.pieces) addSpan(region.spans, piece);
}

/** In its place among the others, and joined with what it touches. */
function addSpan(spans: Span[], [start, end]: Span): void {
  // Most come behind one of the last.
  let at = spans.length;
  while (at > 0 && (spans[at - 1] as Span)[0] > start) at -= 1;
  let from = start;
  let to = end;
  let first = at;
  const before = spans[at - 1];
  if (before !== undefined && before[1] >= start) {
    first -= 1;
    from = before[0];
    to = Math.max(end, before[1]);
  }
  while (at < spans.length && (spans[at] as Span)[0] <= to) {
    to = Math.max(to, (spans[at] as Span)[1]);
    at += 1;
  }
  spans.splice(first, at - first, [from, to]);
}
