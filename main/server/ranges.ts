/** A part of a file: bytes `start` to `end`, the last one included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** More parts than that nobody needs; to answer them costs more than the whole file. */
const MOST_RANGES = 100;

/**
 * What a `Range` header asks for (RFC 9110 §14.2) of a file of `size` bytes, in its order; `whole`: it is to be passed
 * over, because it is none, of another unit, or made to cost us more than the file; `none`: nothing of it is there.
 */
export function rangesOf(header: string, size: number): readonly ByteRange[] | 'whole' | 'none' {
  const [, list] = /^bytes\s*=\s*(.*)$/i.exec(header.trim()) ?? [];
  const specs = list
    ?.split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  if (!specs || specs.length === 0 || specs.length > MOST_RANGES) return 'whole';
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    // However many digits: some ask for all the rest up to the greatest number that they know.
    const [, first = '', last = ''] = /^(\d*)-(\d*)$/.exec(spec) ?? [];
    if (first === '' && last === '') return 'whole';
    if (first !== '' && last !== '' && Number(last) < Number(first)) return 'whole';
    // It is there, but nothing of it can be told in a Content-Range.
    if (size === 0 && first === '' && Number(last) > 0) return 'whole';
    const range =
      first === '' ? lastBytes(Number(last), size) : { start: Number(first), end: endOf(last, size) };
    if (range.start <= range.end && range.start < size) ranges.push(range);
  }
  if (ranges.length === 0) return 'none';
  // The same bytes again and again: a small request for an answer of any size.
  return ranges.reduce((sum, range) => sum + lengthOf(range), 0) > size ? 'whole' : ranges;
}

export function lengthOf({ start, end }: ByteRange): number {
  return end - start + 1;
}

function endOf(last: string, size: number): number {
  return last === '' ? size - 1 : Math.min(Number(last), size - 1);
}

function lastBytes(count: number, size: number): ByteRange {
  return { start: Math.max(0, size - count), end: count === 0 ? -1 : size - 1 };
}
