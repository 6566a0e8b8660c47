import {
  CENTRAL_BYTES,
  END_BYTES,
  END64_BYTES,
  LOCAL_BYTES,
  LOCATOR64_BYTES,
  MAX_16,
  MAX_32,
} from './records.ts';
import { wrappedBytes } from './stored-blocks.ts';

/** An entry of known size that ends within so many bytes is given to archiver whole: it is stored as it is. */
export const WHOLE_BYTES = 64 * 1024;

/** Behind a streamed entry (APPNOTE 4.3.9, with signature), and as ZIP64 has it. */
const DESCRIPTOR_BYTES = 16;
const DESCRIPTOR64_BYTES = 24;
/** archiver writes all three of its fields, whichever overflows (APPNOTE 4.5.3). */
const EXTRA64_BYTES = 28;

export interface SizedEntry {
  /** As it is in the ZIP. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * How many bytes `streamZip` writes for these entries under `compress: 'store'`: each of them either stored whole or, above
 * 64 KiB, wrapped in deflate's stored blocks with a data descriptor behind it. ZIP64 as archiver has it: where a size, an
 * offset or the directory's place is above 0xffffffff, or there are more than 65,535 entries.
 */
export function streamLength(entries: Iterable<SizedEntry>): number {
  let offset = 0;
  let directory = 0;
  let count = 0;
  for (const { name, size } of entries) {
    const nameBytes = Buffer.byteLength(name);
    const isWhole = size <= WHOLE_BYTES;
    const packed = isWhole ? size : wrappedBytes(size);
    const isBig = packed > MAX_32;
    const descriptor = isBig ? DESCRIPTOR64_BYTES : DESCRIPTOR_BYTES;
    directory += CENTRAL_BYTES + nameBytes + (isBig || offset > MAX_32 ? EXTRA64_BYTES : 0);
    offset += LOCAL_BYTES + nameBytes + packed + (isWhole ? 0 : descriptor);
    count += 1;
  }
  const isZip64 = count > MAX_16 || directory > MAX_32 || offset > MAX_32;
  return offset + directory + (isZip64 ? END64_BYTES + LOCATOR64_BYTES : 0) + END_BYTES;
}
