import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { BrowserWindow, type BrowserWindowConstructorOptions, nativeTheme, screen } from 'electron';
import type { Channel, ChannelPayloads } from '../contract/bridge.ts';
import type { Clock } from '../world/clock.ts';
import type { Disk } from '../world/disk.ts';
import { PAGE } from './addresses.ts';
import { offerEditMenu } from './edit-menu.ts';
import {
  type Bounds,
  fitting,
  readWindowState,
  SMALLEST,
  USUAL,
  type WindowState,
  writeWindowState,
} from './window-state.ts';
import type { Words } from './words/en.ts';

const PRELOAD = join(import.meta.dirname, '..', 'preload', 'index.cjs');
const ICON = join(import.meta.dirname, '..', 'renderer', 'icon-512.png');
/** Of the page, so that there is no flash before it is drawn. */
const BACKGROUND = { light: '#f6f7f8', dark: '#14171a' } as const;
/** A page that crashes at once, each time, is not to keep the processor busy. */
const RELOAD_MS = 1000;

export interface MainWindowOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly words: () => Words;
  /** Where it is kept how the window was. */
  readonly stateFile: string;
  /** It can be seen again. */
  readonly onSeen: (window: BrowserWindow) => void;
  /** Nothing is left of it but what is kept of its bounds. */
  readonly onGone: () => void;
}

/** The one window. It is made when it is wanted, and dropped with its renderer when it is put away. */
export class MainWindow {
  readonly #options: MainWindowOptions;
  #window: BrowserWindow | null = null;
  #making: Promise<void> | null = null;
  #state: WindowState | null = null;
  #kept: Promise<void> = Promise.resolve();

  constructor(options: MainWindowOptions) {
    this.#options = options;
  }

  get browserWindow(): BrowserWindow | null {
    return this.#window;
  }

  get isSeen(): boolean {
    return this.#window?.isVisible() === true && !this.#window.isMinimized();
  }

  get isFocused(): boolean {
    return this.isSeen && this.#window?.isFocused() === true;
  }

  /** Brings it to the front, made if need be, as soon as there is something to see. Never rejects. */
  async show(): Promise<void> {
    if (this.#window === null || this.#making !== null) await this.#made();
    const window = this.#window;
    if (window === null) return;
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** The app ends: it is out of sight at once. Resolves when it is kept how it was. */
  async end(): Promise<void> {
    if (this.#window !== null) {
      this.#keep(this.#window);
      this.#window.hide();
    }
    await this.#kept;
  }

  /** Sends to the page, if there is one. */
  send<C extends Channel>(channel: C, payload: ChannelPayloads[C]): void {
    this.#window?.webContents.send(channel, payload);
  }

  #made(): Promise<void> {
    this.#making ??= this.#make().finally(() => {
      this.#making = null;
    });
    return this.#making;
  }

  async #make(): Promise<void> {
    const { disk, stateFile } = this.#options;
    this.#state ??= await readWindowState(disk, stateFile);
    const window = new BrowserWindow(this.#windowOptions());
    this.#window = window;
    if (this.#state?.maximized) window.maximize();
    this.#listen(window);
    // Whichever comes first; a window that is closed meanwhile is never ready.
    const ready = new Promise<void>((resolve) => {
      window.once('ready-to-show', () => resolve());
      window.once('closed', () => resolve());
    });
    // The page is part of the program: where it fails to load, what there is of a window says so.
    const loaded = window.loadURL(PAGE).catch(() => {});
    await Promise.race([ready, loaded]);
  }

  #windowOptions(): BrowserWindowConstructorOptions {
    const { dark, light } = BACKGROUND;
    return {
      ...USUAL,
      ...this.#bounds(),
      minWidth: SMALLEST.width,
      minHeight: SMALLEST.height,
      show: false,
      title: 'Satchel',
      // Elsewhere it is the program's own.
      ...(process.platform === 'linux' ? { icon: ICON } : {}),
      backgroundColor: nativeTheme.shouldUseDarkColors ? dark : light,
      webPreferences: {
        preload: PRELOAD,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
      },
    };
  }

  #bounds(): Bounds | Record<string, never> {
    const { bounds } = this.#state ?? {};
    const screens = screen.getAllDisplays().map(({ workArea }) => workArea);
    return (bounds && fitting(bounds, screens)) ?? {};
  }

  #listen(window: BrowserWindow): void {
    const { clock, words, onSeen, onGone } = this.#options;
    offerEditMenu(window, words);
    window.on('show', () => onSeen(window));
    window.on('restore', () => onSeen(window));
    window.on('close', () => this.#keep(window));
    window.on('closed', () => {
      if (this.#window === window) this.#window = null;
      onGone();
    });
    // The page is drawn anew, and the downloads have not noticed.
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason === 'clean-exit') return;
      clock.after(RELOAD_MS, () => {
        if (!window.isDestroyed()) window.reload();
      });
    });
  }

  #keep(window: BrowserWindow): void {
    const { disk, stateFile } = this.#options;
    const before = this.#state;
    const state = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
    if (isDeepStrictEqual(state, before)) return;
    this.#state = state;
    // A window that opens elsewhere next time is no reason to trouble anybody now.
    this.#kept = this.#kept.then(() => writeWindowState(disk, stateFile, state)).catch(() => {});
  }
}
