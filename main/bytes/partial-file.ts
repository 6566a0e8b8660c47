import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { SatchelError } from '../contract/errors.ts';
import type { Clock } from '../world/clock.ts';
import type { Disk, DiskFile } from '../world/disk.ts';
import type { Lock } from '../world/lock.ts';
import { BarrierSchedule } from './barriers.ts';
import type { JournalWriter } from './journal-writer.ts';
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
  /** What is journaled. */
  readonly have: PieceMap;
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
export class PartialFile {
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

  async keepNote(key: string, value: unknown): Promise<void> {
    this.#notes.set(key, value);
    await this.#guarded(() => this.#journal.append({ t: 'note', key, value }));
  }

  region(id: number): Region | undefined {
    return this.#regions.get(id);
  }

  /** Lays out a region, or gives an open-ended one its length. */
  async placeRegion(id: number, offset: number, length: number | null): Promise<Region> {
    const region = { id, offset, length, have: this.#regions.get(id)?.have ?? new PieceMap() };
    this.#regions.set(id, region);
    await this.#guarded(() => this.#journal.append({ t: 'region', id, offset, length }));
    return region;
  }

  /**
   * Writes `buffers` at byte `from` of a region, then journals them with their CRC-32: a record never precedes its
   * bytes. Resolves when both are in their files, which a killed process survives and a power cut may not.
   */
  async write(regionId: number, from: number, buffers: readonly Buffer[]): Promise<void> {
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
      await this.#journal.append({ t: 'piece', r: regionId, from, n: size, crc });
      region.have.add({ start: from, end: from + size, crc });
    });
    this.#schedule.wrote(size);
  }

  /** Forgets every byte of a region: its source cannot be resumed. */
  async forget(regionId: number): Promise<void> {
    this.#regions.get(regionId)?.have.clear();
    await this.#guarded(async () => {
      await this.#journal.append({ t: 'drop', r: regionId, from: 0, n: null });
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
