import { useEffect } from 'react';
import type { WindowAction } from '../../../main/contract/desktop.ts';
import { openAdd, openDialog, setView, useView } from '../../store/view.ts';
import { exportList, pauseAll, resumeAll, toggleTray } from './commands.ts';

/** The element that Ctrl+F goes to. */
export const SEARCH_FIELD = 'search-downloads';

const isMac = /mac/i.test(navigator.platform);

/** Shortcuts of the whole window: `Mod` is ⌘ on macOS, else Ctrl. Those of the list are the list's own. */
export const SHORTCUTS = {
  add: 'Mod+N',
  newPackage: 'Mod+Shift+N',
  search: 'Mod+F',
  settings: 'Mod+,',
  history: 'Mod+Y',
  toggleDetails: 'Mod+I',
  pauseAll: 'Mod+Shift+P',
  resumeAll: 'Mod+Shift+R',
  importList: 'Mod+O',
  shortcuts: 'F1',
} as const satisfies Partial<Record<WindowAction, string>>;
type Shortcut = keyof typeof SHORTCUTS;

/** As it is written on this system: `Ctrl F`, `⌘F`. */
export function keysText(name: Shortcut): string {
  const keys = SHORTCUTS[name].split('+');
  const signs: Record<string, string> = isMac ? { Mod: '⌘', Shift: '⇧' } : { Mod: 'Ctrl' };
  return keys.map((key) => signs[key] ?? key).join(isMac ? '' : ' ');
}

const ACTIONS: Readonly<Record<WindowAction, () => void>> = {
  add: () => openAdd(),
  newPackage: toggleTray,
  settings: () => setView({ page: 'settings' }),
  history: () => setView({ page: 'history' }),
  search: () => document.getElementById(SEARCH_FIELD)?.focus(),
  pauseAll: () => void pauseAll(),
  resumeAll: () => void resumeAll(),
  toggleDetails: () => setView({ page: 'list', detailsOpen: !useView.getState().detailsOpen }),
  importList: () => openDialog({ kind: 'importList' }),
  exportList: () => void exportList(),
  shortcuts: () => openDialog({ kind: 'shortcuts' }),
};

/** What a shortcut, a menu or the tray asks for. */
export function runAction(action: WindowAction): void {
  ACTIONS[action]();
}

/** While the window is there, its shortcuts work; under an open box they do not. */
export function useShortcuts(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || useView.getState().dialog !== null) return;
      const action = actionOf(event);
      if (action === undefined) return;
      event.preventDefault();
      runAction(action);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

function actionOf(event: KeyboardEvent): Shortcut | undefined {
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const pressed = [
    mod ? 'Mod' : '',
    event.shiftKey ? 'Shift' : '',
    event.altKey ? 'Alt' : '',
    event.key.length === 1 ? event.key.toUpperCase() : event.key,
  ];
  const text = pressed.filter(Boolean).join('+');
  return (Object.keys(SHORTCUTS) as Shortcut[]).find((name) => SHORTCUTS[name] === text);
}
