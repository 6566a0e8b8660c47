import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { SatchelError } from '../contract/errors.ts';
import type { Clock } from '../world/clock.ts';
import type { Disk, DiskFile } from '../world/disk.ts';
import type { Lock } from '../world/lock.ts';
import { BarrierSchedule } from './barriers.ts';
import type { JournalWriter, NewRecord } from './journal-writer.ts';
import { PieceMap } from './piece-map.ts';

export const PART_SUFFIX = '.part';
export const JOURNAL_SUFFIX = '.satchel';

export function roomDetail(needed: number, free: number, folder: string): string {
  return `${needed} bytes are needed, ${free} are free in ${folder}`;
}

/** Where the files of a download lie. `name` is the name it was reserved under. */
export interface Place {
  readonly folder: string;
  readonly name: string;
}

export const partPath = ({ folder, name }: Place): string => join(folder, name + PART_SUFFIX);
export const journalPath = ({ folder, name }: Place): string => join(folder, name + JOURNAL_SUFFIX);
export const finalPath = ({ folder, name }: Place): string => join(folder, name);

/** A span of the partial file that holds one item's bytes. */
export interface Region {
  readonly id: number;
  /** Where it begins in the partial file, in bytes. */
  readonly offset: number;
  /** Bytes, or null while it is open-ended. */
  readonly length: number | null;
  /** Bytes before `offset` kept for what announces them; no part of it. */
  readonly head: number;
  /** What is journaled. */
  readonly have: PieceMap;
}

/** Facts for the journal, by key. */
export type Notes = Readonly<Record<string, unknown>>;

export interface WholeRegion extends Omit<Region, 'have'> {
  readonly length: number;
  readonly crc: number;
}

/** The part of a partial file that receives the bytes of a source. */
export interface Sink {
  /** Resolves when they are kept as safely as they are going to be for now. */
  write(regionId: number, from: number, buffers: readonly Buffer[]): Promise<void>;
  forget(regionId: number): Promise<void>;
}

/** As the journal has it: a region without a head is that of a file that is nothing else. */
function where({ id, offset, length, head }: Omit<Region, 'have'>) {
  return { id, offset, length, ...(head > 0 ? { head } : {}) };
}

export interface PartialFileParts {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly place: Place;
  readonly id: string;
  readonly lock: Lock;
  readonly part: DiskFile;
  readonly journal: JournalWriter;
  readonly notes: ReadonlyMap<string, unknown>;
  readonly regions: readonly Region[];
}

export interface Seal {
  /** The final name, in the same folder. */
  readonly name: string;
  /** Bytes of the whole file. */
  readonly length: number;
  /** Algorithm → lower-case hex, of the whole file. */
  readonly digests: Readonly<Record<string, string>>;
  /** Milliseconds since 1970 for the finished file's mtime, or null to leave it. */
  readonly modified: number | null;
}

/**
 * The bytes of one download so far, at their final offsets, and the journal that vouches for them. Written in any
 * order, by many connections at once; may be killed at any moment. Made and reopened by open.ts. After one failed
 * write it is dead: every later call gives that first error.
 */
export class PartialFile implements Sink {
  readonly place: Place;
  readonly id: string;
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #lock: Lock;
  readonly #part: DiskFile;
  readonly #journal: JournalWriter;
  readonly #notes: Map<string, unknown>;
  readonly #regions: Map<number, Region>;
  readonly #schedule: BarrierSchedule;
  #barrier: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;
  #closed = false;
  /** The folder's entries for both files are on disk for certain. */
  #named = false;

  constructor(parts: PartialFileParts) {
    this.place = parts.place;
    this.id = parts.id;
    this.#disk = parts.disk;
    this.#clock = parts.clock;
    this.#lock = parts.lock;
    this.#part = parts.part;
    this.#journal = parts.journal;
    this.#notes = new Map(parts.notes);
    this.#regions = new Map(parts.regions.map((region) => [region.id, region]));
    this.#schedule = new BarrierSchedule(parts.clock, () => this.barrier());
  }

  /** The newest value kept under `key`, as it was read or written; callers check its shape. */
  note(key: string): unknown {
    return this.#notes.get(key);
  }

