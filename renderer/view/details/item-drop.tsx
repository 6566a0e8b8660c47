import { type PointerEvent, type RefObject, useLayoutEffect, useRef } from 'react';
import { canChangeItems } from '../../store/items.ts';
import { DropMark } from '../parts/drop-mark.tsx';
import { targetAt } from '../tray/tree.ts';
import { moveItem, type ShownLines } from './item-moves.ts';
import { dragItem, useItemDrag } from './item-pointer.ts';
import type { ItemLine } from './item-tree.ts';

interface Drawn {
  readonly index: number;
  readonly start: number;
  readonly size: number;
}

/** What a press on a line does where it may be dragged. */
export function useDragOf(
  shown: ShownLines,
  grid: RefObject<HTMLElement | null>,
  drawn: readonly Drawn[],
): (event: PointerEvent, line: ItemLine) => void {
  // As they are when it lands: rows come and go while it is dragged.
  const now = useRef({ shown, drawn });
  useLayoutEffect(() => {
    now.current = { shown, drawn };
  });
  return (event: PointerEvent, line: ItemLine) => {
    const isButton = event.target instanceof Element && event.target.closest('button') !== null;
    if (line.kind === 'folder' || isButton || !canChangeItems(shown.task) || grid.current === null) return;
    if (event.button !== 0 || event.pointerType === 'touch') return;
    const { item } = line.entry;
    dragItem(event, item, {
      element: grid.current,
      drawn: () => now.current.drawn.map((each) => ({ ...each, folder: folderAt(now.current.shown, each) })),
      drop: (place) => void moveItem(item, targetAt(now.current.shown.lines, place), now.current.shown),
    });
  };
}

function folderAt({ lines }: ShownLines, { index }: Drawn): string | null {
  const line = lines[index];
  return line?.kind === 'folder' ? line.key : null;
}

/** Where what is dragged would land. */
export function DropLine({ drawn }: { readonly drawn: readonly Drawn[] }) {
  const at = useItemDrag(({ drag }) => drag?.at ?? null);
  if (at === null) return null;
  const below = drawn.find(({ index }) => index === at);
  const above = drawn.find(({ index }) => index === at - 1);
  const y = below?.start ?? (above === undefined ? 0 : above.start + above.size);
  return <DropMark y={y} />;
}
