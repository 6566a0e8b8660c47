import type { Problem } from './findings.ts';
import { type RandomAccess, readUInt64 } from './random-access.ts';
import {
  big,
  extraFieldsIn,
  FLAG_DESCRIPTOR,
  FLAG_ENCRYPTED,
  FLAG_MASKED,
  FLAG_STRONG,
  isDated,
  modifiedAt,
  nameFrom,
  type ZipEntry,
} from './reader.ts';
import { FLAG_UTF8, LOCAL_BYTES, MAX_32, SIGNATURES } from './records.ts';

/** A local header (APPNOTE 4.3.7). */
export interface LocalHeader {
  readonly name: string;
  readonly rawName: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly dosTime: number;
  readonly modified: number;
  readonly dated: boolean;
  readonly crc: number;
  readonly size: number;
  readonly compressedSize: number;
  readonly extraFault: string | null;
  /** Bytes of it; data follows. */
  readonly length: number;
}

/** Null where there is none. */
export async function localHeaderAt(
  file: Pick<RandomAccess, 'read'>,
  position: number,
): Promise<LocalHeader | null> {
  const head = await file.read(position, LOCAL_BYTES);
  if (head.length < LOCAL_BYTES || head.readUInt32LE(0) !== SIGNATURES.local) return null;
  const nameBytes = head.readUInt16LE(26);
  const length = LOCAL_BYTES + nameBytes + head.readUInt16LE(28);
  const header = Buffer.from(await file.read(position, length));
  if (header.length < length) return null;
  const rawName = header.subarray(LOCAL_BYTES, LOCAL_BYTES + nameBytes);
  const extra = extraFieldsIn(header.subarray(LOCAL_BYTES + nameBytes));
  const flags = header.readUInt16LE(6);
  const dosTime = header.readUInt32LE(10);
  const sizes = big(extra.fields, [header.readUInt32LE(22), header.readUInt32LE(18)]);
  return {
    name: nameFrom(rawName, flags, extra.fields, true),
    rawName,
    flags,
    method: header.readUInt16LE(8),
    dosTime,
    modified: modifiedAt(extra.fields, dosTime),
    dated: isDated(extra.fields),
    crc: header.readUInt32LE(14),
    size: sizes.values[0] as number,
    compressedSize: sizes.values[1] as number,
    extraFault: extra.fault,
    length,
  };
}

export type Differences = readonly { readonly problem: Problem; readonly detail: string }[];

/** Flags that decide how the bytes are read; the others are remarks of whoever packed them. */
const READERS_FLAGS = FLAG_ENCRYPTED | FLAG_DESCRIPTOR | FLAG_STRONG | FLAG_MASKED;

/** What the local header says otherwise than the directory: readers of streams believe the one, others the other. */
export function differences(entry: ZipEntry, local: LocalHeader): Differences {
  // With strong encryption of the directory, what local headers say is masked.
  if ((entry.flags & FLAG_MASKED) !== 0) return [];
  const errors: string[] = [];
  const notes: string[] = [];
  if (!local.rawName.equals(entry.rawName)) {
    (local.name === entry.name ? notes : errors).push(`its name is ${JSON.stringify(local.name)}`);
  }
  const flags = local.flags ^ entry.flags;
  const named = local.name === entry.name ? READERS_FLAGS : READERS_FLAGS | FLAG_UTF8;
  if (flags !== 0) {
    ((flags & named) !== 0 ? errors : notes).push(`flags ${hex(local.flags)}, not ${hex(entry.flags)}`);
  }
  if (local.method !== entry.method) errors.push(`method ${local.method}, not ${entry.method}`);
  errors.push(...numbersOf(entry, local));
  // One of them may know no more than DOS's two seconds.
  const otherwise = local.dated && entry.dated && local.modified !== entry.modified;
  if (local.dosTime !== entry.dosTime || otherwise) notes.push('another time');
  const found: { problem: Problem; detail: string }[] = [];
  if (errors.length > 0) found.push({ problem: 'header-differs', detail: errors.join('; ') });
  if (notes.length > 0) found.push({ problem: 'header-varies', detail: notes.join('; ') });
  if (local.extraFault !== null) found.push({ problem: 'extra-malformed', detail: local.extraFault });
  return found;
}

/** CRC and sizes; where a descriptor follows, nought stands for "see there". */
function numbersOf(entry: ZipEntry, local: LocalHeader): string[] {
  const later = (local.flags & FLAG_DESCRIPTOR) !== 0;
  const fields = ['crc', 'size', 'compressedSize'] as const;
  const words = { crc: 'CRC', size: 'size', compressedSize: 'packed size' };
  return fields
    .filter((field) => local[field] !== entry[field] && !(later && isUnsaid(field, local[field])))
    .map((field) =>
      field === 'crc'
        ? `CRC ${crcText(local.crc)}, not ${crcText(entry.crc)}`
        : `${words[field]} ${local[field]}, not ${entry[field]}`,
    );
}

const isUnsaid = (field: string, value: number) => value === 0 || (field !== 'crc' && value === MAX_32);

export const crcText = (crc: number) => crc.toString(16).padStart(8, '0');
const hex = (flags: number) => `0x${flags.toString(16).padStart(4, '0')}`;

const DESCRIPTOR_SIGNATURE = 0x08074b50;
const DESCRIPTOR_LIMIT = 24;

/**
 * Bytes of the data descriptor at `position` (APPNOTE 4.3.9), or null where none says what the directory does. Its
 * signature may be missing, and only its values tell whether its sizes have four bytes or eight.
 */
export async function descriptorAt(
  file: Pick<RandomAccess, 'read'>,
  position: number,
  entry: ZipEntry,
): Promise<number | null> {
  const bytes = await file.read(position, DESCRIPTOR_LIMIT);
  for (const head of [4, 0]) {
    if (head > 0 && (bytes.length < 4 || bytes.readUInt32LE(0) !== DESCRIPTOR_SIGNATURE)) continue;
    for (const width of [4, 8]) {
      const length = head + 4 + 2 * width;
      if (bytes.length < length || bytes.readUInt32LE(head) !== entry.crc) continue;
      const read = (at: number) => (width === 4 ? bytes.readUInt32LE(at) : readUInt64(bytes, at));
      if (read(head + 4) === entry.compressedSize && read(head + 4 + width) === entry.size) return length;
    }
  }
  return null;
}
