import type { Item } from '../../../main/contract/task.ts';
import {
  folderOf,
  joinName,
  type Placed,
  siblingsOf,
  splitName,
  stepBeside,
  type Target,
  type TreeRow,
  treeRows,
} from '../tray/tree.ts';

/** An item with its place in the ZIP. */
export interface ItemEntry extends Placed {
  readonly item: Item;
}

export type ItemLine = TreeRow<ItemEntry>;

/** The lines for items: each with its whole name, or as the tree that the ZIP has. `closed`: paths of folders. */
export function itemLines(
  items: readonly Item[],
  asTree: boolean,
  closed: ReadonlySet<string>,
): readonly ItemLine[] {
  const entries = items.map((item) => ({ key: item.id, name: item.name, size: sizeIn(item), item }));
  if (asTree) return treeRows(entries, closed);
  const siblings = entries.length;
  return entries.map((entry, index) => ({
    ...{ kind: 'file', key: entry.key, label: entry.name, depth: 0, place: index + 1, siblings, entry },
  }));
}

/** Bytes of it in the ZIP before it is packed. */
function sizeIn({ leftOut, total }: Item): number | null {
  return leftOut ? 0 : total;
}

/** The folder's line that a line of the tree lies below. */
export function parentOf(line: ItemLine): string | null {
  const folder = folderOf(line);
  return folder === '' ? null : `${folder}/`;
}

/** One place up or down among the lines beside it; null: it is at that end already. */
export function targetBeside(
  lines: readonly ItemLine[],
  line: ItemLine,
  step: 1 | -1,
  asTree: boolean,
): Target | null {
  const siblings = asTree ? siblingsOf(lines, line) : lines;
  const at = siblings.indexOf(line);
  const beside = stepBeside(siblings, { first: at, last: at }, step);
  return beside && { ...beside, folder: asTree ? folderOf(line) : '' };
}

/** What has to be changed so that an item comes to lie there; null: nothing. */
export function changeFor(
  items: readonly Item[],
  item: Item,
  { before, folder }: Target,
  asTree: boolean,
): { readonly position?: number; readonly name?: string } | null {
  const others = items.filter(({ id }) => id !== item.id);
  const there = before === item.id ? items.indexOf(item) : others.findIndex(({ id }) => id === before);
  const position = there < 0 ? others.length : there;
  const name = asTree ? joinName(folder, splitName(item.name).label) : item.name;
  const change = {
    ...(position !== items.indexOf(item) && { position }),
    ...(name !== item.name && { name }),
  };
  return Object.keys(change).length === 0 ? null : change;
}
