import { Transform, type TransformCallback } from 'node:stream';
import { crc32 } from 'node:zlib';

/** The most bytes that one stored block of deflate wraps, and what it adds to them (RFC 1951 §3.2.4). */
const BLOCK_BYTES = 65_535;
const HEAD_BYTES = 5;

/** How long `size` bytes, above 0, are when they come out of StoredBlocks that know their number. */
export function wrappedBytes(size: number): number {
  return size + HEAD_BYTES * (Math.ceil(size / BLOCK_BYTES) + 1);
}

/**
 * Deflate that only wraps bytes, without copying them: where their number is known in whole blocks and a last one, else
 * as they come; an empty block is the end.
 */
export class StoredBlocks extends Transform {
  readonly #size: number | null;
  #crc = 0;
  #bytes = 0;
  #wrapped = 0;
  /** Of the present block, still to come. */
  #left = 0;

  /** `size`: bytes, or null when unknown. */
  constructor(size: number | null) {
    super();
    this.#size = size;
  }

  /** CRC-32 of all bytes so far. */
  get crc(): number {
    return this.#crc;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that have come out. */
  get wrapped(): number {
    return this.#wrapped;
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    if (this.#size !== null && this.#bytes + chunk.length > this.#size) {
      done(new RangeError('more bytes than were promised'));
      return;
    }
    this.#crc = crc32(chunk, this.#crc);
    for (let at = 0; at < chunk.length; ) {
      if (this.#left === 0) this.#begin(chunk.length - at);
      const part = chunk.subarray(at, at + this.#left);
      at += part.length;
      this.#left -= part.length;
      this.#bytes += part.length;
      this.#give(part);
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#give(head(0, true));
    done();
  }

  #begin(here: number): void {
    const rest = this.#size === null ? here : this.#size - this.#bytes;
    this.#left = Math.min(BLOCK_BYTES, rest);
    this.#give(head(this.#left, false));
  }

  #give(bytes: Buffer): void {
    this.#wrapped += bytes.length;
    this.push(bytes);
  }
}

function head(bytes: number, isLast: boolean): Buffer {
  const head = Buffer.allocUnsafe(HEAD_BYTES);
  head.writeUInt8(isLast ? 1 : 0, 0);
  head.writeUInt16LE(bytes, 1);
  head.writeUInt16LE(bytes ^ 0xffff, 3);
  return head;
}
