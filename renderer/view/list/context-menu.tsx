import { useRef } from 'react';
import { MenuContext, Popover } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useTasks } from '../../store/tasks.ts';
import { MENU_BOX, type MenuEntry, MenuList } from '../parts/menu.tsx';
import { menuEntries } from './menu-entries.tsx';

export interface OpenMenu {
  readonly ids: readonly string[];
  /** Where in the window it opens. */
  readonly x: number;
  readonly y: number;
  /** Then its first entry has the focus; else the menu as a whole. */
  readonly byKeyboard: boolean;
}

/** What can be done with some tasks, at a place of the window. `onClose` gives the focus back to the list. */
export function ContextMenu({ menu, onClose }: { readonly menu: OpenMenu; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  // What is possible may change while it is open.
  useTasks((state) => state.structure);
  const { byId } = useTasks.getState();
  const tasks = menu.ids.flatMap((id) => byId.get(id) ?? []);
  const [only] = tasks;
  const label = tasks.length > 1 ? t('list.menu.labelMany', { count: tasks.length }) : t('list.menu.label');
  const entries = menuEntries(t, tasks).map(
    (entry): MenuEntry =>
      entry === 'line' ? entry : { ...entry, run: () => closeAndRun(onClose, entry.run) },
  );
  return (
    <>
      <div ref={place} aria-hidden className="fixed size-0" style={{ left: menu.x, top: menu.y }} />
      <Popover
        aria-label={label}
        key={`${menu.x} ${menu.y}`}
        isOpen={only !== undefined}
        triggerRef={place}
        placement="bottom start"
        offset={2}
        onOpenChange={(isOpen) => {
          if (!isOpen) onClose();
        }}
        className={MENU_BOX}
      >
        <MenuContext value={{ autoFocus: menu.byKeyboard ? 'first' : true }}>
          <MenuList label={label} entries={entries} />
        </MenuContext>
      </Popover>
    </>
  );
}

/** The menu goes first, so that what it opens gives the focus back to the list and not to the menu. */
function closeAndRun(onClose: () => void, run: () => void): void {
  onClose();
  run();
}
