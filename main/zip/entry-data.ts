import { once } from 'node:events';
import { crc32, createInflateRaw } from 'node:zlib';
import { SatchelError } from '../contract/errors.ts';
import type { Problem } from './findings.ts';
import { crcText } from './local-header.ts';
import type { RandomAccess } from './random-access.ts';
import { methodName, type ZipEntry } from './reader.ts';
import { METHODS } from './records.ts';

/** Read at once; several entries are read at a time, so this is what bounds the memory. */
const CHUNK_BYTES = 256 * 1024;

/** Unpacked at once: with zlib's usual 16 KiB, zeros take twice as long. */
const UNPACKED_BYTES = 128 * 1024;

/** No deflate stream is smaller: two bits for 258 bytes, which is 1032:1, and something for the rest. */
export const DEFLATE_LIMIT = 1100;

export interface Fault {
  readonly problem: Problem;
  readonly detail: string;
}

/** Why its bytes need not be looked at, from what the directory says alone. */
export function whyNotRead(entry: ZipEntry): Fault | null {
  const { method, size, compressedSize } = entry;
  if (entry.encrypted) return { problem: 'encrypted', detail: methodName(method) };
  if (method !== METHODS.stored && method !== METHODS.deflated) {
    return { problem: 'unsupported-method', detail: methodName(method) };
  }
  if (method === METHODS.stored && size !== compressedSize) {
    return { problem: 'size-wrong', detail: `stored in ${compressedSize} bytes, stated ${size}` };
  }
  if (size > compressedSize * DEFLATE_LIMIT) {
    return { problem: 'bomb', detail: `${size} bytes, from ${compressedSize}` };
  }
  return null;
}

export interface DataOptions {
  readonly signal: AbortSignal | undefined;
  /** Told of packed bytes as they are read. */
  readonly onRead: (bytes: number) => void;
}

/**
 * Reads an entry's bytes from `start`, stored or deflated, and compares them with size and CRC; null when all is well.
 * Never unpacks more than the size stated. Errors: `disk-error`, and the signal's.
 */
export async function checkData(
  file: Pick<RandomAccess, 'read'>,
  entry: ZipEntry,
  start: number,
  options: DataOptions,
): Promise<Fault | null> {
  const packed = chunksOf(file, start, entry.compressedSize, options);
  if (entry.method === METHODS.deflated) return checkDeflated(packed, entry, options.signal);
  let crc = 0;
  for await (const chunk of packed) crc = crc32(chunk, crc);
  return compareCrc(entry, crc);
}

async function* chunksOf(
  file: Pick<RandomAccess, 'read'>,
  start: number,
  length: number,
  { signal, onRead }: DataOptions,
): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; ) {
    signal?.throwIfAborted();
    const chunk = await file.read(start + at, Math.min(CHUNK_BYTES, length - at));
    // It was longer when the directory was read: somebody is writing it.
    if (chunk.length === 0) throw new SatchelError('archive-corrupt', 'the file became shorter meanwhile');
    at += chunk.length;
    onRead(chunk.length);
    yield chunk;
  }
}

function compareCrc(entry: ZipEntry, crc: number): Fault | null {
  if (crc === entry.crc) return null;
  return { problem: 'crc-mismatch', detail: `CRC-32 ${crcText(crc)}, stated ${crcText(entry.crc)}` };
}

/** Ends the inflating of what is longer than it says. */
class TooLong extends Error {}

async function checkDeflated(
  packed: AsyncIterable<Buffer>,
  entry: ZipEntry,
  signal: AbortSignal | undefined,
): Promise<Fault | null> {
  const inflate = createInflateRaw({ chunkSize: UNPACKED_BYTES });
  let size = 0;
  let crc = 0;
  inflate.on('data', (chunk: Buffer) => {
    size += chunk.length;
    crc = crc32(chunk, crc);
    if (size > entry.size) inflate.destroy(new TooLong());
    // One chunk read can be 1032 chunks unpacked.
    else if (signal?.aborted) inflate.destroy(signal.reason as Error);
  });
  const failed = once(inflate, 'error').then(([thrown]) => Promise.reject(thrown));
  failed.catch(() => {});
  try {
    let given = 0;
    for await (const chunk of packed) {
      await Promise.race([failed, new Promise<void>((done) => inflate.write(chunk, () => done()))]);
      given += chunk.length;
      if (inflate.bytesWritten < given) break;
    }
    if (inflate.bytesWritten < entry.compressedSize) {
      const rest = entry.compressedSize - inflate.bytesWritten;
      return { problem: 'size-wrong', detail: `its packed bytes end ${rest} bytes before their place does` };
    }
    const ended = once(inflate, 'end');
    inflate.end();
    if (!inflate.readableEnded) await Promise.race([failed, ended]);
  } catch (thrown) {
    return faultOf(thrown, entry, size);
  } finally {
    inflate.destroy();
  }
  if (size < entry.size) {
    return { problem: 'size-wrong', detail: `${size} bytes unpacked, stated ${entry.size}` };
  }
  return compareCrc(entry, crc);
}

function faultOf(thrown: unknown, entry: ZipEntry, size: number): Fault {
  if (thrown instanceof TooLong) {
    return { problem: 'size-wrong', detail: `more than the ${entry.size} bytes stated when unpacked` };
  }
  const { code, message } = thrown as NodeJS.ErrnoException;
  // zlib's own errors; all others are not about the bytes.
  if (!code?.startsWith('Z_')) throw thrown;
  return { problem: 'data-damaged', detail: `${message}, after ${size} bytes unpacked` };
}
