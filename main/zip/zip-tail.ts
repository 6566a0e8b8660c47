import { END_BYTES, MAX_16, SIGNATURES } from './records.ts';

/** The last bytes of a ZIP that goes by. */
export class ZipTail {
  #bytes: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): void {
    const last = bytes.subarray(-END_BYTES);
    this.#bytes = last.length === END_BYTES ? last : Buffer.concat([this.#bytes, last]).subarray(-END_BYTES);
  }

  /** They are the end record (APPNOTE 4.3.16) of a ZIP with so many entries, without a comment. */
  endsZipOf(entries: number): boolean {
    if (this.#bytes.length < END_BYTES || this.#bytes.readUInt32LE(0) !== SIGNATURES.end) return false;
    const stated = this.#bytes.readUInt16LE(10);
    return stated === entries || stated === MAX_16;
  }
}
