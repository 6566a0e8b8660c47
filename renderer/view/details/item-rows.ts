import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect } from 'react';
import { withActive } from '../parts/drawn-rows.ts';
import type { ItemLine } from './item-tree.ts';

/** In pixels. */
export const ROW = 30;
/** With a line for what is wrong. */
const TALL_ROW = 50;
const OVERSCAN = 8;

/** What is seen of the rows, and always the active one: something must say what the focus is on. */
export function useItemRows(
  grid: RefObject<HTMLDivElement | null>,
  lines: readonly ItemLine[],
  active: number,
) {
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => grid.current,
    estimateSize: (index) => (isTall(lines[index]) ? TALL_ROW : ROW),
    overscan: OVERSCAN,
    // Rows are drawn when there is time for them, not while the browser waits with the scrolling.
    useFlushSync: false,
    rangeExtractor: withActive(active),
  });
  const heights = lines.reduce((sum, line, index) => (isTall(line) ? sum + index + 1 : sum), lines.length);
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are measured anew when others of them are tall.
  useLayoutEffect(() => rows.measure(), [heights]);
  return rows;
}

function isTall(line: ItemLine | undefined): boolean {
  return line?.kind === 'file' && line.entry.item.error !== null;
}
