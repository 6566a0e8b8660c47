import type { TFunction } from 'i18next';
import { Copy, FileUp, Link, type LucideIcon, RefreshCw, RotateCcw, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../../main/contract/task.ts';
import { copyText } from '../../store/actions.ts';
import { type ItemAction, legalForItem, replaceItem, retryItem } from '../../store/items.ts';
import type { TaskView } from '../../store/tasks.ts';
import { ContextMenuAt, type MenuEntry, type MenuPlace } from '../parts/menu.tsx';
import type { OpenItemDialog } from './item-dialogs.tsx';

export interface OpenItemMenu extends MenuPlace {
  readonly item: Item;
}

const ICONS: Readonly<Record<ItemAction, LucideIcon>> = {
  retry: RotateCcw,
  restart: RefreshCw,
  newLink: Link,
  newFile: FileUp,
  remove: Trash2,
};

export interface ItemMenuProps {
  readonly task: TaskView;
  readonly menu: OpenItemMenu;
  readonly ask: (dialog: OpenItemDialog) => void;
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

function entriesOf(t: TFunction, item: Item, { task, ask }: ItemMenuProps): readonly MenuEntry[] {
  const { id, url, path } = item;
  const runs: Readonly<Record<ItemAction, () => void>> = {
    retry: () => void retryItem(task.id, id, false),
    restart: () => void retryItem(task.id, id, true),
    newLink: () => ask({ kind: 'newLink', item }),
    newFile: () => void replaceItem(task.id, id),
    remove: () => ask({ kind: 'remove', item }),
  };
  const entry = (
    action: ItemAction | 'copyAddress' | 'copyPath',
    Icon: LucideIcon,
    run: () => void,
  ): MenuEntry => ({
    id: action,
    label: t(`details.items.actions.${action}`),
    icon: <Icon aria-hidden />,
    danger: action === 'remove',
    run,
  });
  const of = (action: ItemAction) => entry(action, ICONS[action], runs[action]);
  const legal = legalForItem(task, item);
  const changes = legal.filter((action) => action !== 'remove').map(of);
  const copy = entry(url === null ? 'copyPath' : 'copyAddress', Copy, () => void copyText(url ?? path ?? ''));
  return [
    ...changes,
    ...(changes.length > 0 ? ['line' as const] : []),
    copy,
    ...(legal.includes('remove') ? ['line' as const, of('remove')] : []),
  ];
}
