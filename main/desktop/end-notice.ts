import { dialog } from 'electron';
import { notify } from './notify.ts';
import type { EndChoice, EndKind } from './when-done.ts';
import type { MainWindow } from './window.ts';
import type { Words } from './words/en.ts';

const STAY = 0;

/** Says what will happen: in the window that is seen, else by a notification. Gives what takes it back. */
export function announceEnd(
  what: EndKind,
  { stay, now }: EndChoice,
  { words, window: { browserWindow, isSeen } }: { readonly words: Words; readonly window: MainWindow },
): () => void {
  const message = what === 'quit' ? words.quitting : words.sleeping;
  if (browserWindow === null || !isSeen) return notify('Satchel', `${message} ${words.clickToStay}`, stay);
  const over = new AbortController();
  const options = {
    message,
    buttons: [words.stay, what === 'quit' ? words.quitNow : words.sleepNow],
    defaultId: STAY,
    cancelId: STAY,
    signal: over.signal,
  };
  void dialog.showMessageBox(browserWindow, options).then(({ response }) => {
    if (over.signal.aborted) return;
    if (response === STAY) stay();
    else now();
  });
  return () => over.abort();
}
