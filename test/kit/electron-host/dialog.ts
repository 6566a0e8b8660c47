import type { BaseWindow, Dialog, MessageBoxOptions, OpenDialogOptions, SaveDialogOptions } from 'electron';
import { type DialogAnswers, type DialogKind, host } from './host.ts';
import { offered } from './offered.ts';

/** What a user does who closes every dialog without looking. */
const CLOSED: DialogAnswers = {
  open: { canceled: true, filePaths: [] },
  save: { canceled: true, filePath: '' },
  message: { response: 0, checkboxChecked: false },
};

/** Asynchronous ones only: the others would stop the main process. */
export const dialog = offered('dialog', {
  showOpenDialog: (...args: [OpenDialogOptions] | [BaseWindow, OpenDialogOptions]) =>
    answer('open', 'showOpenDialog', args),
  showSaveDialog: (...args: [SaveDialogOptions] | [BaseWindow, SaveDialogOptions]) =>
    answer('save', 'showSaveDialog', args),
  showMessageBox: (...args: [MessageBoxOptions] | [BaseWindow, MessageBoxOptions]) =>
    answer('message', 'showMessageBox', args),
  showErrorBox: (title: string, content: string) =>
    host.note('dialog', { method: 'showErrorBox', title, content }),
  showOpenDialogSync: () => refuseToBlock('showOpenDialogSync'),
  showSaveDialogSync: () => refuseToBlock('showSaveDialogSync'),
  showMessageBoxSync: () => refuseToBlock('showMessageBoxSync'),
} satisfies Pick<Dialog, keyof Dialog & `show${'Open' | 'Save'}Dialog${'' | 'Sync'}`> &
  Pick<Dialog, 'showMessageBox' | 'showMessageBoxSync' | 'showErrorBox'>);

function answer<K extends DialogKind>(
  kind: K,
  method: string,
  args: readonly unknown[],
): Promise<DialogAnswers[K]> {
  const given = host.answers[kind].shift() ?? CLOSED[kind];
  host.note('dialog', { method, options: args.at(-1), answer: given });
  return Promise.resolve(structuredClone(given));
}

function refuseToBlock(method: string): never {
  throw new Error(`electron-host: dialog.${method} stops the main process; use the asynchronous one`);
}
