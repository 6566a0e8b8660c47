import { crc32 } from 'node:zlib';
import { readJournal } from '../bytes/open.ts';
import { journalPath, type Place, partPath } from '../bytes/partial-file.ts';
import { PieceMap } from '../bytes/piece-map.ts';
import type { Replayed, ReplayedRegion } from '../bytes/replay.ts';
import { SatchelError } from '../contract/errors.ts';
import type { Disk, DiskFile } from '../world/disk.ts';
import { isWhole } from '../zip/direct-writer.ts';
import { EntryNote, entryKey } from '../zip/notes.ts';
import {
  centralHeader,
  type EntryFacts,
  endOfDirectory,
  localHeader,
  type PlacedEntry,
} from '../zip/records.ts';
import { itemNotes, madeOf, OrderNote, PACKAGE_NOTES } from './package-notes.ts';

export interface OpenedPartial {
  /** Entries written. */
  readonly entries: number;
  /** Items that are not whole yet. */
  readonly left: number;
  /** Of the ZIP written. */
  readonly bytes: number;
}

/** A whole entry, and where its bytes lie in the partial file. */
interface Whole {
  readonly facts: EntryFacts;
  readonly at: number;
  /** Of the bytes as they lie there. */
  readonly crc: number;
}

const COPY_BYTES = 1024 * 1024;
/** A package at work may move an entry between our look at the journal and at the bytes. */
const TRIES = 3;

/**
 * Writes the finished entries of an unfinished package as a ZIP to `out`, which must not exist; the package may be at
 * work meanwhile, and nothing of it is changed. Every byte is compared with its CRC-32 on the way where the journal
 * has one. Throws `not-found`, `corrupt-journal`, `name-conflict`, `archive-corrupt`.
 */
export async function openPartial(disk: Disk, place: Place, out: string): Promise<OpenedPartial> {
  if ((await disk.facts(journalPath(place))) === null)
    throw new SatchelError('not-found', journalPath(place));
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await copyWhole(disk, place, out);
    } catch (thrown) {
      const moved = thrown instanceof SatchelError && thrown.code === 'archive-corrupt';
      if (!moved || attempt === TRIES) throw thrown;
    }
  }
}

async function copyWhole(disk: Disk, place: Place, out: string): Promise<OpenedPartial> {
  const journal = await readJournal(disk, place);
  if (!journal || madeOf(journal.notes) === null)
    throw new SatchelError('corrupt-journal', journalPath(place));
  const whole = wholeEntries(journal);
  const part = await disk.openToRead(partPath(place));
  try {
    const target = await disk.create(out);
    try {
      const bytes = await write(part, target, whole);
      await target.sync();
      await target.close();
      const left = itemNotes(journal.notes).size - whole.length;
      return { entries: whole.length, left: Math.max(0, left), bytes };
    } catch (error) {
      await target.close().catch(() => {});
      await disk.remove(out);
      throw error;
    }
  } finally {
    await part.close();
  }
}

/** In the list's order. */
function wholeEntries(journal: Replayed): Whole[] {
  const items = itemNotes(journal.notes);
  const order = OrderNote.safeParse(journal.notes.get(PACKAGE_NOTES.order)).data ?? [];
  const numbers = new Set([...order, ...[...items.keys()].sort((a, b) => a - b)]);
  return [...numbers].flatMap((number) => {
    const region = journal.regions.get(number);
    const entries = EntryNote.safeParse(journal.notes.get(entryKey(number))).data ?? [];
    const [facts] = entries;
    if (!items.has(number) || !region || !facts) return [];
    const have = haveOf(region);
    const crc = isWhole({ ...region, have }, entries) ? have.crcOf(facts.compressedSize) : null;
    return crc === null ? [] : [{ facts, at: region.offset, crc }];
  });
}

function haveOf({ durable, doubtful }: ReplayedRegion): PieceMap {
  const have = new PieceMap();
  for (const piece of [...durable, ...doubtful]) have.add(piece);
  return have;
}

async function write(part: DiskFile, out: DiskFile, whole: readonly Whole[]): Promise<number> {
  const placed: PlacedEntry[] = [];
  let offset = 0;
  for (const { facts, at, crc } of whole) {
    placed.push({ ...facts, offset });
    const header = localHeader(facts);
    await out.write([header], offset);
    offset += header.length;
    if (crc !== (await copy(part, at, out, offset, facts))) {
      throw new SatchelError('archive-corrupt', facts.name);
    }
    offset += facts.compressedSize;
  }
  const directory = placed.map(centralHeader);
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  const end = endOfDirectory({ entries: placed.length, offset, size });
  await out.write([Buffer.concat([...directory, end])], offset);
  return offset + size + end.length;
}

/** Gives the CRC-32 of what it has copied. */
async function copy(
  part: DiskFile,
  from: number,
  out: DiskFile,
  to: number,
  facts: EntryFacts,
): Promise<number> {
  let crc = 0;
  for (let done = 0; done < facts.compressedSize; ) {
    const bytes = await part.read(from + done, Math.min(COPY_BYTES, facts.compressedSize - done));
    if (bytes.length === 0) throw new SatchelError('archive-corrupt', `${facts.name} is not all there`);
    await out.write([bytes], to + done);
    crc = crc32(bytes, crc);
    done += bytes.length;
  }
  return crc;
}
