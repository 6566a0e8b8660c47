/** Bytes by position, such as an open file (main/world/disk.ts). */
export interface RandomAccess {
  /** Up to `length` bytes from `position`; fewer only at the end. */
  read(position: number, length: number): Promise<Buffer>;
  size(): Promise<number>;
}

/** Read at once where nothing tells that more will be wanted. */
const LEAST_BYTES = 4096;

/**
 * Reads ahead where it is read onwards, so that many small reads close together are few large ones. Several may read at
 * a time; what they got stays as it is.
 */
export class Window {
  readonly #file: Pick<RandomAccess, 'read'>;
  readonly #ahead: number;
  #start = 0;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(file: Pick<RandomAccess, 'read'>, ahead: number) {
    this.#file = file;
    this.#ahead = ahead;
  }

  /** Up to `length` bytes from `position`; fewer only at the end of the file. */
  async read(position: number, length: number): Promise<Buffer> {
    const at = position - this.#start;
    if (at >= 0 && at + length <= this.#bytes.length) return this.#bytes.subarray(at, at + length);
    const onwards = at >= 0 && at <= this.#bytes.length + this.#ahead;
    const bytes = await this.#file.read(position, Math.max(length, onwards ? this.#ahead : LEAST_BYTES));
    this.#start = position;
    this.#bytes = bytes;
    return bytes.subarray(0, length);
  }
}

/** A 64-bit number; beyond 2^53 no more exact, and far beyond any file. */
export function readUInt64(buffer: Buffer, at: number): number {
  return Number(buffer.readBigUInt64LE(at));
}
