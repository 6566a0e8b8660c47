// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table cannot be placed freely.
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is the tree's own; it says which row is active.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, type RefObject, useId, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { ColumnNames } from '../parts/column-names.tsx';
import { withActive } from '../parts/drawn-rows.ts';
import { DropMark } from '../parts/drop-mark.tsx';
import type { MenuPlace } from '../parts/menu.tsx';
import type { TrayRow } from './edits.ts';
import { pressTrayKey } from './tray-keys.ts';
import { TrayMenu } from './tray-menu.tsx';
import { pressTrayRow } from './tray-pointer.ts';
import { TRAY_ROW, TrayRowView } from './tray-row.tsx';
import { selectRow, setTrayView, useTrayView } from './tray-view.ts';

const ROW = 30;
const OVERSCAN = 8;

/** What is in the tray, as the tree that the ZIP will have. */
export function TrayGrid({ rows }: { readonly rows: readonly TrayRow[] }) {
  const { t } = useTranslation();
  const grid = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const [menu, setMenu] = useState<MenuPlace | null>(null);
  const active = useTrayView((view) => rows.findIndex(({ key }) => key === view.active));
  const isDragging = useTrayView(({ drag }) => drag !== null);
  const virtual = useRows(grid, rows, active);
  const focus = () => grid.current?.focus();
  const openMenu = () => {
    const box = grid.current?.querySelector(`[aria-rowindex="${active + 2}"]`)?.getBoundingClientRect();
    if (box) setMenu({ x: box.left + ROW, y: box.top + ROW, byKeyboard: true });
  };
  return (
    <>
      <div
        ref={grid}
        role="treegrid"
        tabIndex={0}
        aria-label={t('tray.contents')}
        aria-multiselectable
        aria-rowcount={rows.length + 1}
        aria-colcount={2}
        aria-activedescendant={active < 0 ? undefined : `${prefix}${active}`}
        onKeyDown={(event) =>
          pressTrayKey(event, {
            rows,
            page: Math.max(1, Math.floor((grid.current?.clientHeight ?? 0) / ROW) - 1),
            openMenu,
          })
        }
        onFocus={() => active < 0 && setTrayView({ active: rows[0]?.key ?? null })}
        onPointerDown={(event) => {
          const key = rowKey(event);
          if (key === null) selectRow(null);
          else if (grid.current)
            pressTrayRow(event, key, { element: grid.current, rowHeight: ROW, rows: () => rows });
        }}
        onDoubleClick={(event) => setTrayView({ renaming: rowKey(event) })}
        onContextMenu={(event) => {
          event.preventDefault();
          const key = rowKey(event);
          if (key === null) return;
          if (!useTrayView.getState().selected.has(key)) selectRow(key);
          setMenu({ x: event.clientX, y: event.clientY, byKeyboard: false });
        }}
        className={`group/tray relative min-h-0 flex-1 overflow-x-hidden overflow-y-auto rounded-control outline-none ${isDragging ? 'cursor-grabbing' : ''}`}
      >
        <ColumnNames names={[t('add.columns.name'), t('add.columns.size')]} />
        <div
          role="rowgroup"
          className={`relative ${isDragging ? 'pointer-events-none' : ''}`}
          style={{ height: virtual.getTotalSize() }}
        >
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <TrayRowView
                key={row.key}
                row={row}
                elementId={`${prefix}${index}`}
                index={index}
                top={start}
                height={ROW}
                onRenamed={focus}
              />
            );
          })}
          <DropLine />
        </div>
      </div>
      {menu !== null && (
        <TrayMenu
          place={menu}
          rows={rows}
          onClose={() => {
            // As long as it is there it does not let go of the focus.
            flushSync(() => setMenu(null));
            focus();
          }}
        />
      )}
    </>
  );
}

/** What is seen of the rows, and always the active one: something must say what the focus is on. */
function useRows(grid: RefObject<HTMLDivElement | null>, rows: readonly TrayRow[], active: number) {
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => grid.current,
    estimateSize: () => ROW,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: OVERSCAN,
    useFlushSync: false,
    rangeExtractor: withActive(active),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is shown when the keyboard comes to it.
  useLayoutEffect(() => {
    if (active >= 0) virtual.scrollToIndex(active, { align: 'auto' });
  }, [active]);
  return virtual;
}

/** Where what is dragged would land. */
function DropLine() {
  const at = useTrayView(({ drag }) => drag?.at ?? null);
  if (at === null) return null;
  return <DropMark y={at * ROW} />;
}

/** The key of the row that something happened on. */
function rowKey({ target }: MouseEvent): string | null {
  const row = target instanceof Element ? target.closest(`[${TRAY_ROW}]`) : null;
  return row?.getAttribute(TRAY_ROW) ?? null;
}
