import { ArrowDown, ArrowUp, FolderPlus, type LucideIcon, Pencil, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ContextMenuAt, type MenuEntry, type MenuPlace } from '../parts/menu.tsx';
import { chosenRows, gatherRows, moveRows, removeRows, type TrayRow } from './edits.ts';
import { setTrayView } from './tray-view.ts';

export interface TrayMenuProps {
  readonly place: MenuPlace;
  readonly rows: readonly TrayRow[];
  /** Gives the focus back to the tree. */
  readonly onClose: () => void;
}

/** What can be done with the chosen rows of the tray. */
export function TrayMenu({ place, rows, onClose }: TrayMenuProps) {
  const { t } = useTranslation();
  const chosen = chosenRows(rows);
  const [only, ...others] = chosen;
  const entry = (
    id: 'rename' | 'up' | 'down' | 'gather' | 'remove',
    Icon: LucideIcon,
    run: () => void,
    keys = '',
  ): MenuEntry => ({
    id,
    label: t(`tray.menu.${id}`),
    icon: <Icon aria-hidden />,
    danger: id === 'remove',
    ...(keys !== '' && { keys }),
    run,
  });
  const entries: MenuEntry[] = [
    ...(only !== undefined && others.length === 0
      ? [entry('rename', Pencil, () => setTrayView({ renaming: only.key }), 'F2')]
      : []),
    entry('gather', FolderPlus, () => gatherRows(rows)),
    'line',
    entry('up', ArrowUp, () => moveRows(rows, -1), 'Alt ↑'),
    entry('down', ArrowDown, () => moveRows(rows, 1), 'Alt ↓'),
    'line',
    entry('remove', Trash2, () => removeRows(rows), t('list.keys.delete')),
  ];
  return (
    <ContextMenuAt place={place} label={t('tray.menu.label')} entries={entries} isOpen onClose={onClose} />
  );
}
