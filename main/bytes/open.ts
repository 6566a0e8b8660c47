import { crc32 } from 'node:zlib';
import { SatchelError } from '../contract/errors.ts';
import type { Clock } from '../world/clock.ts';
import type { Disk, DiskFile } from '../world/disk.ts';
import type { Lock } from '../world/lock.ts';
import { decodeJournal, type SealedRecord } from './journal.ts';
import { JournalWriter } from './journal-writer.ts';
import { finalPath, journalPath, PartialFile, type Place, partPath, type Region } from './partial-file.ts';
import { type Piece, PieceMap } from './piece-map.ts';
import { keepingLock, whileLocked } from './place-lock.ts';
import { type Replayed, replay } from './replay.ts';

export interface Surroundings {
  readonly disk: Disk;
  readonly clock: Clock;
}

export interface CreateOptions {
  /** Identity of the download, a ULID. */
  readonly id: string;
  readonly notes: Readonly<Record<string, unknown>>;
  /** The final name may be taken: it is replaced when the download is done. */
  readonly replacing?: boolean;
}

/**
 * Reserves a place by creating its journal exclusively, and makes an empty partial file. Throws `name-conflict` when
 * the name, its journal or its partial file are there, or when another process is just taking them.
 */
export async function createPartialFile(
  { disk, clock }: Surroundings,
  place: Place,
  options: CreateOptions,
): Promise<PartialFile> {
  try {
    return await keepingLock(disk, place, (lock) => createUnderLock({ disk, clock }, place, options, lock));
  } catch (error) {
    if (error instanceof SatchelError && error.code === 'already-running') {
      throw new SatchelError('name-conflict', finalPath(place), { cause: error });
    }
    throw error;
  }
}

async function createUnderLock(
  { disk, clock }: Surroundings,
  place: Place,
  options: CreateOptions,
  lock: Lock,
): Promise<PartialFile> {
  await clearStillborn(disk, place);
  if (!options.replacing) await demandFree(disk, finalPath(place));
  await demandFree(disk, partPath(place));
  const journalFile = await disk.create(journalPath(place));
  const opened: DiskFile[] = [journalFile];
  try {
    const journal = new JournalWriter(journalFile, clock, 0);
    const { id, notes } = options;
    const records = Object.entries(notes).map(([key, value]) => ({ t: 'note', key, value }) as const);
    await journal.append({ t: 'open', v: 1, id, name: place.name }, ...records);
    await journal.sync();
    const part = await disk.create(partPath(place));
    opened.push(part);
    const noteMap = new Map(Object.entries(notes));
    return new PartialFile({
      disk,
      clock,
      place,
      id,
      lock,
      part,
      journal,
      notes: noteMap,
      regions: [],
    });
  } catch (error) {
    for (const file of opened) {
      await file.close().catch(() => {});
      await disk.remove(file.path).catch(() => {});
    }
    throw error;
  }
}

async function demandFree(disk: Disk, path: string): Promise<void> {
  if ((await disk.facts(path)) !== null) throw new SatchelError('name-conflict', path);
}

/**
 * A process killed between creating a journal and making its partial file leaves a journal that knows of no byte. It is
 * ours and worth nothing, so it does not block its name: it is removed, unless somebody is at work on it.
 */
export async function removeStillborn(disk: Disk, place: Place): Promise<void> {
  if (!(await isStillborn(disk, place))) return;
  try {
    await whileLocked(disk, place, () => clearStillborn(disk, place));
  } catch (error) {
    if (!(error instanceof SatchelError) || error.code !== 'already-running') throw error;
  }
}

async function clearStillborn(disk: Disk, place: Place): Promise<void> {
  if (await isStillborn(disk, place)) await disk.remove(journalPath(place));
}

async function isStillborn(disk: Disk, place: Place): Promise<boolean> {
  const journal = await disk.facts(journalPath(place));
  if (journal?.kind !== 'file' || (await disk.facts(partPath(place))) !== null) return false;
  return isBeginning(await disk.readWhole(journalPath(place)));
}

/** What is written before the partial file is made, whole or cut anywhere. */
function isBeginning(bytes: Buffer): boolean {
  const { records, goodLength } = decodeJournal(bytes);
  if (records.length === 0) return isCutBeginning(bytes);
  const first = records.every(({ record }, index) => record.t === (index === 0 ? 'open' : 'note'));
  // A line that is whole and wrong was torn by something else.
  return first && !bytes.subarray(goodLength).includes('\n');
}

const FIRST_RECORD = '{"t":"open",';

/** Nothing, zeros that a power cut left, or the beginning of a first record; anything else is somebody's file. */
function isCutBeginning(bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  if (/^\0*$/.test(text)) return true;
  const [, crc, json = ''] = /^([0-9a-f]{1,8})(?: (.*))?$/.exec(text) ?? [];
  return crc !== undefined && (json.startsWith(FIRST_RECORD) || FIRST_RECORD.startsWith(json));
}

