import { create } from 'zustand';

/** What is being dragged to another place of the list. */
export interface Drag {
  readonly ids: ReadonlySet<string>;
  /** Before which of the shown rows it would land; their number is the end. Null: not in the list. */
  readonly at: number | null;
  /** It would land in the package tray. */
  readonly overTray: boolean;
  /** Where the pointer is in the window. */
  readonly x: number;
  readonly y: number;
}

interface Dragging {
  /** Null while nothing is dragged. */
  readonly drag: Drag | null;
  /** Finished downloads that are on their way out as files; null while none are. */
  readonly out: ReadonlySet<string> | null;
}

export const useDragStore = create<Dragging>(() => ({ drag: null, out: null }));

export function useDrag<T>(select: (drag: Drag | null) => T): T {
  return useDragStore(({ drag }) => select(drag));
}
