/** What a cell of the piece map stands for: all of its bytes are there, some, none, or they are just being fetched. */
export const CELLS = ['done', 'partly', 'live', 'empty'] as const;
export type Cell = (typeof CELLS)[number];

type Span = readonly [start: number, end: number];

/**
 * A file of `length` bytes in cells of equal size, at most `most` and at least a byte each. `spans` are those that are
 * there, in order and apart; `live` is where bytes are being added.
 */
export function cellsOf(
  length: number,
  most: number,
  spans: readonly Span[],
  live: readonly number[],
): Cell[] {
  const count = Math.min(most, length);
  if (count < 1) return [];
  const size = length / count;
  const filled = new Float64Array(count);
  for (const [start, end] of spans) {
    const last = Math.min(count - 1, Math.floor((end - 1) / size));
    for (let cell = Math.floor(start / size); cell <= last; cell += 1) {
      filled[cell] = (filled[cell] ?? 0) + Math.min(end, (cell + 1) * size) - Math.max(start, cell * size);
    }
  }
  const cells = Array.from(filled, (bytes): Cell => {
    // Sums of fractions do not come out even.
    if (bytes >= size * 0.999_999) return 'done';
    return bytes > 0 ? 'partly' : 'empty';
  });
  for (const at of live) {
    const cell = Math.min(count - 1, Math.floor(at / size));
    if (cells[cell] !== 'done') cells[cell] = 'live';
  }
  return cells;
}
