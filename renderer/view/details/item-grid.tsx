// biome-ignore-all lint/a11y/useSemanticElements: the rows of a table cannot be placed freely.
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is the grid's own; it says which row is active.
import {
  type KeyboardEvent,
  type MouseEvent,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../../main/contract/task.ts';
import type { TaskView } from '../../store/tasks.ts';
import { FOCUS_HOME } from '../list/keep-focus.ts';
import { ColumnNames } from '../parts/column-names.tsx';
import { ItemDialog, type OpenItemDialog } from './item-dialogs.tsx';
import { DropLine, useDragOf } from './item-drop.tsx';
import { rowAfterKey } from './item-keys.ts';
import { ItemMenu, type OpenItemMenu } from './item-menu.tsx';
import { type ShownLines, stepItem } from './item-moves.ts';
import { useItemDrag } from './item-pointer.ts';
import { type Place, pressOn } from './item-press.ts';
import { FolderRow, ITEM_KEY, ItemRow } from './item-row.tsx';
import { ROW, useItemRows } from './item-rows.ts';
import { type ItemLine, itemLines } from './item-tree.ts';

export interface ItemGridProps {
  readonly task: TaskView;
  /** Those of its items that are shown. */
  readonly items: readonly Item[];
  /** By folders, as the ZIP has them. */
  readonly asTree: boolean;
}

/** Items of a package, with what can be done with them. */
export function ItemGrid({ task, items, asTree }: ItemGridProps) {
  const grid = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<OpenItemMenu | null>(null);
  const [dialog, setDialog] = useState<OpenItemDialog | null>(null);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => itemLines(items, asTree, closed), [items, asTree, closed]);
  const shown = { task, lines, asTree };
  const fold = (path: string) =>
    setClosed((now) => {
      const next = new Set(now);
      if (!next.delete(path)) next.add(path);
      return next;
    });
  const step = (item: Item, by: 1 | -1) => {
    const line = lines.find(({ key }) => key === item.id);
    if (line !== undefined) void stepItem(line, by, shown);
  };
  const closeMenu = () => {
    // The menu goes first: while it is there it holds the focus.
    flushSync(() => setMenu(null));
    grid.current?.focus();
  };
  return (
    <>
      <Grid {...shown} grid={grid} fold={fold} step={step} openMenu={setMenu} ask={setDialog} />
      {menu !== null && <ItemMenu task={task} menu={menu} ask={setDialog} move={step} onClose={closeMenu} />}
      {dialog !== null && <ItemDialog task={task} dialog={dialog} onClose={() => setDialog(null)} />}
    </>
  );
}

interface GridProps extends ShownLines {
  readonly task: TaskView;
  readonly grid: React.RefObject<HTMLDivElement | null>;
  readonly fold: (path: string) => void;
  readonly step: (item: Item, by: 1 | -1) => void;
  readonly openMenu: (menu: OpenItemMenu) => void;
  readonly ask: (dialog: OpenItemDialog) => void;
}

/** Of the rows those are drawn that are seen. The focus is the grid's; one row is the active one. */
function Grid(props: GridProps) {
  const { task, lines, asTree, grid, fold, openMenu } = props;
  const { t } = useTranslation();
  const prefix = useId();
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const active = useActiveLine(lines, activeKey);
  const rows = useItemRows(grid, lines, active);
  const isDragging = useItemDrag(({ drag }) => drag !== null);
  const drawn = rows.getVirtualItems();
  const go = (key: string | undefined) => {
    if (key === undefined) return;
    setActiveKey(key);
    rows.scrollToIndex(
      lines.findIndex((line) => line.key === key),
      { align: 'auto' },
    );
  };
  const menuOf = (line: ItemLine | undefined, place: Place, byKeyboard = false) => {
    if (line?.kind !== 'file') return;
    setActiveKey(line.key);
    openMenu({ item: line.entry.item, ...place, byKeyboard });
  };
  const press = (event: KeyboardEvent<HTMLElement>) => {
    const page = Math.max(1, Math.floor((grid.current?.clientHeight ?? 0) / ROW) - 1);
    const line = lines[active];
    const to = event.altKey ? null : rowAfterKey(event.key, active, lines.length, page);
    if (to !== null) go(lines[to]?.key);
    else if (line === undefined || !pressOn(event, line, { ...props, go, menuOf, active })) return;
    event.preventDefault();
  };
  const startDrag = useDragOf(props, grid, drawn);
  return (
    <div
      ref={grid}
      role="grid"
      {...(asTree && { role: 'treegrid' })}
      {...{ [FOCUS_HOME]: '' }}
      tabIndex={0}
      aria-label={t('details.items.label')}
      aria-rowcount={lines.length + 1}
      aria-colcount={2}
      aria-activedescendant={active < 0 ? undefined : `${prefix}${active}`}
      onKeyDown={press}
      onFocus={() => active < 0 && setActiveKey(lines[0]?.key ?? null)}
      onPointerDown={(event) => {
        const line = lineAt(event, lines);
        if (line === undefined) return;
        setActiveKey(line.key);
        startDrag(event, line);
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        menuOf(lineAt(event, lines), { x: event.clientX, y: event.clientY });
      }}
      className={`group/items relative -mx-2 min-h-40 flex-1 overflow-x-hidden overflow-y-auto rounded-control ${isDragging ? 'cursor-grabbing' : ''}`}
    >
      <ColumnNames names={[t('details.items.columns.name'), t('details.items.columns.amount')]} />
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {drawn.map(({ index, start, size }) => {
          const line = lines[index];
          if (line === undefined) return null;
          const common = {
            elementId: `${prefix}${index}`,
            place: { index, top: start, height: size },
            isActive: index === active,
            inTree: asTree,
          };
          return line.kind === 'folder' ? (
            <FolderRow key={line.key} {...common} line={line} onFold={() => fold(line.path)} />
          ) : (
            <ItemRow
              key={line.key}
              {...common}
              line={line}
              task={task}
              onMenu={(x, y) => menuOf(line, { x, y })}
            />
          );
        })}
        <DropLine drawn={drawn} />
      </div>
    </div>
  );
}

/** Which line the keyboard is on; where it has gone, the one that has come to its place. -1: none. */
function useActiveLine(lines: readonly ItemLine[], key: string | null): number {
  const last = useRef(-1);
  const found = key === null ? -1 : lines.findIndex((line) => line.key === key);
  const active = found >= 0 || key === null ? found : Math.min(last.current, lines.length - 1);
  useLayoutEffect(() => {
    last.current = active;
  });
  return active;
}

/** The line of the row that something happened on. */
function lineAt({ target }: MouseEvent, lines: readonly ItemLine[]): ItemLine | undefined {
  const row = target instanceof Element ? target.closest(`[${ITEM_KEY}]`) : null;
  return row === null ? undefined : lines.find(({ key }) => key === row.getAttribute(ITEM_KEY));
}