export type Opened =
  | {
      readonly kind: 'open';
      readonly file: PartialFile;
      /** Bytes the journal knew of that were not to be trusted any more. */
      readonly droppedBytes: number;
      /** The partial file was gone, so nothing is left of what the journal knew. */
      readonly partMissing: boolean;
    }
  | {
      readonly kind: 'sealed';
      readonly id: string;
      readonly sealed: SealedRecord;
      readonly notes: ReadonlyMap<string, unknown>;
      readonly lock: Lock;
    };

/**
 * Reopens a download: replays its journal, drops a torn tail, trusts what lies before the last barrier (after a look
 * at the file's size), reads back the rest and drops what does not match its CRC-32. Throws `already-running` when
 * another process has it, `corrupt-journal` when the journal has no readable beginning.
 */
export async function openPartialFile({ disk, clock }: Surroundings, place: Place): Promise<Opened> {
  return keepingLock(disk, place, async (lock) => {
    const journal = await disk.facts(journalPath(place));
    if (journal?.kind !== 'file') throw new SatchelError('corrupt-journal', journalPath(place));
    const text = decodeJournal(await disk.readWhole(journalPath(place)));
    const replayed = replay(text);
    if (!replayed) throw new SatchelError('corrupt-journal', journalPath(place));
    if (replayed.sealed) {
      const { id, sealed, notes } = replayed;
      return { kind: 'sealed', id, sealed, notes, lock };
    }
    const journalFile = await disk.open(journalPath(place));
    let part: DiskFile | null = null;
    try {
      await journalFile.truncate(text.goodLength);
      const partMissing = (await disk.facts(partPath(place))) === null;
      part = await (partMissing ? disk.create(partPath(place)) : disk.open(partPath(place)));
      const writer = new JournalWriter(journalFile, clock, text.goodLength);
      const { regions, droppedBytes } = await recoverRegions(replayed, part, writer);
      const { id, notes } = replayed;
      const file = new PartialFile({
        disk,
        clock,
        place,
        id,
        lock,
        part,
        journal: writer,
        notes,
        regions,
      });
      return { kind: 'open', file, droppedBytes, partMissing };
    } catch (error) {
      await journalFile.close().catch(() => {});
      await part?.close().catch(() => {});
      throw error;
    }
  });
}

async function recoverRegions(replayed: Replayed, part: DiskFile, journal: JournalWriter) {
  const size = await part.size();
  const regions: Region[] = [];
  let droppedBytes = 0;
  for (const { id, offset, length, head, durable, doubtful } of replayed.regions.values()) {
    const have = new PieceMap();
    const twice = claimedTwice([...durable, ...doubtful]);
    const keep = async (piece: Piece, trusted: boolean) => {
      const sound = !twice.has(piece) && (length === null || piece.end <= length);
      const whole = offset + piece.end <= size;
      if (sound && whole && (trusted || (await matches(part, offset, piece)))) return have.add(piece);
      droppedBytes += piece.end - piece.start;
      await journal.append({ t: 'drop', r: id, from: piece.start, n: piece.end - piece.start });
    };
    for (const piece of durable) await keep(piece, true);
    for (const piece of doubtful) await keep(piece, false);
    regions.push({ id, offset, length, head, have });
  }
  // Else a power cut could bring back the word for what was found missing here.
  if (droppedBytes > 0) await journal.sync();
  return { regions, droppedBytes };
}

/** Those that share bytes: which of them is true nobody knows. Only a journal that somebody else has changed has them. */
function claimedTwice(pieces: readonly Piece[]): ReadonlySet<Piece> {
  const found = new Set<Piece>();
  let last: Piece | null = null;
  for (const piece of pieces.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start)) {
    if (last !== null && piece.start < last.end) found.add(last).add(piece);
    if (last === null || piece.end > last.end) last = piece;
  }
  return found;
}

const READ_BACK_BYTES = 1024 * 1024;

async function matches(part: DiskFile, offset: number, piece: Piece): Promise<boolean> {
  let crc = 0;
  for (let at = piece.start; at < piece.end; at += READ_BACK_BYTES) {
    const bytes = await part.read(offset + at, Math.min(READ_BACK_BYTES, piece.end - at));
    crc = crc32(bytes, crc);
  }
  return crc === piece.crc;
}

/** What a journal says, without opening it for work; null where it has no readable beginning. */
export async function readJournal(disk: Disk, place: Place): Promise<Replayed | null> {
  // Opening a pipe of that name would wait for ever.
  if ((await disk.facts(journalPath(place)))?.kind !== 'file') return null;
  return replay(decodeJournal(await disk.readWhole(journalPath(place))));
}
