/**
 * The structures of a ZIP file as Satchel writes them (PKWARE APPNOTE 6.3.10, §4.3 and §4.5; Info-ZIP's extended
 * timestamp): no data descriptors, ZIP64 exactly where a field overflows. Numbers are little-endian.
 */
export const SIGNATURES = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const;

export const LOCAL_BYTES = 30;
export const CENTRAL_BYTES = 46;
export const END_BYTES = 22;
export const END64_BYTES = 56;
export const LOCATOR64_BYTES = 20;

export const METHODS = { stored: 0, deflated: 8 } as const;
export type Method = (typeof METHODS)[keyof typeof METHODS];

export const EXTRAS = { zip64: 0x0001, timestamp: 0x5455, padding: 0xd935 } as const;
export const FLAG_UTF8 = 0x0800;

/** From here on a 32-bit field says "see the ZIP64 extra". */
export const MAX_32 = 0xffffffff;
export const MAX_16 = 0xffff;

const EXTRA_HEAD = 4;
const TIMESTAMP_BYTES = EXTRA_HEAD + 5;
const LOCAL_ZIP64_BYTES = EXTRA_HEAD + 16;

/** Unix, APPNOTE 4.5: on every system, so that permissions survive. */
const MADE_BY = 0x032d;
const VERSIONS = { file: 10, folder: 20, zip64: 45 } as const;

const DOS_ARCHIVE = 0x20;
const DOS_FOLDER = 0x10;
export const FILE_MODE = 0o100644;
export const FOLDER_MODE = 0o040755;

/** What the headers say of one entry. */
export interface EntryFacts {
  /** As in the ZIP: safe, `/` between folders, and at the end of a folder's. */
  readonly name: string;
  readonly method: Method;
  readonly crc: number;
  /** Bytes. */
  readonly size: number;
  readonly compressedSize: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** As Unix has it, type bits included. */
  readonly mode: number;
}

/** An entry and where its local header begins. */
export interface PlacedEntry extends EntryFacts {
  readonly offset: number;
}

/** Spare bytes of a local header, so that a size that is not known yet may turn out to need ZIP64. */
export const SPARE_BYTES = LOCAL_ZIP64_BYTES;

const isPlain = (name: string) => /^[\x20-\x7e]*$/.test(name);
const isBig = ({ size, compressedSize }: Pick<EntryFacts, 'size' | 'compressedSize'>) =>
  size >= MAX_32 || compressedSize >= MAX_32;

/** The timestamp's seconds are 32 bits with sign; what does not fit has the DOS time only. */
function unixSeconds(modified: number): number | null {
  const seconds = Math.floor(modified / 1000);
  return seconds >= -0x80000000 && seconds <= 0x7fffffff ? seconds : null;
}

/** The least bytes of an entry's local header. */
export function localHeaderBytes(
  entry: Pick<EntryFacts, 'name' | 'modified' | 'size' | 'compressedSize'>,
): number {
  const timestamp = unixSeconds(entry.modified) === null ? 0 : TIMESTAMP_BYTES;
  return LOCAL_BYTES + Buffer.byteLength(entry.name) + timestamp + (isBig(entry) ? LOCAL_ZIP64_BYTES : 0);
}

/** The other extras of a header take their part of the 16-bit length. */
const MOST_PADDING = MAX_16 - LOCAL_ZIP64_BYTES - TIMESTAMP_BYTES;

/** A header of `least` bytes can be made to fill `room`: padding needs four bytes for itself. */
export function fits(least: number, room: number): boolean {
  return room === least || (room >= least + EXTRA_HEAD && room - least <= MOST_PADDING);
}

/**
 * An entry's local header, filled up to `room` bytes with padding that every reader skips. Throws RangeError where
 * it cannot have exactly that length (see `fits`): a longer one would overwrite the entry's first bytes.
 */
export function localHeader(entry: EntryFacts, room = localHeaderBytes(entry)): Buffer {
  const least = localHeaderBytes(entry);
  if (!fits(least, room)) throw new RangeError(`a header of ${least} bytes cannot fill ${room}`);
  const name = Buffer.from(entry.name);
  const big = isBig(entry);
  const extra: Buffer[] = [];
  if (big) extra.push(extraField(EXTRAS.zip64, [entry.size, entry.compressedSize]));
  extra.push(...timestamp(entry.modified));
  const padding = room - least;
  if (padding > 0) extra.push(extraHead(EXTRAS.padding, padding - EXTRA_HEAD, padding));
  const head = Buffer.alloc(LOCAL_BYTES);
  head.writeUInt32LE(SIGNATURES.local, 0);
  writeCommon(head, 4, entry, big, false);
  head.writeUInt16LE(name.length, 26);
  head.writeUInt16LE(byteLength(extra), 28);
  return Buffer.concat([head, name, ...extra]);
}

