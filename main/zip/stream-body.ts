import { Readable } from 'node:stream';
import { SatchelError } from '../contract/errors.ts';

export interface StreamEntry {
  /** As `entryPath` gives it, and no other entry's; that of a folder ends in `/`. */
  readonly name: string;
  /** Milliseconds since 1970; written as the local time of this machine, to 2 s, from 1980 to 2043. */
  readonly modified: number;
  /** As Unix has it; only the permission bits count. */
  readonly mode: number;
  readonly mediaType: string | null;
  /** Bytes; null when unknown. More or fewer are an error. */
  readonly size: number | null;
  /**
   * Read once, in order, when its turn has come. What is left when all fails is told by `return`, a stream by `destroy`;
   * a generator hears of it only when it does not wait any more, so what it waits for is its owner's to end.
   */
  readonly body: AsyncIterable<Uint8Array> | Uint8Array;
}

/** The bytes of one entry, counted. */
export class StreamBody {
  readonly #entry: Pick<StreamEntry, 'name' | 'size'>;
  readonly #iterator: AsyncIterator<Uint8Array> | null;
  #stream: Readable | null = null;
  #rest: Uint8Array | null = null;
  #bytes = 0;
  #ended = false;
  #closed = false;

  constructor({ name, size, body }: Pick<StreamEntry, 'name' | 'size' | 'body'>) {
    this.#entry = { name, size };
    this.#iterator = body instanceof Uint8Array ? null : body[Symbol.asyncIterator]();
    if (body instanceof Uint8Array) this.#rest = body;
    if (body instanceof Readable) this.#stream = body;
  }

  /** All its bytes have been given, and they are as many as they should be. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The first `least` bytes or more, or all there are. */
  async head(least: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let bytes = 0;
    while (bytes < least) {
      const next = await this.next();
      if (next === null) break;
      parts.push(next);
      bytes += next.length;
    }
    // Of exactly so many it is not yet known that they are all.
    if (bytes >= least && (this.#iterator === null || bytes === this.#entry.size)) await this.#last(parts);
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  /** Null at the end. Throws what the source throws, and `length-mismatch`. */
  async next(): Promise<Buffer | null> {
    for (;;) {
      const bytes = await this.#next();
      if (bytes === null) {
        this.#demandSize(this.#bytes, true);
        this.#ended = true;
        return null;
      }
      this.#bytes += bytes.length;
      this.#demandSize(this.#bytes, false);
      if (bytes.length > 0) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    }
  }

  /** Nobody wants the rest. */
  close(): void {
    if (this.#closed || this.#ended) return;
    this.#closed = true;
    // It may never settle: a generator that waits is told only when that is over. A stream can be told at once.
    this.#iterator?.return?.()?.catch(() => {});
    if (this.#stream) this.#stream.destroy();
  }

  async #last(parts: Buffer[]): Promise<void> {
    const more = await this.next();
    if (more !== null) parts.push(more);
  }

  async #next(): Promise<Uint8Array | null> {
    const rest = this.#rest;
    this.#rest = null;
    if (this.#iterator === null) return rest;
    const next = await this.#iterator.next();
    return next.done ? null : next.value;
  }

  #demandSize(bytes: number, ended: boolean): void {
    const { name, size } = this.#entry;
    if (size === null || bytes === size || (bytes < size && !ended)) return;
    const count = ended ? bytes : `${bytes} or more`;
    throw new SatchelError('length-mismatch', `${name} has ${count} bytes, not ${size}`);
  }
}
