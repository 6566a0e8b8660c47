import type { BrowserWindow, BrowserWindowConstructorOptions, Rectangle, WebContents } from 'electron';
import { app } from './app.ts';
import { EVENTS, type Members } from './browser-window-shape.ts';
import { newEvent } from './event.ts';
import { host } from './host.ts';
import { Offered } from './offered.ts';
import { openWindows } from './open-windows.ts';
import { WORK_AREA } from './screen.ts';
import { HostWebContents } from './web-contents.ts';
import { checkOptions } from './window-options.ts';

const windows = new Map<number, HostBrowserWindow>();

/** A page of Chromium, and the state that a window manager would keep of its window. */
export class HostBrowserWindow extends Offered implements Pick<BrowserWindow, Members> {
  readonly id: number;
  readonly webContents: WebContents;
  readonly #contents: HostWebContents;
  #bounds: Rectangle;
  #title: string;
  #isVisible: boolean;
  #isFocused: boolean;
  #isMinimized = false;
  #isMaximized = false;
  #isFullScreen = false;
  #isReady = false;
  #isGone = false;

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super('BrowserWindow', EVENTS);
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    checkOptions(options);
    const { x = 0, y = 0, width = 800, height = 600, show = true, title = app.name } = options;
    this.#bounds = { x, y, width, height };
    this.#isVisible = show;
    this.#isFocused = show;
    this.#title = title;
    this.#contents = new HostWebContents(options.webPreferences ?? {}, {
      close: () => this.close(),
      isFocused: () => this.#isFocused,
      size: () => this.getBounds(),
      painted: () => this.#painted(),
    });
    this.webContents = this.#contents as unknown as WebContents;
    this.id = this.#contents.id;
    windows.set(this.id, this);
    openWindows.add(this.id, this);
    host.note('window', { id: this.id });
    app.emit('browser-window-created', newEvent(), this);
  }

  static getAllWindows(): HostBrowserWindow[] {
    return [...windows.values()];
  }

  static getFocusedWindow(): HostBrowserWindow | null {
    return HostBrowserWindow.getAllWindows().find((window) => window.isFocused()) ?? null;
  }

  static fromId(id: number): HostBrowserWindow | null {
    return windows.get(id) ?? null;
  }

  static fromWebContents(contents: WebContents): HostBrowserWindow | null {
    return windows.get(contents.id) ?? null;
  }

  loadURL(address: string): Promise<void> {
    this.#isReady = false;
    return this.#contents.loadURL(address);
  }

  reload(): void {
    this.#contents.reload();
  }

  show(): void {
    this.showInactive();
    this.focus();
  }

  showInactive(): void {
    if (this.#isVisible) return;
    this.#isVisible = true;
    this.emit('show');
  }

  hide(): void {
    if (!this.#isVisible) return;
    this.#isVisible = false;
    this.blur();
    this.emit('hide');
  }

  focus(): void {
    if (this.#isFocused || !this.#isVisible) return;
    HostBrowserWindow.getFocusedWindow()?.blur();
    this.#isFocused = true;
    this.emit('focus');
    app.emit('browser-window-focus', newEvent(), this);
  }

  blur(): void {
    if (!this.#isFocused) return;
    this.#isFocused = false;
    this.emit('blur');
    app.emit('browser-window-blur', newEvent(), this);
  }

  isVisible(): boolean {
    return this.#isVisible;
  }

  isFocused(): boolean {
    return this.#isFocused;
  }

  minimize(): void {
    if (this.#isMinimized) return;
    this.#isMinimized = true;
    this.blur();
    this.emit('minimize');
  }

  restore(): void {
    if (!this.#isMinimized) return;
    this.#isMinimized = false;
    this.emit('restore');
  }

  isMinimized(): boolean {
    return this.#isMinimized;
  }

  /** Also shows it, as window managers do. */
  maximize(): void {
    if (this.#isMaximized) return;
    this.#isMaximized = true;
    this.showInactive();
    this.emit('maximize');
    this.#resized();
  }

  unmaximize(): void {
    if (!this.#isMaximized) return;
    this.#isMaximized = false;
    this.emit('unmaximize');
    this.#resized();
  }

  isMaximized(): boolean {
    return this.#isMaximized;
  }

  setFullScreen(isWanted: boolean): void {
    if (this.#isFullScreen === isWanted) return;
    this.#isFullScreen = isWanted;
    this.emit(isWanted ? 'enter-full-screen' : 'leave-full-screen');
  }

  isFullScreen(): boolean {
    return this.#isFullScreen;
  }

  getBounds(): Rectangle {
    return this.#isMaximized ? { ...WORK_AREA } : this.getNormalBounds();
  }

  getNormalBounds(): Rectangle {
    return { ...this.#bounds };
  }

  setBounds(bounds: Partial<Rectangle>): void {
    const before = this.#bounds;
    this.#bounds = { ...before, ...bounds };
    const { x, y, width, height } = this.#bounds;
    if (x !== before.x || y !== before.y) this.#emitAll('move', 'moved');
    if (width !== before.width || height !== before.height) this.#resized();
  }

  getTitle(): string {
    return this.#title;
  }

  setTitle(title: string): void {
    this.#title = title;
  }

  setProgressBar(value: number, options: { mode?: string } = {}): void {
    host.note('progress-bar', { id: this.id, value, ...options });
  }

  flashFrame(isWanted: boolean): void {
    host.note('window', { id: this.id, isFlashing: isWanted });
  }

  /** The app may refuse; otherwise it is gone a moment later, as after the page's own `unload`. */
  close(): void {
    if (this.#isGone) return;
    const event = newEvent();
    this.emit('close', event);
    if (event.defaultPrevented) openWindows.stays();
    else setImmediate(() => this.destroy());
  }

  destroy(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#isVisible = false;
    this.#isFocused = false;
    windows.delete(this.id);
    this.#contents.destroy();
    this.emit('closed');
    openWindows.remove(this.id);
  }

  isDestroyed(): boolean {
    return this.#isGone;
  }

  #painted(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.emit('ready-to-show', newEvent());
  }

  #resized(): void {
    this.#contents.resized();
    this.#emitAll('resize', 'resized');
  }

  #emitAll(...names: string[]): void {
    for (const name of names) this.emit(name);
  }
}
