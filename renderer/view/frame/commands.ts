import i18next from 'i18next';
import { orTell } from '../../store/engine.ts';
import { tell } from '../../store/notices.ts';
import { closeTray, openTray, useTray } from '../../store/tray.ts';
import { setView, useView } from '../../store/view.ts';
import { wire } from '../../wire/wires.ts';

/** Each says how many it was. */
export async function pauseAll(): Promise<void> {
  const answer = await orTell(wire.call('tasks.pauseAll', {}));
  if (answer !== null) tell({ kind: 'info', text: i18next.t('frame.pausedAll', { count: answer.count }) });
}

export async function resumeAll(): Promise<void> {
  const answer = await orTell(wire.call('tasks.resumeAll', {}));
  if (answer !== null) tell({ kind: 'info', text: i18next.t('frame.resumedAll', { count: answer.count }) });
}

export async function clearDone(): Promise<void> {
  const answer = await orTell(wire.call('tasks.clearDone', {}));
  if (answer !== null) tell({ kind: 'info', text: i18next.t('frame.cleared', { count: answer.count }) });
}

/** Shows the tray, with the focus in it; or folds it away. */
export function toggleTray(): void {
  const isShown = useTray.getState().isOpen && useView.getState().page === 'list';
  if (isShown) {
    closeTray();
    return;
  }
  setView({ page: 'list' });
  openTray(true);
}

/** Marks the part of the window that is the tray. */
export const TRAY = 'data-tray';

/** The list as a file that goes back in with `importList`. */
export async function exportList(): Promise<void> {
  const answer = await orTell(wire.call('list.export', { format: 'json' }));
  if (answer === null) return;
  const name = 'satchel-list.json';
  if (wire.desktop) await orTell(wire.desktop.call('desktop.saveText', { name, text: answer.text }));
  else saveFromBrowser(name, answer.text);
}

function saveFromBrowser(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
