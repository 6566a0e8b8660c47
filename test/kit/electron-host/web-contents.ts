import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { Session, WebContents, WebFrameMain } from 'electron';
import { app } from './app.ts';
import { newEvent } from './event.ts';
import { host } from './host.ts';
import { dispatch } from './ipc-dispatch.ts';
import { HostIpcMain } from './ipc-main.ts';
import { notOffered, offered } from './offered.ts';
import { openWindows } from './open-windows.ts';
import type { FromPage } from './page/isolated-world.ts';
import type { WorldScripts } from './page/scripts.ts';
import { PageContents } from './page-contents.ts';
import { answerRequests } from './page-requests.ts';
import { PageTarget } from './page-target.ts';
import { scriptsOf, type WebPreferences } from './preload-scripts.ts';
import { shownAddress } from './scheme-urls.ts';
import { defaultSession } from './session.ts';
import type { Members } from './web-contents-shape.ts';
import { HostWebFrameMain } from './web-frame-main.ts';

type WindowOpenHandler = Parameters<WebContents['setWindowOpenHandler']>[0];

/** What the page's window does for it. */
export interface Owner {
  close(): void;
  isFocused(): boolean;
  /** In pixels of the screen. */
  size(): { readonly width: number; readonly height: number };
  /** There is something to be seen. */
  painted(): void;
}

const byTarget = new Map<string, HostWebContents>();

export class HostWebContents extends PageContents implements Pick<WebContents, Members> {
  readonly id = openWindows.nextId();
  readonly session = defaultSession as unknown as Session;
  readonly ipc: WebContents['ipc'];
  readonly mainFrame: WebFrameMain;
  /** Resolves when the page is there, still blank. */
  readonly opened: Promise<PageTarget>;
  readonly #owner: Owner;
  readonly #ipc = new HostIpcMain();
  readonly #preload: string | null;
  #openHandler: WindowOpenHandler | null = null;
  /** What the app itself has asked to be shown. */
  #asked: string | null = null;
  #isGone = false;
  #isCrashed = false;

