import type { KeyboardEvent } from 'react';
import { rowAfterKey, throughKey } from '../details/item-keys.ts';
import { moveRows, removeRows, type TrayRow } from './edits.ts';
import { foldRow, selectRow, selectRowsTo, setTrayView, toggleRow, useTrayView } from './tray-view.ts';
import { folderOf } from './tree.ts';

export interface TrayKeysHost {
  readonly rows: readonly TrayRow[];
  /** How many rows are seen at once. */
  readonly page: number;
  readonly openMenu: () => void;
}

/** Keys of the tree; what is no key of its own goes on to the window. */
export function pressTrayKey(event: KeyboardEvent<HTMLElement>, host: TrayKeysHost): void {
  if (event.target !== event.currentTarget || event.nativeEvent.isComposing) return;
  if (handled(event, host)) event.preventDefault();
}

function handled(event: KeyboardEvent<HTMLElement>, { rows, page, openMenu }: TrayKeysHost): boolean {
  const { active } = useTrayView.getState();
  const at = rows.findIndex(({ key }) => key === active);
  if (event.altKey) {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return false;
    moveRows(rows, event.key === 'ArrowUp' ? -1 : 1);
    return true;
  }
  const to = rowAfterKey(event.key, at, rows.length, page);
  const target = to === null ? undefined : rows[to];
  if (target !== undefined) {
    if (event.shiftKey)
      selectRowsTo(
        target.key,
        rows.map(({ key }) => key),
      );
    else if (event.ctrlKey || event.metaKey) setTrayView({ active: target.key });
    else selectRow(target.key);
    return true;
  }
  const row = rows[at];
  return row !== undefined && onRow(event, row, { rows, page, openMenu });
}

function onRow(event: KeyboardEvent<HTMLElement>, row: TrayRow, { rows, openMenu }: TrayKeysHost): boolean {
  const mod = event.ctrlKey || event.metaKey;
  const { key } = event;
  if (mod && key.toLowerCase() === 'a') {
    setTrayView({ selected: new Set(rows.map((each) => each.key)) });
    return true;
  }
  if (mod && key === ' ') {
    toggleRow(row.key);
    return true;
  }
  if (mod) return false;
  const through = throughKey(key, event.currentTarget);
  if (through !== null) {
    goThrough(row, rows, through === 'in');
    return true;
  }
  switch (key) {
    case 'F2':
      setTrayView({ renaming: row.key });
      return true;
    case 'Delete':
    case 'Backspace':
      removeRows(rows);
      return true;
    case 'Escape':
      setTrayView({ selected: new Set() });
      return true;
    case 'Enter':
    case 'ContextMenu':
      openMenu();
      return true;
    case 'F10':
      if (!event.shiftKey) return false;
      openMenu();
      return true;
    default:
      return false;
  }
}

/** Opens a folder and goes into it; or out of it, and folds it up. */
function goThrough(row: TrayRow, rows: readonly TrayRow[], inward: boolean): void {
  const isOpen = row.kind === 'folder' && row.open;
  if (row.kind === 'folder' && isOpen !== inward) foldRow(row.path, !inward);
  else if (inward && row.kind === 'folder') selectRow(rows[rows.indexOf(row) + 1]?.key ?? row.key);
  else if (!inward) {
    const folder = folderOf(row);
    if (folder !== '') selectRow(`${folder}/`);
  }
}
