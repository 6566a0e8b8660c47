import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect } from 'react';
import type { Item } from '../../../main/contract/task.ts';

/** In pixels. */
export const ROW = 30;
/** With a line for what is wrong. */
const TALL_ROW = 50;
const OVERSCAN = 8;

/** What is seen of the rows, and always the active one: something must say what the focus is on. */
export function useItemRows(grid: RefObject<HTMLDivElement | null>, items: readonly Item[], active: number) {
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => grid.current,
    estimateSize: (index) => (isTall(items[index]) ? TALL_ROW : ROW),
    overscan: OVERSCAN,
    // Rows are drawn when there is time for them, not while the browser waits with the scrolling.
    useFlushSync: false,
    rangeExtractor: (range) => {
      const seen = defaultRangeExtractor(range);
      if (active < 0 || active >= range.count || seen.includes(active)) return seen;
      return [...seen, active].sort((a, b) => a - b);
    },
  });
  const heights = items.reduce((sum, item, index) => (isTall(item) ? sum + index + 1 : sum), items.length);
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are measured anew when others of them are tall.
  useLayoutEffect(() => rows.measure(), [heights]);
  return rows;
}

function isTall(item: Item | undefined): boolean {
  return item?.error != null;
}
