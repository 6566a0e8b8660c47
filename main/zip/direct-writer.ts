import { crc32 } from 'node:zlib';
import type { Notes, PartialFile, Region } from '../bytes/partial-file.ts';
import { SatchelError } from '../contract/errors.ts';
import { type HeadedEntry, placedEntries, writeDirectory } from './directory.ts';
import { closeHoles } from './holes.ts';
import { Layout, type Slot } from './layout.ts';
import { EntryNote, entryKey, LaneNote, laneKey } from './notes.ts';
import { type EntryFacts, fits, localHeader, localHeaderBytes, METHODS, SPARE_BYTES } from './records.ts';

/** What is known of an entry before its bytes are. */
export type Announced = Pick<EntryFacts, 'name' | 'modified'>;

/** An entry by where it is: the how manieth of its region. */
export interface EntryRef {
  readonly region: number;
  readonly index: number;
}

export interface WholeEntry {
  readonly facts: EntryFacts;
  /** As they go into the ZIP. */
  readonly buffers: readonly Buffer[];
}

const COPY_BYTES = 1024 * 1024;

/**
 * A ZIP as a partial file with many regions: each entry's bytes are written once, at their final place, in any order
 * and by many at once; its local header when they are all there; the central directory at the end. What is where, and
 * which entries are whole, stands in the journal. Ids are the caller's; each is a region.
 */
export class DirectZip {
  readonly file: PartialFile;
  readonly #layout: Layout;
  /** What is whole, by region; several entries where they were written together. */
  readonly #entries = new Map<number, readonly EntryFacts[]>();
  #growing: number | null = null;

  /** With what the journal knows of. Throws `corrupt-journal` where its regions cannot be. */
  static async open(file: PartialFile): Promise<DirectZip> {
    const zip = new DirectZip(file);
    for (const region of [...file.regions]) await zip.#recover(region);
    return zip;
  }

  private constructor(file: PartialFile) {
    this.file = file;
    const regions = [...file.regions];
    this.#layout = layoutOf(regions);
    for (const region of regions) {
      const entries = EntryNote.safeParse(file.note(entryKey(region.id))).data;
      // A power cut may have left the word and taken the bytes.
      if (entries && isWhole(region, entries)) this.#entries.set(region.id, entries);
    }
  }

  /**
   * What a power cut has taken of packed bytes cannot be fetched again alone. What grew at the end can be gone on with,
   * anything else is packed anew.
   */
  async #recover({ id, offset, head, length }: Region): Promise<void> {
    const entries = EntryNote.safeParse(this.file.note(entryKey(id))).data;
    if (this.#entries.has(id)) return;
    if (entries) await this.file.keepNote(entryKey(id), null);
    if (length === null) return;
    const level = LaneNote.safeParse(this.file.note(laneKey(id))).data?.level ?? null;
    if (level !== null) await this.file.placeRegion(id, offset, null, head);
    else if (entries?.some(({ method }) => method !== METHODS.stored) ?? head === 0) await this.release(id);
  }

  /** The entries of a region that is whole, or null. */
  entriesOf(id: number): readonly EntryFacts[] | null {
    return this.#entries.get(id) ?? null;
  }

  /** Bytes of the data area so far. */
  get end(): number {
    return this.#layout.end;
  }

  /** The region that grows at the end; meanwhile there is no place for others. */
  get growing(): number | null {
    return this.#growing;
  }

  /** A place for an entry of `packed` bytes, which are `size` unpacked. */
  async reserve(id: number, entry: Announced, packed: number, size = packed): Promise<Region> {
    this.#demandEnd();
    const head = localHeaderBytes({ ...entry, size, compressedSize: packed });
    const { start } = this.#layout.reserve(id, head + packed);
    await this.#forgetEntry(id);
    return this.file.placeRegion(id, start + head, packed, head);
  }

  /**
   * A place at the end for an entry that may become as long as it likes, or the one it has already; one at a time,
   * until `endGrowth`.
   */
  async grow(id: number, entry: Announced): Promise<Region> {
    this.#demandEnd();
    this.#growing = id;
    const there = this.file.region(id);
    if (!there) {
      const head = localHeaderBytes({ ...entry, size: 0, compressedSize: 0 }) + SPARE_BYTES;
      const { start } = this.#layout.append(id, head);
      await this.#forgetEntry(id);
      return this.file.placeRegion(id, start + head, null, head);
    }
    // Others may have got their places behind it.
    return this.#layout.isLast(id) ? there : this.#moveToEnd(there, there.head);
  }

