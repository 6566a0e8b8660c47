import { constants, crc32, deflateRawSync } from 'node:zlib';
import { crc32OfZeros } from '../../main/bytes/crc.ts';
import type { Finding, Problem, ZipReport } from '../../main/zip/findings.ts';
import type { RandomAccess } from '../../main/zip/random-access.ts';
import {
  centralHeader,
  endOfDirectory,
  FILE_MODE,
  FOLDER_MODE,
  isFolder,
  localHeader,
  type PlacedEntry,
} from '../../main/zip/records.ts';
import { type VerifyOptions, verifyZip } from '../../main/zip/verify.ts';

export const MIB = 1024 * 1024;
export const MODIFIED = Date.UTC(2026, 10, 22, 10, 0, 0);

export interface Given {
  readonly name: string;
  readonly data: Buffer;
  readonly deflate?: boolean;
  /** CRC and sizes stand behind the data only. */
  readonly descriptor?: boolean;
  /** Whatever lies before its local header. */
  readonly before?: Buffer;
  /** What both headers say instead of the truth. */
  readonly lies?: Partial<Pick<PlacedEntry, 'crc' | 'size' | 'compressedSize' | 'method'>>;
}

export interface Made {
  readonly name: string;
  /** Where its local header, its data, what follows that, and its record in the directory begin. */
  readonly header: number;
  readonly data: number;
  readonly behind: number;
  readonly record: number;
}

export interface MadeZip {
  readonly bytes: Buffer;
  readonly entries: readonly Made[];
  readonly directory: number;
  readonly end: number;
}

/** A ZIP by Satchel's own records. `order`: that of the directory. */
export function zipOf(given: readonly Given[], order: readonly number[] = given.map((_, at) => at)): MadeZip {
  const parts: Buffer[] = [];
  let at = 0;
  const push = (bytes: Buffer) => {
    parts.push(bytes);
    at += bytes.length;
    return at;
  };
  const placed = given.map((one) => {
    const packed = one.deflate ? deflateRawSync(one.data) : one.data;
    const offset = push(one.before ?? Buffer.alloc(0));
    const facts: PlacedEntry = {
      name: one.name,
      method: one.deflate ? 8 : 0,
      crc: crc32(one.data),
      size: one.data.length,
      compressedSize: packed.length,
      modified: MODIFIED,
      mode: isFolder(one.name) ? FOLDER_MODE : FILE_MODE,
      offset,
      ...one.lies,
    };
    const local = localHeader(facts);
    if (one.descriptor) withDescriptor(local, 6).fill(0, 14, 26);
    const data = push(local);
    const behind = push(packed);
    if (one.descriptor) push(descriptor(facts));
    return { facts, data, behind, descriptor: one.descriptor === true };
  });
  const directory = at;
  const records = new Map<number, number>();
  for (const index of order) {
    const { facts, descriptor: later } = placed[index] as (typeof placed)[number];
    const record = centralHeader(facts);
    records.set(index, at);
    push(later ? withDescriptor(record, 8) : record);
  }
  const end = at;
  push(endOfDirectory({ entries: order.length, offset: directory, size: end - directory }));
  const entries = placed.map(({ facts, data, behind }, index) => ({
    name: facts.name,
    header: facts.offset,
    data,
    behind,
    record: records.get(index) ?? -1,
  }));
  return { bytes: Buffer.concat(parts), entries, directory, end };
}

function withDescriptor(header: Buffer, flagsAt: number): Buffer {
  header.writeUInt16LE(header.readUInt16LE(flagsAt) | 8, flagsAt);
  return header;
}

function descriptor({ crc, size, compressedSize }: PlacedEntry): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(0x08074b50, 0);
  bytes.writeUInt32LE(crc, 4);
  bytes.writeUInt32LE(compressedSize, 8);
  bytes.writeUInt32LE(size, 12);
  return bytes;
}

/** Bytes in memory, with a count of what was read of them. */
export class MemoryFile implements RandomAccess {
  readonly #bytes: Buffer;
  bytesRead = 0;
  /** The most that was asked for at once. */
  largest = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  async read(position: number, length: number): Promise<Buffer> {
    if (position < 0 || !Number.isSafeInteger(position)) throw new RangeError(`read at ${position}`);
    const bytes = this.#bytes.subarray(position, position + length);
    this.bytesRead += bytes.length;
    this.largest = Math.max(this.largest, length);
    return bytes;
  }

  async size(): Promise<number> {
    return this.#bytes.length;
  }
}

export const verified = (bytes: Buffer, options?: VerifyOptions): Promise<ZipReport> =>
  verifyZip(new MemoryFile(bytes), options);

/** What is found, short: `[entry, problem]`. */
export const short = (findings: readonly Finding[]): [string | null, Problem][] =>
  findings.map(({ entry, problem }) => [entry, problem]);

/** A copy with something done to it. */
export function changed(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

/** Text that deflate makes smaller, not the same twice. */
export const text = (length: number, seed = 1): Buffer =>
  Buffer.from(Array.from({ length }, (_, at) => 97 + ((at * at * seed + (at >> 3)) % 19)));

export interface Packed {
  readonly crc: number;
  readonly size: number;
  readonly bytes: Buffer;
}

/** `count` MiB of zeros, deflated: one MiB flushed, over and over, and an end. */
export function zeros(count: number): Packed {
  const block = deflateRawSync(Buffer.alloc(MIB), { finishFlush: constants.Z_FULL_FLUSH });
  const end = deflateRawSync(Buffer.alloc(0));
  const bytes = Buffer.concat([...Array.from({ length: count }, () => block), end]);
  return { crc: crc32OfZeros(count * MIB), size: count * MIB, bytes };
}

export const entryOf = (name: string, { crc, size, bytes }: Packed, offset: number): PlacedEntry => ({
  name,
  method: 8,
  crc,
  size,
  compressedSize: bytes.length,
  modified: MODIFIED,
  mode: FILE_MODE,
  offset,
});

export function finished(body: Buffer, entries: readonly PlacedEntry[]): Buffer {
  const directory = Buffer.concat(entries.map((entry) => centralHeader(entry)));
  const span = { entries: entries.length, offset: body.length, size: directory.length };
  return Buffer.concat([body, directory, endOfDirectory(span)]);
}

/** One entry of `count` MiB of zeros, deflated. */
export function zerosZip(count: number): Buffer {
  const kernel = zeros(count);
  const entry = entryOf('zeros', kernel, 0);
  return finished(Buffer.concat([localHeader(entry), kernel.bytes]), [entry]);
}
