import type { KeyboardEvent } from 'react';
import type { Item } from '../../../main/contract/task.ts';
import { legalForItem } from '../../store/items.ts';
import type { OpenItemDialog } from './item-dialogs.tsx';
import { MENU_KEYS, throughKey } from './item-keys.ts';
import type { ShownLines } from './item-moves.ts';
import { ROW } from './item-rows.ts';
import { type ItemLine, parentOf } from './item-tree.ts';

/** In the window. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where a menu opens that the keyboard has asked for. */
function placeOf(grid: HTMLElement, index: number): Place {
  const box = grid.querySelector(`[aria-rowindex="${index + 2}"]`)?.getBoundingClientRect();
  return { x: (box?.left ?? 0) + ROW, y: (box?.top ?? 0) + ROW };
}

/** The lines, and what a key can do to them. */
export interface PressHost extends ShownLines {
  readonly fold: (path: string) => void;
  readonly step: (item: Item, by: 1 | -1) => void;
  readonly ask: (dialog: OpenItemDialog) => void;
  readonly active: number;
  readonly go: (key: string | undefined) => void;
  readonly menuOf: (line: ItemLine, place: Place, byKeyboard: boolean) => void;
}

/** What a key does to the active line; gives whether it does anything. */
export function pressOn(event: KeyboardEvent<HTMLElement>, line: ItemLine, on: PressHost): boolean {
  const { key, altKey, currentTarget } = event;
  const { task, lines, asTree, fold, step, ask, active, go, menuOf } = on;
  if (altKey) {
    if (key !== 'ArrowUp' && key !== 'ArrowDown') return false;
    if (line.kind === 'file') step(line.entry.item, key === 'ArrowUp' ? -1 : 1);
    return true;
  }
  const through = asTree ? throughKey(key, currentTarget) : null;
  if (through !== null) {
    const isOpen = line.kind === 'folder' && line.open;
    if (line.kind === 'folder' && isOpen === (through === 'out')) fold(line.path);
    else if (through === 'out') go(parentOf(line) ?? line.key);
    else if (isOpen) go(lines[active + 1]?.key);
    return true;
  }
  if (MENU_KEYS.has(key)) {
    if (line.kind === 'folder') fold(line.path);
    else menuOf(line, placeOf(currentTarget, active), true);
    return true;
  }
  const kind = ASKS[key];
  if (kind === undefined) return false;
  if (line.kind === 'file' && legalForItem(task, line.entry.item).includes(kind)) {
    ask({ kind, item: line.entry.item });
  }
  return true;
}

const ASKS: Readonly<Record<string, 'remove' | 'rename'>> = { Delete: 'remove', F2: 'rename' };