/** An entry of the central directory. All three ZIP64 fields as soon as one overflows: some readers want that. */
export function centralHeader(entry: PlacedEntry): Buffer {
  const name = Buffer.from(entry.name);
  const big = isBig(entry) || entry.offset >= MAX_32;
  const extra: Buffer[] = [];
  if (big) extra.push(extraField(EXTRAS.zip64, [entry.size, entry.compressedSize, entry.offset]));
  extra.push(...timestamp(entry.modified));
  const head = Buffer.alloc(CENTRAL_BYTES);
  head.writeUInt32LE(SIGNATURES.central, 0);
  head.writeUInt16LE(MADE_BY, 4);
  writeCommon(head, 6, entry, big, big);
  head.writeUInt16LE(name.length, 28);
  head.writeUInt16LE(byteLength(extra), 30);
  const dos = isFolder(entry.name) ? DOS_FOLDER : DOS_ARCHIVE;
  head.writeUInt32LE(((entry.mode << 16) | dos) >>> 0, 38);
  head.writeUInt32LE(big ? MAX_32 : entry.offset, 42);
  return Buffer.concat([head, name, ...extra]);
}

export interface DirectorySpan {
  readonly entries: number;
  readonly offset: number;
  readonly size: number;
}

/** What follows the central directory. */
export function endOfDirectory({ entries, offset, size }: DirectorySpan): Buffer {
  const big = entries >= MAX_16 || offset >= MAX_32 || size >= MAX_32;
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(SIGNATURES.end, 0);
  end.writeUInt16LE(Math.min(entries, MAX_16), 8);
  end.writeUInt16LE(Math.min(entries, MAX_16), 10);
  end.writeUInt32LE(Math.min(size, MAX_32), 12);
  end.writeUInt32LE(Math.min(offset, MAX_32), 16);
  if (!big) return end;
  const end64 = Buffer.alloc(END64_BYTES);
  end64.writeUInt32LE(SIGNATURES.end64, 0);
  writeUInt64(end64, END64_BYTES - 12, 4);
  end64.writeUInt16LE(MADE_BY, 12);
  end64.writeUInt16LE(VERSIONS.zip64, 14);
  writeUInt64(end64, entries, 24);
  writeUInt64(end64, entries, 32);
  writeUInt64(end64, size, 40);
  writeUInt64(end64, offset, 48);
  const locator = Buffer.alloc(LOCATOR64_BYTES);
  locator.writeUInt32LE(SIGNATURES.locator64, 0);
  writeUInt64(locator, offset + size, 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end64, locator, end]);
}

export function isFolder(name: string): boolean {
  return name.endsWith('/');
}

/** The fields that both headers have in the same order, from "version needed" to the uncompressed size. */
function writeCommon(head: Buffer, at: number, entry: EntryFacts, zip64: boolean, hideSizes: boolean): void {
  const version = zip64
    ? VERSIONS.zip64
    : entry.method === 0 && !isFolder(entry.name)
      ? VERSIONS.file
      : VERSIONS.folder;
  head.writeUInt16LE(version, at);
  head.writeUInt16LE(isPlain(entry.name) ? 0 : FLAG_UTF8, at + 2);
  head.writeUInt16LE(entry.method, at + 4);
  const { date, time } = dosTime(entry.modified);
  head.writeUInt16LE(time, at + 6);
  head.writeUInt16LE(date, at + 8);
  head.writeUInt32LE(entry.crc, at + 10);
  const hidden = hideSizes || isBig(entry);
  head.writeUInt32LE(hidden ? MAX_32 : entry.compressedSize, at + 14);
  head.writeUInt32LE(hidden ? MAX_32 : entry.size, at + 18);
}

const FIRST_YEAR = 1980;
const LAST_YEAR = 2107;

/** Local time, as DOS has it: two-second steps, 1980 to 2107. */
export function dosTime(modified: number): { readonly date: number; readonly time: number } {
  const at = new Date(modified);
  const year = at.getFullYear();
  if (!(year >= FIRST_YEAR)) return { date: (1 << 5) | 1, time: 0 };
  if (year > LAST_YEAR) return dosTime(new Date(LAST_YEAR, 11, 31, 23, 59, 58).getTime());
  return {
    date: ((year - FIRST_YEAR) << 9) | ((at.getMonth() + 1) << 5) | at.getDate(),
    time: (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1),
  };
}

function timestamp(modified: number): Buffer[] {
  const seconds = unixSeconds(modified);
  if (seconds === null) return [];
  const field = extraHead(EXTRAS.timestamp, 5, TIMESTAMP_BYTES);
  // The modification time alone is there.
  field.writeUInt8(1, EXTRA_HEAD);
  field.writeInt32LE(seconds, EXTRA_HEAD + 1);
  return [field];
}

function extraField(id: number, values: readonly number[]): Buffer {
  const field = extraHead(id, values.length * 8, EXTRA_HEAD + values.length * 8);
  for (const [index, value] of values.entries()) writeUInt64(field, value, EXTRA_HEAD + index * 8);
  return field;
}

function extraHead(id: number, length: number, total: number): Buffer {
  const field = Buffer.alloc(total);
  field.writeUInt16LE(id, 0);
  field.writeUInt16LE(length, 2);
  return field;
}

function writeUInt64(buffer: Buffer, value: number, at: number): void {
  buffer.writeBigUInt64LE(BigInt(value), at);
}

const byteLength = (buffers: readonly Buffer[]) => buffers.reduce((sum, one) => sum + one.length, 0);