  constructor(preferences: WebPreferences, owner: Owner) {
    super(() => owner.size());
    this.#owner = owner;
    this.#preload = preferences.preload ?? null;
    this.ipc = this.#ipc as unknown as WebContents['ipc'];
    const state = { ipc: this.#ipc, address: () => this.getURL(), isGone: () => this.#isGone };
    this.mainFrame = new HostWebFrameMain(state) as unknown as WebFrameMain;
    this.opened = this.#open(scriptsOf(preferences));
    this.opened.catch((thrown) => process.emit('uncaughtException', thrown));
    app.emit('web-contents-created', newEvent(), this);
  }

  isDestroyed(): boolean {
    return this.#isGone;
  }

  isCrashed(): boolean {
    return this.#isCrashed;
  }

  isFocused(): boolean {
    return this.#owner.isFocused();
  }

  focus(): void {}

  async loadURL(address: string): Promise<void> {
    const page = await this.opened;
    this.#asked = address;
    try {
      await page.load(shownAddress(address));
    } catch (thrown) {
      const { message } = thrown as Error;
      this.emit('did-fail-load', newEvent(), -2, message, address, true);
      throw Object.assign(new Error(`${message} (-2) loading '${address}'`), { code: message, url: address });
    } finally {
      this.#asked = null;
    }
  }

  reload(): void {
    this.#asked = this.getURL();
    this.page?.session.send('Page.reload').catch(() => {});
  }

  setWindowOpenHandler(handler: WindowOpenHandler): void {
    this.#openHandler = handler;
  }

  async executeJavaScript(code: string, userGesture = false): Promise<unknown> {
    return (await this.opened).evaluate(code, userGesture);
  }

  startDrag({ file, files = [file], icon }: Parameters<WebContents['startDrag']>[0]): void {
    if (!files.every((path) => isAbsolute(path) && existsSync(path))) {
      throw new Error(`startDrag: no such file among ${files.join(', ')}`);
    }
    if (typeof icon !== 'string' && icon.isEmpty()) throw new Error('startDrag: the icon is empty');
    host.note('start-drag', { files });
  }

  close(): void {
    this.#owner.close();
  }

  /** Ends the page; for the window, when it is closed. */
  destroy(): void {
    this.#isGone = true;
    this.leaveTheme();
    this.opened
      .then((page) => {
        byTarget.delete(page.id);
        page.close();
      })
      .catch(() => {});
    this.emit('destroyed');
  }

  async #open(scripts: WorldScripts | null): Promise<PageTarget> {
    const page = await PageTarget.open(scripts);
    if (this.#isGone) return page;
    this.page = page;
    byTarget.set(page.id, this);
    answerRequests(page, (address, isMainFrame) => this.#mayNavigate(address, isMainFrame));
    this.#follow(page);
    this.followTheme();
    this.resized();
    return page;
  }

  #follow(page: PageTarget): void {
    page.on('message', (message, context) => this.#receive(message, context));
    page.on('navigated', (address) => {
      this.#isCrashed = false;
      this.emit('did-navigate', newEvent(), address, 200, 'OK');
    });
    page.on('navigatedWithin', (address) =>
      this.emit('did-navigate-in-page', newEvent(), address, true, 1, 1),
    );
    page.on('parsed', () => this.emit('dom-ready', newEvent()));
    page.on('painted', () => this.#owner.painted());
    page.on('loaded', () => {
      this.emit('did-finish-load', newEvent());
      // A page with nothing on it paints nothing.
      this.#owner.painted();
    });
    page.on('crashed', () => {
      this.#isCrashed = true;
      const details = { reason: 'crashed', exitCode: 5 };
      this.emit('render-process-gone', newEvent(), details);
      app.emit('render-process-gone', newEvent(), this, details);
    });
    page.on('opens', (address, frameName) => this.#opens(address, frameName));
    page.on('console', (type, message) => {
      const level = type === 'error' || type === 'warning' ? type : 'info';
      this.emit('console-message', newEvent({ level, message, frame: this.mainFrame }));
    });
  }

  /** Asks the app. The window itself is held and closed by boot.ts: a page never gets one here. */
  #opens(url: string, frameName: string): void {
    const referrer = { url: this.getURL(), policy: 'strict-origin-when-cross-origin' as const };
    const details = { url, frameName, features: '', disposition: 'new-window' as const, referrer };
    const { action } = this.#openHandler?.(details) ?? { action: 'allow' };
    host.note('window-open', { url, action });
    if (action === 'allow') throw notOffered('a window that a page opens');
  }

  #receive(message: FromPage, context: number): void {
    if (message.type === 'preload-error') {
      const error = Object.assign(new Error(message.message), { stack: message.stack });
      host.note('preload-error', { message: message.message });
      this.emit('preload-error', newEvent(), this.#preload, error);
      return;
    }
    if (message.type === 'context-menu') {
      this.emit('context-menu', newEvent(), offered('ContextMenuParams', { ...message.wish }));
      return;
    }
    dispatch(message, {
      sender: this as unknown as WebContents,
      senderFrame: this.mainFrame,
      ipc: this.#ipc,
      reply: (answer) => this.page?.send(answer, context),
    });
  }

  #mayNavigate(address: string, isMainFrame: boolean): boolean {
    if (isMainFrame && address === this.#asked) {
      this.#asked = null;
      return true;
    }
    const frame = isMainFrame ? this.mainFrame : null;
    const event = newEvent({
      url: address,
      isMainFrame,
      isSameDocument: false,
      frame,
      initiator: this.mainFrame,
    });
    this.emit('will-frame-navigate', event);
    if (isMainFrame) this.emit('will-navigate', event, address);
    if (event.defaultPrevented) host.note('navigation-blocked', { address, isMainFrame });
    return !event.defaultPrevented;
  }
}

/** Whose main frame it is, by the id that Chromium has for it. */
export function contentsOfFrame(frameId: string): HostWebContents | null {
  return [...byTarget.values()].find((contents) => contents.frameId === frameId) ?? null;
}

/** `webContents` of the module; Playwright finds windows by it. */
export const webContents = offered('webContents', {
  getAllWebContents: () => [...byTarget.values()],
  fromId: (id: number) => [...byTarget.values()].find((contents) => contents.id === id),
  fromDevToolsTargetId: (targetId: string) => byTarget.get(targetId),
});
