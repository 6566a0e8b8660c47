import { type BrowserWindow, dialog, type MessageBoxOptions } from 'electron';
import { notify } from './notify.ts';
import type { Words } from './words/en.ts';
import { filled } from './words/words.ts';

/** What is said and asked about newer versions. */
export interface UpdateTalk {
  /** True: it may be fetched from there, and installed when the app quits. */
  askToGet(version: string, address: string): Promise<boolean>;
  askToRestart(version: string): Promise<boolean>;
  /** There is one, and somebody else puts it into place. */
  tellElsewhere(version: string): void;
  /** It has been agreed to, and waits for its time. */
  tellOnItsWay(version: string): void;
  tellCurrent(): void;
  tellFailed(problem: string): void;
  /** Without a box; `taken` when the user takes it up. */
  notice(what: 'found' | 'ready', version: string, taken: () => void): void;
}

export interface UpdateTalkOptions {
  readonly words: () => Words;
  readonly window: () => BrowserWindow | null;
}

/** By boxes of the system: no page can agree for the user. */
export function updateTalk({ words, window }: UpdateTalkOptions): UpdateTalk {
  const show = (options: MessageBoxOptions) => {
    const parent = window();
    return parent === null ? dialog.showMessageBox(options) : dialog.showMessageBox(parent, options);
  };
  const ask = async (message: string, detail: string, action: string) => {
    const buttons = [action, words().later];
    const { response } = await show({
      type: 'question',
      message,
      detail,
      buttons,
      defaultId: 0,
      cancelId: 1,
    });
    return response === 0;
  };
  const tell = (message: string, detail: string) => {
    void show({ type: 'info', message, detail, buttons: [words().ok] });
  };
  return {
    askToGet: (version, address) => {
      const { updateFound, updateGet, download } = words();
      const host = URL.parse(address)?.host ?? address;
      return ask(filled(updateFound, { version }), filled(updateGet, { host }), download);
    },
    askToRestart: (version) => {
      const { updateReady, updateOnQuit, restartNow } = words();
      return ask(filled(updateReady, { version }), updateOnQuit, restartNow);
    },
    tellElsewhere: (version) => tell(filled(words().updateFound, { version }), words().updateElsewhere),
    tellOnItsWay: (version) => tell(filled(words().updateFound, { version }), words().updateOnItsWay),
    tellCurrent: () => tell(words().updateNone, ''),
    tellFailed: (problem) => tell(words().updateFailed, problem),
    notice: (what, version, taken) => {
      const text = what === 'found' ? words().updateFound : words().updateReady;
      notify(filled(text, { version }), words().clickForMore, taken);
    },
  };
}
