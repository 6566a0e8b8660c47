const HEAD_BYTES = 4;

/** A text with its length before it: 4 bytes in the machine's own order, then UTF-8 (Chrome's native messaging). */
export function frameOf(text: string, isLittle: boolean): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(HEAD_BYTES);
  if (isLittle) head.writeUInt32LE(body.length);
  else head.writeUInt32BE(body.length);
  return Buffer.concat([head, body]);
}

/** Takes such messages out of a stream, however it is cut. */
export class FrameReader {
  readonly #longest: number;
  readonly #isLittle: boolean;
  #rest: Buffer = Buffer.alloc(0);

  constructor(longest: number, isLittle: boolean) {
    this.#longest = longest;
    this.#isLittle = isLittle;
  }

  /** The messages that are whole now; null: one is too long, and nothing after it can be read. */
  read(bytes: Buffer): string[] | null {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const messages: string[] = [];
    while (this.#rest.length >= HEAD_BYTES) {
      const length = this.#isLittle ? this.#rest.readUInt32LE() : this.#rest.readUInt32BE();
      if (length > this.#longest) return null;
      if (this.#rest.length < HEAD_BYTES + length) break;
      messages.push(this.#rest.subarray(HEAD_BYTES, HEAD_BYTES + length).toString('utf8'));
      this.#rest = this.#rest.subarray(HEAD_BYTES + length);
    }
    return messages;
  }
}
