/** Bytes [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * A `Range` header for a representation of `size` bytes (RFC 9110 §14.1.2): the span, 'unsatisfiable', or
 * null when it is to be ignored (absent, malformed, another unit, or several ranges, which a server may
 * refuse to split into).
 */
export function parseRange(header: string | null, size: number): Span | 'unsatisfiable' | null {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '');
  if (!match) return null;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return null;
  if (start >= size) return 'unsatisfiable';
  return { start, end: last === '' ? size : Math.min(Number(last) + 1, size) };
}

/**
 * Where a request says it wants to begin, before anything is known about the file; null for no or another
 * range.
 */
export function startAsked(header: string | null): number | null {
  const match = /^bytes=[ \t]*(\d+)-/i.exec(header ?? '');
  return match ? Number(match[1]) : null;
}

/**
 * Whether `If-Range` lets the range stand (RFC 9110 §13.1.5): no such header, an equal strong entity tag, or
 * a date equal to Last-Modified to the letter.
 */
export function rangeStands(
  ifRange: string | null,
  etag: string | null,
  lastModified: string | null,
): boolean {
  if (ifRange === null) return true;
  if (ifRange.startsWith('W/')) return false;
  if (ifRange.startsWith('"')) return ifRange === etag;
  return ifRange === lastModified;
}
