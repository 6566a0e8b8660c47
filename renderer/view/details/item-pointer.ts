import type { PointerEvent as ReactPointerEvent } from 'react';
import { create } from 'zustand';
import type { Item } from '../../../main/contract/task.ts';
import { dragByPointer, TREE_SCROLL } from '../parts/pointer-drag.ts';
import { type DropPlace, isInside } from '../tray/tree.ts';

/** Where a dragged item would land. */
interface ItemDrag extends DropPlace {
  readonly id: string;
}

/** What is dragged among the items; null: nothing. */
export const useItemDrag = create<{ readonly drag: ItemDrag | null }>(() => ({ drag: null }));

/** A line that is drawn, and where, in pixels. */
export interface DrawnLine {
  readonly index: number;
  readonly start: number;
  readonly size: number;
  /** The key of a folder. */
  readonly folder: string | null;
}

export interface DragHost {
  /** What scrolls. */
  readonly element: HTMLElement;
  readonly drawn: () => readonly DrawnLine[];
  readonly drop: (place: DropPlace) => void;
}

/** A button is down on an item: until it comes up, the item is dragged. */
export function dragItem(down: ReactPointerEvent, { id }: Item, host: DragHost): void {
  dragByPointer(down, {
    element: host.element,
    scroll: TREE_SCROLL,
    move: (_, y) => useItemDrag.setState({ drag: { id, ...placeAt(y, host) } }),
    end: (drops) => {
      const { drag } = useItemDrag.getState();
      useItemDrag.setState({ drag: null });
      if (drops && drag !== null) host.drop(drag);
    },
  });
}

function placeAt(y: number, { element, drawn }: DragHost): DropPlace {
  const lines = drawn();
  const place = y - element.getBoundingClientRect().top + element.scrollTop;
  const line = lines.find(({ start, size }) => place >= start && place < start + size);
  if (line === undefined) {
    const last = lines.at(-1);
    return { at: place < 0 || last === undefined ? 0 : last.index + 1, into: null };
  }
  const share = (place - line.start) / line.size;
  if (line.folder !== null && isInside(share)) return { at: null, into: line.folder };
  return { at: line.index + Math.round(share), into: null };
}
