import { useTranslation } from 'react-i18next';
import { useTasks } from '../../store/tasks.ts';
import { ContextMenuAt, type MenuPlace } from '../parts/menu.tsx';
import { menuEntries } from './menu-entries.tsx';

export interface OpenMenu extends MenuPlace {
  readonly ids: readonly string[];
}

/** What can be done with some tasks, at a place of the window. `onClose` gives the focus back to the list. */
export function ContextMenu({ menu, onClose }: { readonly menu: OpenMenu; readonly onClose: () => void }) {
  const { t } = useTranslation();
  // What is possible may change while it is open.
  useTasks((state) => state.structure);
  const { byId } = useTasks.getState();
  const tasks = menu.ids.flatMap((id) => byId.get(id) ?? []);
  const label = tasks.length > 1 ? t('list.menu.labelMany', { count: tasks.length }) : t('list.menu.label');
  return (
    <ContextMenuAt
      place={menu}
      label={label}
      entries={menuEntries(t, tasks)}
      isOpen={tasks.length > 0}
      onClose={onClose}
    />
  );
}
