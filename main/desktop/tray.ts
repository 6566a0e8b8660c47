import { Menu, type MenuItemConstructorOptions, type NativeImage, Tray } from 'electron';
import type { Totals } from './pulse.ts';
import type { Words } from './words/en.ts';
import { filled } from './words/words.ts';

export interface TrayActions {
  readonly show: () => void;
  readonly pauseAll: () => void;
  readonly resumeAll: () => void;
  readonly quit: () => void;
}

/** Satchel's place in the notification area: how things go, and the few things that are wanted from there. */
export class TrayIcon {
  readonly #tray: Tray;
  readonly #actions: TrayActions;
  #shown = '';

  constructor(icon: NativeImage, actions: TrayActions) {
    // Kept in a field: one that is collected disappears.
    this.#tray = new Tray(icon);
    this.#actions = actions;
    this.#tray.on('click', actions.show);
  }

  update(totals: Totals, words: Words): void {
    const line = trayLine(totals, words);
    const shown = `${line}\n${words.quit}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#tray.setToolTip(`Satchel · ${line}`);
    // On Linux a menu that is changed is not shown: another one is.
    this.#tray.setContextMenu(Menu.buildFromTemplate(this.#menu(line, words)));
  }

  close(): void {
    this.#tray.destroy();
  }

  #menu(line: string, words: Words): MenuItemConstructorOptions[] {
    const { show, pauseAll, resumeAll, quit } = this.#actions;
    return [
      { id: 'line', label: line, enabled: false },
      { type: 'separator' },
      { id: 'show', label: words.show, click: show },
      { id: 'pauseAll', label: words.pauseAll, click: pauseAll },
      { id: 'resumeAll', label: words.resumeAll, click: resumeAll },
      { type: 'separator' },
      { id: 'quit', label: words.quit, click: quit },
    ];
  }
}

/** `2 downloads · 18.4 MB/s`. */
export function trayLine({ running, speed }: Totals, words: Words): string {
  if (running === 0) return words.idle;
  const text = running === 1 ? words.running_one : words.running_other;
  return filled(text, { count: running, speed: speedText(speed) });
}

function speedText(bytesPerSecond: number): string {
  if (bytesPerSecond < 999_500) return `${Math.round(bytesPerSecond / 1000)} KB/s`;
  return `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`;
}
