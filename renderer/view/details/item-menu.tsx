import type { TFunction } from 'i18next';
import {
  ArrowDown,
  ArrowUp,
  Copy,
  FileUp,
  Link,
  type LucideIcon,
  Pencil,
  RefreshCw,
  RotateCcw,
  Trash2,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../../main/contract/task.ts';
import { copyText } from '../../store/actions.ts';
import { canChangeItems, type ItemAction, legalForItem, replaceItem, retryItem } from '../../store/items.ts';
import type { TaskView } from '../../store/tasks.ts';
import { ContextMenuAt, type MenuEntry, type MenuPlace } from '../parts/menu.tsx';
import type { OpenItemDialog } from './item-dialogs.tsx';

export interface OpenItemMenu extends MenuPlace {
  readonly item: Item;
}

const ICONS: Readonly<Record<ItemAction, LucideIcon>> = {
  retry: RotateCcw,
  restart: RefreshCw,
  rename: Pencil,
  newLink: Link,
  newFile: FileUp,
  remove: Trash2,
};

const KEYS: Readonly<Partial<Record<ItemAction, string>>> = { rename: 'F2' };

export interface ItemMenuProps {
  readonly task: TaskView;
  readonly menu: OpenItemMenu;
  readonly ask: (dialog: OpenItemDialog) => void;
  /** One place up or down. */
  readonly move: (item: Item, step: 1 | -1) => void;
  /** Gives the focus back to the list. */
  readonly onClose: () => void;
}

/** What can be done with an item as it stands, at a place of the window. */
export function ItemMenu(props: ItemMenuProps) {
  const { task, menu, onClose } = props;
  const { t } = useTranslation();
  // It may have changed while the menu is open.
  const item = task.items.find(({ id }) => id === menu.item.id);
  return (
    <ContextMenuAt
      place={menu}
      label={t('details.items.menu', { name: menu.item.name })}
      entries={item === undefined ? [] : entriesOf(t, item, props)}
      isOpen={item !== undefined}
      onClose={onClose}
    />
  );
}

function entriesOf(t: TFunction, item: Item, { task, ask, move }: ItemMenuProps): readonly MenuEntry[] {
  const { id, url, path } = item;
  const runs: Readonly<Record<ItemAction, () => void>> = {
    retry: () => void retryItem(task.id, id, false),
    restart: () => void retryItem(task.id, id, true),
    rename: () => ask({ kind: 'rename', item }),
    newLink: () => ask({ kind: 'newLink', item }),
    newFile: () => void replaceItem(task.id, id),
    remove: () => ask({ kind: 'remove', item }),
  };
  const entry = (
    action: ItemAction | 'copyAddress' | 'copyPath' | 'moveUp' | 'moveDown',
    Icon: LucideIcon,
    run: () => void,
    keys?: string,
  ): MenuEntry => ({
    id: action,
    label: t(`details.items.actions.${action}`),
    icon: <Icon aria-hidden />,
    danger: action === 'remove',
    run,
    ...(keys !== undefined && { keys }),
  });
  const of = (action: ItemAction) => entry(action, ICONS[action], runs[action], KEYS[action]);
  const legal = legalForItem(task, item);
  const changes = legal.filter((action) => action !== 'remove').map(of);
  const moves = [
    entry('moveUp', ArrowUp, () => move(item, -1), 'Alt ↑'),
    entry('moveDown', ArrowDown, () => move(item, 1), 'Alt ↓'),
  ];
  const copy = entry(url === null ? 'copyPath' : 'copyAddress', Copy, () => void copyText(url ?? path ?? ''));
  return [
    ...changes,
    ...(changes.length > 0 ? ['line' as const] : []),
    ...(canChangeItems(task) && task.items.length > 1 ? [...moves, 'line' as const] : []),
    copy,
    ...(legal.includes('remove') ? ['line' as const, of('remove')] : []),
  ];
}
