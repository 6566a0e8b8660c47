import { createHash } from 'node:crypto';

/**
 * A short key for what is long: 48 bits, which a number holds exactly. Among a million rows two different texts share
 * one once in 600 times, so whoever looks something up compares it afterwards.
 */
function hash48(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6);
}

/** Of a sourceKey; null for what has none. */
export const sourceHash = (key: string | null): number | null => (key === null ? null : hash48(key));

export const pathHash = (path: string): number => hash48(path);

/** Null where the content is not known well enough: it takes both. */
export function contentHash(etag: string | null, total: number | null): number | null {
  return etag === null || total === null ? null : hash48(`${total} ${etag}`);
}
