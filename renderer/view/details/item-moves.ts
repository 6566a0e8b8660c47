import i18next from 'i18next';
import type { Item, Task } from '../../../main/contract/task.ts';
import { canChangeItems, updateItem } from '../../store/items.ts';
import { isolated } from '../errors/isolated.ts';
import { announce } from '../list/announce.tsx';
import type { Target } from '../tray/tree.ts';
import { changeFor, type ItemLine, targetBeside } from './item-tree.ts';

/** The lines of a package that are shown, and how. */
export interface ShownLines {
  readonly task: Task;
  readonly lines: readonly ItemLine[];
  readonly asTree: boolean;
}

/** One place up or down, which is said to those who do not see it. */
export async function stepItem(line: ItemLine, step: 1 | -1, shown: ShownLines): Promise<void> {
  const { task, lines, asTree } = shown;
  if (line.kind === 'folder' || !canChangeItems(task)) return;
  const target = targetBeside(lines, line, step, asTree);
  if (target === null) announce(i18next.t(step < 0 ? 'list.atTop' : 'list.atBottom'));
  else await moveItem(line.entry.item, target, shown);
}

export async function moveItem(item: Item, target: Target, { task, asTree }: ShownLines): Promise<void> {
  const change = changeFor(task.items, item, target, asTree);
  if (change === null) return;
  const moved = await updateItem(task.id, item.id, change);
  const place = moved?.items.findIndex(({ id }) => id === item.id) ?? -1;
  if (moved === null || place < 0) return;
  const name = isolated(moved.items[place]?.name ?? item.name);
  announce(i18next.t('list.moved', { name, place: place + 1, count: moved.items.length }));
}
