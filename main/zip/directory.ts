import type { PartialFile } from '../bytes/partial-file.ts';
import { SatchelError } from '../contract/errors.ts';
import { centralHeader, endOfDirectory, localHeader, localHeaderBytes, type PlacedEntry } from './records.ts';

/** An entry, and the bytes its local header has for itself. */
export interface HeadedEntry extends PlacedEntry {
  readonly head: number;
}

const WRITE_BYTES = 1024 * 1024;
/** Where entries are so small, reading all of the ZIP is faster than one read for each header. */
const DENSE_BYTES = 64 * 1024;

/**
 * Writes the central directory at `offset`, then reads back every header and compares it with what it should be. A
 * local header that is not there is written: a power cut may have taken it. Gives the bytes of the whole ZIP; throws
 * `archive-corrupt` when the disk gives back something else than was written.
 */
export async function writeDirectory(
  file: PartialFile,
  entries: readonly HeadedEntry[],
  offset: number,
): Promise<number> {
  const size = await write(file, directoryOf(entries), offset);
  const end = endOfDirectory({ entries: entries.length, offset, size });
  await file.writeBare([end], offset + size);
  await mendHeaders(file, entries);
  await compare(file, directoryOf(entries), offset);
  await compare(file, [end], offset + size);
  return offset + size + end.length;
}

function* directoryOf(entries: readonly PlacedEntry[]): Iterable<Buffer> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const header = centralHeader(entry);
    waiting.push(header);
    bytes += header.length;
    if (bytes < WRITE_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(waiting);
}

async function write(file: PartialFile, buffers: Iterable<Buffer>, offset: number): Promise<number> {
  let at = offset;
  for (const buffer of buffers) {
    await file.writeBare([buffer], at);
    at += buffer.length;
  }
  return at - offset;
}

async function compare(file: PartialFile, buffers: Iterable<Buffer>, offset: number): Promise<void> {
  let at = offset;
  for (const buffer of buffers) {
    const there = await file.read(at, buffer.length);
    if (!there.equals(buffer)) throw new SatchelError('archive-corrupt', `the directory at byte ${at}`);
    at += buffer.length;
  }
}

async function mendHeaders(file: PartialFile, entries: readonly HeadedEntry[]): Promise<void> {
  const missing = await differing(file, entries);
  for (const entry of missing) await file.writeBare([localHeader(entry, entry.head)], entry.offset);
  for (const { name } of await differing(file, missing)) {
    throw new SatchelError('archive-corrupt', `the header of ${name}`);
  }
}

async function differing(file: PartialFile, entries: readonly HeadedEntry[]): Promise<HeadedEntry[]> {
  const inPlace = entries.toSorted((a, b) => a.offset - b.offset);
  const reader = new HeadReader(file);
  const found: HeadedEntry[] = [];
  for (const entry of inPlace) {
    const dense = entry.compressedSize < DENSE_BYTES;
    const there = await reader.read(entry.offset, entry.head, dense);
    if (!there.equals(localHeader(entry, entry.head))) found.push(entry);
  }
  return found;
}

/** Reads ahead where the next header is near. */
class HeadReader {
  readonly #file: PartialFile;
  #from = 0;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(file: PartialFile) {
    this.#file = file;
  }

  async read(at: number, length: number, ahead: boolean): Promise<Buffer> {
    const start = at - this.#from;
    if (start >= 0 && start + length <= this.#bytes.length)
      return this.#bytes.subarray(start, start + length);
    this.#from = at;
    this.#bytes = await this.#file.read(at, ahead ? Math.max(length, WRITE_BYTES) : length);
    return this.#bytes.subarray(0, length);
  }
}

/** The entries of one region, which begins at `start`; `head` is its first header's room. */
export function placedEntries(
  entries: readonly Omit<PlacedEntry, 'offset'>[],
  start: number,
  head: number,
): HeadedEntry[] {
  let at = start;
  return entries.map((entry) => {
    const placed = { ...entry, offset: at, head: head || localHeaderBytes(entry) };
    at += placed.head + entry.compressedSize;
    return placed;
  });
}
