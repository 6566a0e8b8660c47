import { app, type BrowserWindow } from 'electron';
import type { Totals } from './pulse.ts';

/** Of a window whose bar is gone, or only moves to and fro. */
const NO_BAR = -1;
const UNKNOWN = 2;

/** How far everything is, on the window's place in the task bar, and how many run, on the icon. */
export class Taskbar {
  #bar = '';
  #badge = 0;

  update(window: BrowserWindow | null, { running, share }: Totals): void {
    if (running !== this.#badge) {
      this.#badge = running;
      app.setBadgeCount(running);
    }
    if (window === null) {
      this.#bar = '';
      return;
    }
    const value = running === 0 ? NO_BAR : share === null ? UNKNOWN : Math.round(share * 100) / 100;
    const bar = `${window.id} ${value}`;
    if (bar === this.#bar) return;
    this.#bar = bar;
    window.setProgressBar(value);
  }
}
