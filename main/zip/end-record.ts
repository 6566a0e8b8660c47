import type { Findings } from './findings.ts';
import { type RandomAccess, readUInt64 } from './random-access.ts';
import {
  CENTRAL_BYTES,
  END_BYTES,
  END64_BYTES,
  LOCATOR64_BYTES,
  MAX_16,
  MAX_32,
  SIGNATURES,
} from './records.ts';

/** Where the central directory is. Positions are bytes from the beginning of the file. */
export interface DirectoryPlace {
  readonly fileSize: number;
  readonly start: number;
  /** Where it must have ended: the end records begin here. */
  readonly limit: number;
  /** To be added to every offset: bytes that were put before the ZIP without its knowing. */
  readonly shift: number;
  /** As the end record says. */
  readonly entries: number;
  /** Bytes, as the end record says. */
  readonly size: number;
}

/** The end record's comment may have so many bytes. */
const COMMENT_LIMIT = MAX_16;
/** Of places that look like an end record, so many are looked into: a comment could be full of them. */
const CANDIDATES = 16;

const SIGNATURE = signatureBytes(SIGNATURES.end);

interface Candidate {
  readonly at: number;
  readonly record: Buffer;
  /** Bytes of the file behind its comment; negative where the comment should go on behind the end of the file. */
  readonly behind: number;
}

interface Stated {
  readonly entries: number;
  readonly size: number;
  readonly offset: number;
  readonly limit: number;
}

/** A finding that holds only if this candidate is the one. */
type Remark = Parameters<Findings['add']>;

interface Resolved {
  readonly place: DirectoryPlace;
  readonly remarks: readonly Remark[];
  /** The directory is really there. */
  readonly sound: boolean;
}

/**
 * Finds the end record (APPNOTE 4.3.16), with ZIP64's (4.3.14, 4.3.15) where there is one, and the directory it tells
 * of. Null where there is none; what is wrong is added to the findings either way.
 */
export async function findDirectory(file: RandomAccess, findings: Findings): Promise<DirectoryPlace | null> {
  const fileSize = await file.size();
  const candidates = await candidatesIn(file, fileSize);
  const whole = candidates.filter(({ behind }) => behind === 0);
  const chosen = await choose(file, fileSize, whole.length > 0 ? whole : candidates, whole.length > 0);
  if (chosen === null) {
    findings.add('end-missing', `none in the last ${Math.min(fileSize, END_BYTES + COMMENT_LIMIT)} bytes`);
    return null;
  }
  const { candidate, resolved } = chosen;
  if (whole.length > 1 || candidates.some(({ at }) => at > candidate.at)) {
    findings.add('end-ambiguous', `at bytes ${candidates.map(({ at }) => at).join(', ')}`);
  }
  if (candidate.behind > 0) findings.add('trailing-bytes', `${candidate.behind} bytes`);
  if (candidate.behind < 0)
    findings.add('truncated', `${-candidate.behind} bytes of its comment are missing`);
  for (const remark of resolved.remarks) findings.add(...remark);
  return resolved.place;
}

/** From the end on backwards. */
async function candidatesIn(file: RandomAccess, fileSize: number): Promise<Candidate[]> {
  const from = Math.max(0, fileSize - END_BYTES - COMMENT_LIMIT);
  const tail = await file.read(from, fileSize - from);
  const found: Candidate[] = [];
  for (let at = tail.length; at > 0 && found.length < CANDIDATES; ) {
    at = tail.lastIndexOf(SIGNATURE, at - 1);
    if (at < 0) break;
    const record = tail.subarray(at, at + END_BYTES);
    if (record.length < END_BYTES) continue;
    found.push({ at: from + at, record, behind: tail.length - at - END_BYTES - record.readUInt16LE(20) });
  }
  return found;
}

/** The last one that has a directory. One that ends where the file does is believed even without. */
async function choose(
  file: RandomAccess,
  fileSize: number,
  candidates: readonly Candidate[],
  believed: boolean,
): Promise<{ readonly candidate: Candidate; readonly resolved: Resolved } | null> {
  let first = null;
  for (const candidate of candidates) {
    const resolved = await resolve(file, fileSize, candidate);
    if (resolved.sound) return { candidate, resolved };
    if (believed) first ??= { candidate, resolved };
  }
  return first;
}

async function resolve(file: RandomAccess, fileSize: number, { at, record }: Candidate): Promise<Resolved> {
  const remarks: Remark[] = [];
  const stated = await statedBy(file, at, record, remarks);
  const { entries, size, offset, limit } = stated;
  const where = await locate(file, stated, remarks);
  if (where === null && entries > 0) {
    remarks.push(['directory-damaged', `there is no directory at byte ${offset}`]);
  }
  const { start = limit, shift = 0 } = where ?? {};
  const place = { fileSize, start, limit, shift, entries, size };
  return { place, remarks, sound: where !== null };
}

