// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table cannot be placed freely.
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is the grid's own; it says which row is active.
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type MouseEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { watchPieces } from '../../store/pieces.ts';
import { selectOnly, useSelection } from '../../store/selection.ts';
import { useSettings } from '../../store/settings.ts';
import { ColumnNames } from '../parts/column-names.tsx';
import { withActive } from '../parts/drawn-rows.ts';
import { COLUMNS } from './cell.tsx';
import { ContextMenu, type OpenMenu } from './context-menu.tsx';
import { useDrag } from './drag.ts';
import { DragChip, DropLine } from './drop-line.tsx';
import { FOCUS_HOME } from './keep-focus.ts';
import { openOrShow, pressKey } from './keyboard.ts';
import { pressRow, selectForMenu } from './pointer.ts';
import { ROW_ID, Row, rowElementId } from './row.tsx';
import { targetIds } from './targets.ts';

const ROW_HEIGHT = { comfortable: 60, compact: 40 } as const;
/** Rows drawn beyond what is seen, so that scrolling never meets a gap. */
const OVERSCAN = 6;

/** The rows that are seen of these tasks, in a grid that keeps the focus to itself whatever happens to its rows. */
export function TaskGrid({ ids }: { readonly ids: readonly string[] }) {
  const { t } = useTranslation();
  const grid = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const density = useSettings(({ settings }) => settings?.density ?? 'comfortable');
  const rowHeight = ROW_HEIGHT[density];
  const current = useSelection((selection) => selection.current);
  const currentRow = current === null ? -1 : ids.indexOf(current);
  const virtual = useRows(grid, ids, rowHeight, currentRow);
  const isDragging = useDrag((drag) => drag !== null);
  const items = virtual.getVirtualItems();
  const visible = useEffectEvent(() => items.map(({ index }) => ids[index] ?? ''));
  useEffect(() => watchPieces(() => visible()), []);

  const openMenuAt = (x: number, y: number, byKeyboard: boolean) =>
    setMenu({ ids: targetIds(), x, y, byKeyboard });
  const host = {
    pageSize: () => Math.max(1, Math.floor((grid.current?.clientHeight ?? 0) / rowHeight) - 1),
    openMenu: () => {
      const box = rowElement(current)?.getBoundingClientRect();
      if (box) openMenuAt(box.left + 58, box.top + rowHeight / 2, true);
    },
    enterActions: () => rowElement(current)?.querySelector<HTMLElement>('button')?.focus(),
  };
  const closeMenu = () => {
    // As long as it is there it does not let go of the focus.
    flushSync(() => setMenu(null));
    grid.current?.focus();
  };
  return (
    <>
      <div
        ref={grid}
        role="grid"
        {...{ [FOCUS_HOME]: '' }}
        tabIndex={0}
        aria-label={t('list.label')}
        aria-multiselectable
        aria-rowcount={ids.length + 1}
        aria-colcount={COLUMNS.length}
        aria-activedescendant={currentRow >= 0 && current !== null ? rowElementId(current) : undefined}
        data-compact={density === 'compact' ? '' : undefined}
        onKeyDown={(event) => pressKey(event, host)}
        onFocus={() => {
          const { current: at } = useSelection.getState();
          if (at === null || !ids.includes(at)) useSelection.setState({ current: ids[0] ?? null });
        }}
        onPointerDown={(event) => {
          const id = rowOf(event);
          if (id !== null && grid.current) pressRow(event, id, { element: grid.current, rowHeight });
          else if (isBelowRows(event)) selectOnly(null);
        }}
        onDoubleClick={(event) => {
          const id = rowOf(event);
          if (id !== null) openOrShow(id);
        }}
        onContextMenu={(event) => {
          event.preventDefault();
          const id = rowOf(event);
          if (id === null) return;
          selectForMenu(id);
          openMenuAt(event.clientX, event.clientY, false);
        }}
        className={`group/grid relative min-h-0 flex-1 overflow-x-hidden overflow-y-auto outline-none ${isDragging ? 'cursor-grabbing' : ''}`}
      >
        <ColumnNames names={COLUMNS.map((column) => t(`list.columns.${column}`))} />
        <div
          role="rowgroup"
          className={`relative ${isDragging ? 'pointer-events-none' : ''}`}
          style={{ height: virtual.getTotalSize() }}
        >
          {items.map(({ key, index, start }) => (
            <Row key={key} t={t} id={String(key)} index={index} top={start} height={rowHeight} />
          ))}
          <DropLine rowHeight={rowHeight} />
        </div>
      </div>
      <DragChip />
      {menu !== null && <ContextMenu menu={menu} onClose={closeMenu} />}
    </>
  );
}

/** What is seen of the rows, and always the one that the keyboard is on: the focus must be somewhere. */
function useRows(
  grid: React.RefObject<HTMLDivElement | null>,
  ids: readonly string[],
  rowHeight: number,
  currentRow: number,
) {
  // With another function all rows would be laid out anew.
  const getItemKey = useCallback((index: number) => ids[index] ?? index, [ids]);
  const virtual = useVirtualizer({
    count: ids.length,
    getScrollElement: () => grid.current,
    estimateSize: () => rowHeight,
    getItemKey,
    overscan: OVERSCAN,
    // Rows are drawn when there is time for them, not while the browser waits with the scrolling.
    useFlushSync: false,
    rangeExtractor: withActive(currentRow),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: all rows are measured anew when they are of another height.
  useLayoutEffect(() => virtual.measure(), [rowHeight]);
  const show = useEffectEvent(() => {
    if (currentRow >= 0) virtual.scrollToIndex(currentRow, { align: 'auto' });
  });
  const current = useSelection((selection) => selection.current);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is shown when the keyboard comes to it, not when others move it.
  useLayoutEffect(() => show(), [current]);
  return virtual;
}

function rowElement(id: string | null): HTMLElement | null {
  return id === null ? null : document.getElementById(rowElementId(id));
}

/** On nothing at all, the scroll bar excepted. */
function isBelowRows({ target, currentTarget, nativeEvent }: PointerEvent): boolean {
  return target === currentTarget && nativeEvent.offsetX < currentTarget.clientWidth;
}

/** The task of the row that something happened on. */
function rowOf(event: MouseEvent | PointerEvent): string | null {
  const target = event.target instanceof Element ? event.target : null;
  return target?.closest(`[${ROW_ID}]`)?.getAttribute(ROW_ID) ?? null;
}
