import { isUtf8 } from 'node:buffer';
import { Entry as DatedEntry, type ExtraField, getFileNameLowLevel, parseExtraFields } from 'yauzl';
import type { DirectoryPlace } from './end-record.ts';
import { type RandomAccess, readUInt64, Window } from './random-access.ts';
import {
  CENTRAL_BYTES,
  EXTRAS,
  FLAG_UTF8,
  isFolder,
  MAX_16,
  MAX_32,
  METHODS,
  SIGNATURES,
} from './records.ts';

/*
 * The walk over the directory is our own. yauzl gives up the whole ZIP at the first odd entry, believes the number of
 * entries and looks neither at the directory's length nor at what local headers say: right for one who unpacks, of no
 * use to one who wants to say what is wrong. What it knows about names, extra fields and dates serves here too.
 */

export const FLAG_ENCRYPTED = 0x0001;
export const FLAG_DESCRIPTOR = 0x0008;
/** Strong encryption, and local headers whose values are masked. */
export const FLAG_STRONG = 0x0040;
export const FLAG_MASKED = 0x2000;

/** An entry as the central directory has it (APPNOTE 4.3.12). Nothing of it is to be trusted. */
export interface ZipEntry {
  /** Place in the directory, from 0. */
  readonly index: number;
  /** UTF-8 with flag bit 11, else from Info-ZIP's Unicode path (0x7075), else what it seems to be, else CP 437. */
  readonly name: string;
  readonly rawName: Buffer;
  /** Its bytes are what its flags say: UTF-8, or anything. */
  readonly nameIsSound: boolean;
  /** 0 stored, 8 deflated, others APPNOTE 4.4.5. */
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  /** Bytes, unpacked. */
  readonly size: number;
  readonly compressedSize: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** `modified` is from an extra field, and not from the DOS time. */
  readonly dated: boolean;
  /** As DOS has it: date in the upper half. */
  readonly dosTime: number;
  /** As Unix has it, type bits included; 0 where it was not made there. */
  readonly mode: number;
  /** Of its local header, from the beginning of the file. */
  readonly offset: number;
  /** The volume that it is on; 0 where there is only one. */
  readonly volume: number;
  readonly encrypted: boolean;
  readonly folder: boolean;
  /** Why its extra fields, or what they should say, cannot be read. */
  readonly extraFault: string | null;
  /** Where its record in the directory begins. */
  readonly position: number;
  /** Where the next one would begin. */
  readonly next: number;
}

/** Read of the directory at once; more than a record can have. */
const DIRECTORY_AHEAD = 1024 * 1024;

/** The entries of a directory, as far as it can be read; how many it says there are counts for nothing. */
export async function* entriesOf(file: RandomAccess, place: DirectoryPlace): AsyncGenerator<ZipEntry> {
  const window = new Window(file, DIRECTORY_AHEAD);
  let position = place.start;
  for (let index = 0; ; index++) {
    const entry = await entryAt(window, place, position, index);
    if (entry === null) return;
    position = entry.next;
    yield entry;
  }
}

/** The entry whose record is at `position` of the file, or null where there is no whole record. */
export async function entryAt(
  file: Pick<RandomAccess, 'read'>,
  place: DirectoryPlace,
  position: number,
  index: number,
): Promise<ZipEntry | null> {
  if (position + CENTRAL_BYTES > place.limit) return null;
  const head = await file.read(position, CENTRAL_BYTES);
  if (head.length < CENTRAL_BYTES || head.readUInt32LE(0) !== SIGNATURES.central) return null;
  const lengths = [head.readUInt16LE(28), head.readUInt16LE(30), head.readUInt16LE(32)] as const;
  const next = position + CENTRAL_BYTES + lengths[0] + lengths[1] + lengths[2];
  if (next > place.limit) return null;
  // A copy: the entry outlives what the window holds.
  const record = Buffer.from(await file.read(position, next - position));
  if (record.length < next - position) return null;
  return { ...decode(record, lengths, place.shift), index, position, next };
}

type Decoded = Omit<ZipEntry, 'index' | 'position' | 'next'>;

const UNIX_HOSTS = [3, 19];