/** What the end record says, or the one of ZIP64 where its fields are too small. */
async function statedBy(file: RandomAccess, at: number, record: Buffer, remarks: Remark[]): Promise<Stated> {
  const here = record.readUInt16LE(8);
  const small = {
    entries: record.readUInt16LE(10),
    size: record.readUInt32LE(12),
    offset: record.readUInt32LE(16),
  };
  const disks = [record.readUInt16LE(4), record.readUInt16LE(6)];
  if (disks.some((disk) => disk !== 0 && disk !== MAX_16)) {
    remarks.push(['many-volumes', `its end record is on volume ${disks[0]}, its directory on ${disks[1]}`]);
  }
  if (here !== small.entries) {
    remarks.push(['end-wrong', `${here} entries on this volume, ${small.entries} in all`]);
  }
  const big = await end64(file, at, remarks);
  if (!big) {
    if (small.size === MAX_32 || small.offset === MAX_32) {
      remarks.push(['end-wrong', 'it refers to a ZIP64 end record, and there is none']);
    }
    return { ...small, limit: at };
  }
  const limits = { entries: MAX_16, size: MAX_32, offset: MAX_32 };
  for (const field of ['entries', 'size', 'offset'] as const) {
    if (small[field] !== limits[field] && small[field] !== big[field]) {
      remarks.push(['end-wrong', `${field}: ${small[field]}, and ${big[field]} in the ZIP64 end record`]);
    }
  }
  return big;
}

async function end64(file: RandomAccess, end: number, remarks: Remark[]): Promise<Stated | null> {
  if (end < LOCATOR64_BYTES) return null;
  const locator = await file.read(end - LOCATOR64_BYTES, LOCATOR64_BYTES);
  if (locator.readUInt32LE(0) !== SIGNATURES.locator64) return null;
  const behind = end - LOCATOR64_BYTES;
  const said = readUInt64(locator, 8);
  // Where bytes were put before the ZIP, it is where it always is.
  for (const at of new Set([said, behind - END64_BYTES])) {
    if (at < 0 || at + END64_BYTES > behind) continue;
    const record = await file.read(at, END64_BYTES);
    if (record.readUInt32LE(0) !== SIGNATURES.end64) continue;
    checkEnd64(record, locator, behind - at, remarks);
    return {
      entries: readUInt64(record, 32),
      size: readUInt64(record, 40),
      offset: readUInt64(record, 48),
      limit: at,
    };
  }
  remarks.push(['end-wrong', `there is no ZIP64 end record at byte ${said}, where its locator says`]);
  return null;
}

function checkEnd64(record: Buffer, locator: Buffer, room: number, remarks: Remark[]): void {
  const length = readUInt64(record, 4) + 12;
  if (length !== room) {
    remarks.push(['end-wrong', `its ZIP64 end record states ${length} bytes, and there is room for ${room}`]);
  }
  const here = readUInt64(record, 24);
  const all = readUInt64(record, 32);
  if (here !== all) remarks.push(['end-wrong', `ZIP64: ${here} entries on this volume, ${all} in all`]);
  const disks = [record.readUInt32LE(16), record.readUInt32LE(20), locator.readUInt32LE(4)];
  if (disks.some((disk) => disk !== 0) || locator.readUInt32LE(16) > 1) {
    remarks.push(['many-volumes', `its ZIP64 end record names volumes ${disks.join(', ')}`]);
  }
}

/**
 * The directory should end where the end records begin. If it does not, either bytes were put before the ZIP, and all
 * offsets are too small by that, or the end record is wrong.
 */
async function locate(
  file: RandomAccess,
  { entries, size, offset, limit }: Stated,
  remarks: Remark[],
): Promise<{ readonly start: number; readonly shift: number } | null> {
  const atEnd = limit - size;
  const shift = atEnd - offset;
  const empty = entries === 0 && size === 0;
  if (shift === 0 && (empty || (await isAt(file, offset, SIGNATURES.central))))
    return { start: offset, shift };
  if (shift > 0 && empty) return { start: atEnd, shift };
  if (shift !== 0 && (await isAt(file, atEnd, SIGNATURES.central))) {
    if (shift > 0 && !(await knowsItsPlace(file, atEnd, shift))) return { start: atEnd, shift };
    remarks.push(['directory-span', `it is at byte ${atEnd}, and stated at ${offset}`]);
    return { start: atEnd, shift: 0 };
  }
  if (offset < limit && (await isAt(file, offset, SIGNATURES.central))) {
    remarks.push(['directory-span', `${size} bytes from byte ${offset} on, but ${limit - offset} are there`]);
    return { start: offset, shift: 0 };
  }
  return null;
}

/** Its first entry is found where it says, without a shift. */
async function knowsItsPlace(file: RandomAccess, directory: number, shift: number): Promise<boolean> {
  const record = await file.read(directory, CENTRAL_BYTES);
  if (record.length < CENTRAL_BYTES) return false;
  const offset = record.readUInt32LE(42);
  if (offset === MAX_32 || (await isAt(file, offset + shift, SIGNATURES.local))) return false;
  return isAt(file, offset, SIGNATURES.local);
}

async function isAt(file: RandomAccess, position: number, signature: number): Promise<boolean> {
  if (position < 0 || !Number.isSafeInteger(position)) return false;
  return (await file.read(position, 4)).equals(signatureBytes(signature));
}

function signatureBytes(signature: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(signature);
  return bytes;
}