  get notes(): ReadonlyMap<string, unknown> {
    return this.#notes;
  }

  async keepNote(key: string, value: unknown): Promise<void> {
    await this.#guarded(() => this.#journal.append(...this.#noteRecords({ [key]: value })));
  }

  async keepNotes(notes: Notes): Promise<void> {
    if (Object.keys(notes).length === 0) return;
    await this.#guarded(() => this.#journal.append(...this.#noteRecords(notes)));
  }

  #noteRecords(notes: Notes): NewRecord[] {
    return Object.entries(notes).map(([key, value]) => {
      this.#notes.set(key, value);
      return { t: 'note', key, value };
    });
  }

  /** What its first failed write threw, if it is dead. */
  get failure(): unknown {
    return this.#failure?.error ?? null;
  }

  region(id: number): Region | undefined {
    return this.#regions.get(id);
  }

  get regions(): Iterable<Region> {
    return this.#regions.values();
  }

  /** Lays out a region, gives an open-ended one its length, or says where one is that has been moved. */
  async placeRegion(id: number, offset: number, length: number | null, head = 0): Promise<Region> {
    const region = { id, offset, length, head, have: this.#regions.get(id)?.have ?? new PieceMap() };
    this.#regions.set(id, region);
    await this.#guarded(() => this.#journal.append({ t: 'region', ...where(region) }));
    return region;
  }

  /**
   * Lays out a region and writes all of it, with what announces it, in one go. `buffers` begin with the `head` bytes;
   * `crc` is of what follows them.
   */
  async putRegion(put: WholeRegion, buffers: readonly Buffer[], notes: Notes = {}): Promise<Region> {
    const { id, offset, length, head, crc } = put;
    const region = { id, offset, length, head, have: new PieceMap() };
    this.#regions.set(id, region);
    await this.#guarded(async () => {
      await this.#part.write(buffers, offset - head);
      // Notes first: of a region that they say nothing of, something else would be believed.
      const records: NewRecord[] = [...this.#noteRecords(notes), { t: 'region', ...where(region) }];
      if (length > 0) records.push({ t: 'piece', r: id, from: 0, n: length, crc });
      await this.#journal.append(...records);
      region.have.add({ start: 0, end: length, crc });
    });
    this.#schedule.wrote(head + length);
    return region;
  }

  /** Nothing lies there any more: what comes next may be written over it as soon as this resolves. */
  async giveUpRegion(id: number, notes: Notes = {}): Promise<void> {
    if (!this.#regions.delete(id)) return;
    await this.#guarded(async () => {
      await this.#journal.append({ t: 'gone', r: id }, ...this.#noteRecords(notes));
      // Else a power cut could bring back its word for bytes that were overwritten.
      await this.#journal.sync();
    });
  }

  /** Says where a region's bytes are now that they have been copied; where they were is free when this resolves. */
  async moveRegion(id: number, offset: number, head: number): Promise<void> {
    const length = this.#regions.get(id)?.length ?? null;
    await this.barrier();
    await this.placeRegion(id, offset, length, head);
    await this.#guarded(() => this.#journal.sync());
  }

  /** Writes what no piece vouches for, because it can be told from the notes; `at` counts from the file's start. */
  async writeBare(buffers: readonly Buffer[], at: number): Promise<void> {
    await this.#guarded(() => this.#part.write(buffers, at));
  }

  async truncate(size: number): Promise<void> {
    await this.#guarded(() => this.#part.truncate(size));
  }

  /**
   * Writes `buffers` at byte `from` of a region, then journals them with their CRC-32: a record never precedes its
   * bytes. Resolves when both are in their files, which a killed process survives and a power cut may not. `notes` go
   * with the record, before it.
   */
  async write(regionId: number, from: number, buffers: readonly Buffer[], notes: Notes = {}): Promise<void> {
    const region = this.#regions.get(regionId);
    if (!region) throw new SatchelError('internal', `no region ${regionId}`);
    let crc = 0;
    let size = 0;
    for (const buffer of buffers) {
      crc = crc32(buffer, crc);
      size += buffer.length;
    }
    if (size === 0) return;
    if (region.length !== null && from + size > region.length) {
      throw new SatchelError('internal', `bytes ${from}-${from + size} lie outside region ${regionId}`);
    }
    await this.#guarded(async () => {
      await this.#part.write(buffers, region.offset + from);
      const piece: NewRecord = { t: 'piece', r: regionId, from, n: size, crc };
      await this.#journal.append(...this.#noteRecords(notes), piece);
      region.have.add({ start: from, end: from + size, crc });
    });
    this.#schedule.wrote(size);
  }

  /** Forgets the bytes of a region, or its pieces from one that begins at or behind `from`: they are to come anew. */
  async forget(regionId: number, from = 0): Promise<void> {
    this.#regions.get(regionId)?.have.cut(from);
    await this.#guarded(async () => {
      await this.#journal.append({ t: 'drop', r: regionId, from, n: null });
      // Else a power cut could bring back the old pieces' word for bytes that were overwritten.
      await this.#journal.sync();
    });
  }

  /** Makes everything journaled so far safe from a power cut. */
  async barrier(): Promise<void> {
    while (this.#barrier !== null) await this.#barrier;
    if (this.#closed) return;
    this.#barrier = this.#guarded(() => this.#raiseBarrier());
    try {
      await this.#barrier;
    } finally {
      this.#barrier = null;
    }
  }

  async #raiseBarrier(): Promise<void> {
    const startedAt = this.#clock.monotonic();
    this.#schedule.started();
    await this.#journal.flushed();
    // Only what is in the journal now has its bytes under the coming fsync; later records have to wait for the next.
    const upTo = this.#journal.length;
    await this.#part.sync();
    await this.#journal.append({ t: 'barrier', upTo });
    await this.#journal.sync();
    // A name that is not on disk yet would lose all that the barrier makes safe.
    if (!this.#named) await this.#disk.syncFolder(this.place.folder);
    this.#named = true;
    this.#schedule.ended(startedAt);
    await this.#demandRoom();
  }

  /** Stops while the disk still has some room, when what is missing will not fit: others live there too. */
  async #demandRoom(): Promise<void> {
    const { folder } = this.place;
    const missing = [...this.#regions.values()].reduce(
      (sum, { length, have }) => sum + Math.max(0, (length ?? 0) - have.bytes),
      0,
    );
    const free = await this.#disk.freeBytes(folder);
    if (missing > free) throw new SatchelError('disk-full', roomDetail(missing, free, folder));
  }

  /** Reads back bytes of the partial file, for a checksum; `from` counts from the file's start. */
  read(from: number, length: number): Promise<Buffer> {
    return this.#part.read(from, length);
  }

  /** The last record: the file is whole and on disk. Nothing can be written afterwards. */
  async seal({ name, length, digests, modified }: Seal): Promise<void> {
    while (this.#barrier !== null) await this.#barrier;
    await this.#guarded(async () => {
      await this.#journal.flushed();
      const size = await this.#part.size();
      if (size > length) await this.#part.truncate(length);
      const there = await this.#disk.facts(partPath(this.place));
      if (size < length || there?.size !== length) {
        throw new SatchelError('disk-error', `${partPath(this.place)} was cut or taken away by somebody`);
      }
      if (modified !== null) await this.#part.setModified(modified);
      await this.#part.sync();
      await this.#journal.append({ t: 'sealed', name, length, digests: { ...digests } });
      await this.#journal.sync();
    });
    await this.#closeFiles();
  }

  /** Lets go of the files, with a barrier first unless it is dead. The download can be opened again. */
  async close(): Promise<void> {
    try {
      if (!this.#failure) await this.barrier();
    } finally {
      await this.#closeFiles();
      await this.#lock.release();
    }
  }

  /** For commit.ts: the sealed file has its final name and its journal is gone. */
  releaseLock(): Promise<void> {
    return this.#lock.release();
  }

  async #closeFiles(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#schedule.stop();
    // Writes under way must not meet a closed descriptor, whose number another file may already have.
    await this.#journal.flushed().catch(() => {});
    await this.#part.close();
    await this.#journal.close();
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#failure) throw this.#failure.error;
    if (this.#closed) throw new SatchelError('internal', 'the partial file is closed');
    try {
      return await work();
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }
}