function decode(record: Buffer, [nameBytes, extraBytes]: readonly number[], shift: number): Decoded {
  const afterName = CENTRAL_BYTES + (nameBytes as number);
  const rawName = record.subarray(CENTRAL_BYTES, afterName);
  const extra = extraFieldsIn(record.subarray(afterName, afterName + (extraBytes as number)));
  const flags = record.readUInt16LE(8);
  const sizes = big(extra.fields, [
    record.readUInt32LE(24),
    record.readUInt32LE(20),
    record.readUInt32LE(42),
  ]);
  const onUnix = UNIX_HOSTS.includes(record.readUInt8(5));
  const name = nameFrom(rawName, flags, extra.fields, onUnix);
  const method = record.readUInt16LE(10);
  // ZIP64 may have it in its extra field, last.
  const volume = record.readUInt16LE(34);
  const dosTime = record.readUInt32LE(12);
  return {
    name,
    rawName,
    nameIsSound: (flags & FLAG_UTF8) === 0 || isUtf8(rawName),
    method,
    flags,
    crc: record.readUInt32LE(16),
    size: sizes.values[0] as number,
    compressedSize: sizes.values[1] as number,
    modified: modifiedAt(extra.fields, dosTime),
    dated: isDated(extra.fields),
    dosTime,
    mode: onUnix ? record.readUInt16LE(40) : 0,
    offset: (sizes.values[2] as number) + shift,
    volume: volume === MAX_16 ? 0 : volume,
    encrypted: (flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED)) !== 0,
    folder: isFolder(name),
    extraFault: extra.fault ?? (sizes.missing ? 'it has no ZIP64 sizes, though it refers to them' : null),
  };
}

/**
 * A name's text. Unix programs often write UTF-8 without saying so (zip in the C locale, macOS): `perhapsUtf8` takes for
 * it what is it, since hardly anything else happens to be.
 */
export function nameFrom(
  raw: Buffer,
  flags: number,
  fields: readonly ExtraField[],
  perhapsUtf8: boolean,
): string {
  const utf8 = perhapsUtf8 && isUtf8(raw) ? FLAG_UTF8 : 0;
  return getFileNameLowLevel(flags | utf8, raw, [...fields], true);
}

/** What can be read of extra fields, and why not all. */
export function extraFieldsIn(bytes: Buffer): {
  readonly fields: readonly ExtraField[];
  readonly fault: string | null;
} {
  try {
    return { fields: parseExtraFields(bytes), fault: null };
  } catch (thrown) {
    return { fields: [], fault: (thrown as Error).message };
  }
}

/** Fields that say "see ZIP64" replaced by what stands there, in this order (APPNOTE 4.5.3). */
export function big(
  fields: readonly ExtraField[],
  small: readonly number[],
): { readonly values: readonly number[]; readonly missing: boolean } {
  const data = fields.find(({ id }) => id === EXTRAS.zip64)?.data;
  let at = 0;
  let missing = false;
  const values = small.map((value) => {
    if (value !== MAX_32) return value;
    if (data === undefined || at + 8 > data.length) {
      // A file of exactly so many bytes needs no ZIP64 for archiver and others.
      missing = data !== undefined;
      return value;
    }
    at += 8;
    return readUInt64(data, at - 8);
  });
  return { values, missing };
}

/** From the extended timestamp or NTFS's, else DOS's, which is local time. */
export function modifiedAt(extraFields: readonly ExtraField[], dosTime: number): number {
  const entry = Object.assign(new DatedEntry(), {
    extraFields: [...extraFields],
    lastModFileTime: dosTime & 0xffff,
    lastModFileDate: dosTime >>> 16,
  });
  return entry.getLastModDate({}).getTime();
}

const NTFS_TIMES = 0x000a;

export const isDated = (fields: readonly ExtraField[]) =>
  fields.some(({ id }) => id === EXTRAS.timestamp || id === NTFS_TIMES);

const METHOD_NAMES: Readonly<Record<number, string>> = {
  [METHODS.stored]: 'stored',
  [METHODS.deflated]: 'deflated',
  1: 'shrunk',
  6: 'imploded',
  9: 'deflate64',
  12: 'bzip2',
  14: 'lzma',
  93: 'zstd',
  95: 'xz',
  98: 'ppmd',
  99: 'aes',
};

export function methodName(method: number): string {
  return METHOD_NAMES[method] ?? `method ${method}`;
}
