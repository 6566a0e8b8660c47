import { create } from 'zustand';

/** What is being dragged to another place of the list. */
export interface Drag {
  readonly ids: ReadonlySet<string>;
  /** Before which of the shown rows it would land; their number is the end. */
  readonly at: number;
  /** Where the pointer is in the window. */
  readonly x: number;
  readonly y: number;
}

/** Null while nothing is dragged. */
export const useDragStore = create<{ readonly drag: Drag | null }>(() => ({ drag: null }));

export function useDrag<T>(select: (drag: Drag | null) => T): T {
  return useDragStore(({ drag }) => select(drag));
}
