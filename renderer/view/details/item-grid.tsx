// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table cannot be placed freely.
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is the grid's own; it says which row is active.
import { type KeyboardEvent, type MouseEvent, useId, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../../main/contract/task.ts';
import { legalForItem } from '../../store/items.ts';
import type { TaskView } from '../../store/tasks.ts';
import { ItemDialog, type OpenItemDialog } from './item-dialogs.tsx';
import { MENU_KEYS, rowAfterKey } from './item-keys.ts';
import { ItemMenu, type OpenItemMenu } from './item-menu.tsx';
import { ITEM_ID, ItemRow } from './item-row.tsx';
import { ROW, useItemRows } from './item-rows.ts';

export interface ItemGridProps {
  readonly task: TaskView;
  /** Those of its items that are shown. */
  readonly items: readonly Item[];
}

/** Items of a package, with what can be done with them. */
export function ItemGrid({ task, items }: ItemGridProps) {
  const grid = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<OpenItemMenu | null>(null);
  const [dialog, setDialog] = useState<OpenItemDialog | null>(null);
  const closeMenu = () => {
    // The menu goes first: while it is there it holds the focus.
    flushSync(() => setMenu(null));
    grid.current?.focus();
  };
  return (
    <>
      <Grid task={task} items={items} grid={grid} openMenu={setMenu} ask={setDialog} />
      {menu !== null && <ItemMenu task={task} menu={menu} ask={setDialog} onClose={closeMenu} />}
      {dialog !== null && <ItemDialog task={task} dialog={dialog} onClose={() => setDialog(null)} />}
    </>
  );
}

interface GridProps extends ItemGridProps {
  readonly grid: React.RefObject<HTMLDivElement | null>;
  readonly openMenu: (menu: OpenItemMenu) => void;
  readonly ask: (dialog: OpenItemDialog) => void;
}

/** Of the rows those are drawn that are seen. The focus is the grid's; one row is the active one. */
function Grid({ task, items, grid, openMenu, ask }: GridProps) {
  const { t } = useTranslation();
  const prefix = useId();
  const [activeId, setActiveId] = useState<string | null>(null);
  const active = activeId === null ? -1 : items.findIndex(({ id }) => id === activeId);
  const rows = useItemRows(grid, items, active);
  const menuOf = (item: Item | undefined, place: Place, byKeyboard = false) => {
    if (item === undefined) return;
    setActiveId(item.id);
    openMenu({ item, ...place, byKeyboard });
  };
  const press = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((grid.current?.clientHeight ?? 0) / ROW) - 1);
    const to = rowAfterKey(event.key, active, items.length, page);
    const item = items[active];
    if (to !== null) {
      setActiveId(items[to]?.id ?? null);
      rows.scrollToIndex(to, { align: 'auto' });
    } else if (MENU_KEYS.has(event.key)) menuOf(item, placeOf(grid.current, active), true);
    else if (event.key !== 'Delete') return;
    else if (item && legalForItem(task, item).includes('remove')) ask({ kind: 'remove', item });
    event.preventDefault();
  };
  return (
    <div
      ref={grid}
      role="grid"
      tabIndex={0}
      aria-label={t('details.items.label')}
      aria-rowcount={items.length + 1}
      aria-colcount={2}
      aria-activedescendant={active < 0 ? undefined : `${prefix}${active}`}
      onKeyDown={press}
      onFocus={() => active < 0 && setActiveId(items[0]?.id ?? null)}
      onClick={(event) => setActiveId(itemAt(event, items)?.id ?? activeId)}
      onContextMenu={(event) => {
        event.preventDefault();
        menuOf(itemAt(event, items), { x: event.clientX, y: event.clientY });
      }}
      className="group/items relative -mx-2 min-h-40 flex-1 overflow-x-hidden overflow-y-auto rounded-control"
    >
      <ColumnNames />
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start, size }) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <ItemRow
              key={item.id}
              item={item}
              task={task}
              elementId={`${prefix}${index}`}
              place={{ index, top: start, height: size }}
              isActive={index === active}
              onMenu={(x, y) => menuOf(item, { x, y })}
            />
          );
        })}
      </div>
    </div>
  );
}

/** In the window. */
interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where a menu opens that the keyboard has asked for. */
function placeOf(grid: HTMLElement | null, index: number): Place {
  const box = grid?.querySelector(`[aria-rowindex="${index + 2}"]`)?.getBoundingClientRect();
  return { x: (box?.left ?? 0) + ROW, y: (box?.top ?? 0) + ROW };
}

/** The item of the row that something happened on. */
function itemAt({ target }: MouseEvent, items: readonly Item[]): Item | undefined {
  const row = target instanceof Element ? target.closest(`[${ITEM_ID}]`) : null;
  return row === null ? undefined : items.find(({ id }) => id === row.getAttribute(ITEM_ID));
}

/** For those who do not see the columns. */
function ColumnNames() {
  const { t } = useTranslation();
  return (
    <div role="rowgroup" className="sr-only">
      <div role="row" aria-rowindex={1}>
        <span role="columnheader">{t('details.items.columns.name')}</span>
        <span role="columnheader">{t('details.items.columns.amount')}</span>
      </div>
    </div>
  );
}
