import { crc32 } from 'node:zlib';

/**
 * Stands in for the package `crc-32` in what archiver is made of (see the aliases of the builds): the same by native
 * code, in a third of the time. Its only caller gives a buffer of four bytes for "from the beginning".
 */
export default {
  buf: (bytes: Uint8Array, before: unknown): number =>
    crc32(bytes, typeof before === 'number' ? before >>> 0 : 0),
};
