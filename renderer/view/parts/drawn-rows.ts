import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual';

/** What is seen of the rows, and always the active one: something must say what the focus is on. -1: none is active. */
export function withActive(active: number): (range: Range) => number[] {
  return (range) => {
    const seen = defaultRangeExtractor(range);
    if (active < 0 || active >= range.count || seen.includes(active)) return seen;
    return [...seen, active].sort((a, b) => a - b);
  };
}