  /** It does not grow any more: it is whole, or (null) to be gone on with later. */
  async endGrowth(id: number, length: number | null): Promise<void> {
    if (this.#growing !== id) return;
    this.#growing = null;
    const { offset, head, have } = this.file.region(id) as Region;
    this.#layout.resizeLast(id, head + (length ?? have.end));
    if (length !== null) await this.file.placeRegion(id, offset, length, head);
  }

  /** All bytes of a region are there: its local header, and the word that it is whole. */
  async finish(id: number, entry: EntryFacts): Promise<void> {
    const region = this.file.region(id);
    if (region?.length !== entry.compressedSize || !region.have.covers(entry.compressedSize)) {
      throw new SatchelError('internal', `entry ${id} is not whole`);
    }
    const { offset, head } = region;
    await this.file.writeBare([localHeader(entry, head)], offset - head);
    this.#entries.set(id, [entry]);
    await this.file.keepNote(entryKey(id), [entry]);
  }

  /** Writes whole entries in one go, behind one another; `notes` are kept with them. */
  async put(id: number, entries: readonly WholeEntry[], notes: Notes = {}): Promise<void> {
    this.#demandEnd();
    const facts = entries.map((entry) => entry.facts);
    const buffers = entries.flatMap((entry) => [localHeader(entry.facts), ...entry.buffers]);
    // One that is alone may be given another name, so its header is for itself.
    const head = entries.length === 1 ? (buffers[0] as Buffer).length : 0;
    const length = buffers.reduce((sum, one) => sum + one.length, -head);
    const crc = crcOf(head > 0 ? buffers.slice(1) : buffers);
    const { start } = this.#layout.reserve(id, head + length);
    const whole = { id, offset: start + head, length, head, crc };
    await this.file.putRegion(whole, buffers, { ...notes, [entryKey(id)]: facts });
    this.#entries.set(id, facts);
  }

  /** Another name for an entry that is whole and alone in its region. */
  async rename(id: number, name: string): Promise<void> {
    const [entry, ...others] = this.#entries.get(id) ?? [];
    const region = this.file.region(id);
    if (!entry || !region || others.length > 0)
      throw new SatchelError('internal', `no entry ${id} to rename`);
    const renamed = { ...entry, name };
    const least = localHeaderBytes(renamed);
    if (!fits(least, region.head)) {
      this.#demandEnd();
      await this.#moveToEnd(region, least);
    }
    await this.finish(id, renamed);
  }

  /** Takes a region out: its place is free. */
  async release(id: number): Promise<void> {
    if (this.#growing === id) this.#growing = null;
    this.#entries.delete(id);
    // Else its facts would be taken for those of what may come to lie there next.
    const there = this.file.region(id) !== undefined;
    await this.file.giveUpRegion(id, { [entryKey(id)]: null, [laneKey(id)]: null });
    // Whoever has come first has freed its place, and that may be another's by now.
    if (there) this.#layout.release(id);
  }

  /**
   * Closes the gaps and writes the central directory, with these entries in this order; gives the bytes of the whole
   * ZIP. Throws `archive-corrupt` when the disk does not give back what was written.
   */
  async close(order: readonly EntryRef[]): Promise<number> {
    this.#demandEnd();
    await closeHoles(this.file, this.#layout, async (id, hole) => {
      const region = this.file.region(id) as Region;
      await this.#moveTo(region, this.#layout.moveInto(id, hole).start, region.head);
    });
    return writeDirectory(this.file, this.#placedIn(order), this.#layout.end);
  }

  #placedIn(order: readonly EntryRef[]): HeadedEntry[] {
    const placed = new Map<number, readonly HeadedEntry[]>();
    return order.map(({ region, index }) => {
      const entries = placed.get(region) ?? this.#placed(region);
      placed.set(region, entries);
      const entry = entries[index];
      if (!entry) throw new SatchelError('internal', `no entry ${index} in region ${region}`);
      return entry;
    });
  }

  /** A crash may have left the word on an entry whose region was never made. */
  async #forgetEntry(id: number): Promise<void> {
    const stale = [entryKey(id), laneKey(id)].filter((key) => this.file.note(key) != null);
    await this.file.keepNotes(Object.fromEntries(stale.map((key) => [key, null])));
  }

  #placed(id: number): HeadedEntry[] {
    const { offset = 0, head = 0 } = this.file.region(id) ?? {};
    return placedEntries(this.#entries.get(id) ?? [], offset - head, head);
  }

  async #moveToEnd(region: Region, head: number): Promise<Region> {
    const old = this.#layout.slotOf(region.id) as Slot;
    const { start } = this.#layout.append(region.id, head + (region.length ?? region.have.end));
    const moved = await this.#moveTo(region, start, head);
    this.#layout.free(old);
    return moved;
  }

  /** Copies a region to another place, then says so: until that is safe, the old place is the true one. */
  async #moveTo({ id, offset, have, head: before }: Region, start: number, head: number): Promise<Region> {
    const moved = start + head;
    for (let at = head === before ? -head : 0; at < have.end; at += COPY_BYTES) {
      const bytes = await this.file.read(offset + at, Math.min(COPY_BYTES, have.end - at));
      await this.file.writeBare([bytes], moved + at);
    }
    await this.file.moveRegion(id, moved, head);
    return this.file.region(id) as Region;
  }

  #demandEnd(): void {
    if (this.#growing !== null) throw new SatchelError('internal', 'the end of the ZIP is not free');
  }
}

type Span = Pick<Region, 'length' | 'head' | 'have'>;

/** All of it is there, and it is what its entries say. */
export function isWhole({ length, head, have }: Span, entries: readonly EntryFacts[]): boolean {
  const heads = head > 0 ? 0 : entries.reduce((sum, entry) => sum + localHeaderBytes(entry), 0);
  const bytes = entries.reduce((sum, { compressedSize }) => sum + compressedSize, heads);
  if (bytes !== length || !have.covers(length)) return false;
  const [only] = entries;
  return head === 0 || only?.method !== METHODS.stored || only.crc === have.crcOf(length);
}

function layoutOf(regions: readonly Region[]): Layout {
  try {
    return new Layout(
      regions.map(({ id, offset, head, length, have }) => {
        // One of unknown length ends where its bytes end, until it grows on.
        return [id, { start: offset - head, end: offset + (length ?? have.end) }] as const;
      }),
    );
  } catch (error) {
    throw new SatchelError('corrupt-journal', String(error));
  }
}

function crcOf(buffers: readonly Buffer[]): number {
  return buffers.reduce((crc, buffer) => crc32(buffer, crc), 0);
}
