import type { App } from 'electron';
import { appName, type PathName, pathOf, setPath } from './app-paths.ts';
import { commandLine } from './command-line.ts';
import { ELECTRON_VERSION, isPackaged, runApp, systemLanguages } from './environment.ts';
import { newEvent } from './event.ts';
import { host } from './host.ts';
import { Offered } from './offered.ts';
import { openWindows } from './open-windows.ts';
import { holdsLock, releaseLock, takeLock } from './single-instance.ts';

const EVENTS = [
  'activate',
  'before-quit',
  'browser-window-blur',
  'browser-window-created',
  'browser-window-focus',
  'child-process-gone',
  'open-file',
  'open-url',
  'quit',
  'ready',
  'render-process-gone',
  'second-instance',
  'web-contents-created',
  'will-finish-launching',
  'will-quit',
  'window-all-closed',
] as const;

/** What of Electron's `app` the host offers. */
type Members =
  | 'addRecentDocument'
  | 'badgeCount'
  | 'commandLine'
  | 'dock'
  | 'enableSandbox'
  | 'exit'
  | 'focus'
  | 'getAppPath'
  | 'getBadgeCount'
  | 'getLocale'
  | 'getName'
  | 'getPath'
  | 'getPreferredSystemLanguages'
  | 'getSystemLocale'
  | 'getVersion'
  | 'hasSingleInstanceLock'
  | 'isDefaultProtocolClient'
  | 'isPackaged'
  | 'isReady'
  | 'name'
  | 'quit'
  | 'releaseSingleInstanceLock'
  | 'relaunch'
  | 'removeAsDefaultProtocolClient'
  | 'requestSingleInstanceLock'
  | 'setAppUserModelId'
  | 'setAsDefaultProtocolClient'
  | 'setBadgeCount'
  | 'setDesktopName'
  | 'setPath'
  | 'whenReady';

class HostApp extends Offered implements Pick<App, Members> {
  readonly commandLine = commandLine as App['commandLine'];
  readonly dock = undefined;
  readonly isPackaged = isPackaged();
  name = appName();
  badgeCount = 0;
  readonly #schemes = new Set<string>();
  #isReady = false;
  #isQuitting = false;
  #isExiting = false;

  constructor() {
    super('app', EVENTS);
    openWindows.on('closed', () => this.#windowClosed());
    openWindows.on('stays', () => {
      this.#isQuitting = false;
    });
    this.on('ready', () => {
      this.#isReady = true;
    });
    process.once('exit', () => this.#leave());
  }

  isReady(): boolean {
    return this.#isReady;
  }

  whenReady(): Promise<void> {
    return this.#isReady ? Promise.resolve() : new Promise((resolve) => this.once('ready', () => resolve()));
  }

  getName(): string {
    return this.name;
  }

  getVersion(): string {
    return runApp().manifest.version ?? ELECTRON_VERSION;
  }

  getAppPath(): string {
    return runApp().folder;
  }

  getPath(name: PathName): string {
    return pathOf(name);
  }

  setPath(name: string, path: string): void {
    setPath(name, path);
  }

  getLocale(): string {
    return this.#isReady ? this.getSystemLocale() : '';
  }

  getSystemLocale(): string {
    return systemLanguages()[0] ?? '';
  }

  getPreferredSystemLanguages(): string[] {
    return systemLanguages();
  }

  /** Every window of the host is sandboxed. */
  enableSandbox(): void {
    if (this.#isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
  }

  requestSingleInstanceLock(additionalData?: Record<PropertyKey, unknown>): boolean {
    return takeLock(pathOf('userData'), additionalData, ({ argv, folder, data }) =>
      this.emit('second-instance', newEvent(), argv, folder, data),
    );
  }

  hasSingleInstanceLock(): boolean {
    return holdsLock();
  }

  releaseSingleInstanceLock(): void {
    releaseLock();
  }

  setAsDefaultProtocolClient(scheme: string): boolean {
    this.#schemes.add(scheme);
    host.note('protocol-client', { scheme });
    return true;
  }

  removeAsDefaultProtocolClient(scheme: string): boolean {
    return this.#schemes.delete(scheme);
  }

  isDefaultProtocolClient(scheme: string): boolean {
    return this.#schemes.has(scheme);
  }

  setAppUserModelId(id: string): void {
    host.note('model-id', { id });
  }

  setDesktopName(name: string): void {
    host.note('desktop-name', { name });
  }

  setBadgeCount(count = 0): boolean {
    this.badgeCount = count;
    host.note('badge', { count });
    return true;
  }

  getBadgeCount(): number {
    return this.badgeCount;
  }

  addRecentDocument(path: string): void {
    host.note('recent-document', { path });
  }

  focus(): void {
    openWindows.all[0]?.show();
  }

  relaunch(): void {
    host.note('relaunch');
  }

  quit(): void {
    if (this.#isQuitting) return;
    if (!this.#isReady) this.exit(0);
    this.#isQuitting = true;
    if (this.#isPrevented('before-quit')) {
      this.#isQuitting = false;
      return;
    }
    // Each may refuse; the last that goes ends the app.
    for (const window of openWindows.all) window.close();
    if (openWindows.all.length === 0) this.#windowClosed();
  }

  exit(code = 0): void {
    if (this.#isExiting) return;
    this.#isExiting = true;
    this.emit('quit', newEvent(), code);
    process.exit(code);
  }

  #windowClosed(): void {
    if (openWindows.all.length > 0) return;
    if (!this.#isQuitting) {
      if (!this.emit('window-all-closed')) this.quit();
    } else if (this.#isPrevented('will-quit')) {
      this.#isQuitting = false;
    } else this.exit(0);
  }

  #isPrevented(name: (typeof EVENTS)[number]): boolean {
    const event = newEvent();
    this.emit(name, event);
    return event.defaultPrevented;
  }

  #leave(): void {
    releaseLock();
  }
}

export const app = new HostApp();
