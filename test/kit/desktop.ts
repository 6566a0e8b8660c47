import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type DesktopOptions, DesktopProcess } from './desktop-process.ts';
import type { DialogAnswers, DialogKind, LogEntry, LogKind } from './electron-host/host.ts';
import type { SystemLook } from './electron-host/native-theme.ts';
import type { MainProcess } from './electron-host/test-channel.ts';

/** How a process has ended, and all that it has written. */
export interface Ending {
  readonly code: number | null;
  readonly output: string;
}

/** The app as it is built, run on the stand-in for Electron, and a Playwright that looks at its windows. */
export class DesktopDesk {
  readonly #app: DesktopProcess;
  #browser: Browser;
  readonly #given = new Set<Page>();
  #page: Page | null = null;

  private constructor(app: DesktopProcess, browser: Browser) {
    this.#app = app;
    this.#browser = browser;
  }

  /** Resolves when the first window shows its page. Rejects when the app ends before, with what it has written. */
  static async launch(options: DesktopOptions): Promise<DesktopDesk> {
    const app = await DesktopProcess.start(options);
    try {
      const browser = await chromium.connectOverCDP(await app.address, { noDefaults: true, isLocal: true });
      const desk = new DesktopDesk(app, browser);
      desk.#page = await desk.nextPage();
      return desk;
    } catch (thrown) {
      await app.kill();
      throw new Error(`no window: ${thrown}\n${app.output}`);
    }
  }

  /** For an app that ends by itself, as a second one does that gives its arguments to the first. */
  static async run(options: DesktopOptions): Promise<Ending> {
    const app = await DesktopProcess.start(options);
    const code = await app.ended;
    return { code, output: app.output };
  }

  /** Of the first window. */
  get page(): Page {
    if (this.#page === null) throw new Error('there is no window yet');
    return this.#page;
  }

  get pid(): number {
    return this.#app.pid;
  }

  /** Runs `fn` in the main process. It is sent as text: all it knows is what it is given. */
  evaluate<R>(fn: (main: MainProcess) => R): Promise<Awaited<R>>;
  evaluate<R, A>(fn: (main: MainProcess, arg: A) => R, arg: A): Promise<Awaited<R>>;
  evaluate(fn: (main: MainProcess, arg: never) => unknown, arg?: unknown): Promise<unknown> {
    return this.#app.evaluate(String(fn), arg);
  }

  /** What the app has asked of the system, in order. */
  log(kind: LogKind): Promise<LogEntry[]> {
    return this.evaluate(({ host }, wanted) => host.noted(wanted), kind);
  }

  /** As `log`, as soon as there are `count` entries. */
  untilLogged(kind: LogKind, count: number): Promise<LogEntry[]> {
    return this.evaluate(({ host }, wanted) => host.until(wanted.kind, wanted.count), { kind, count });
  }

  /** The user's answer to the next dialog of that kind that has none yet. */
  answer<K extends DialogKind>(kind: K, value: DialogAnswers[K]): Promise<void> {
    const given: { kind: DialogKind; value: unknown } = { kind, value };
    return this.evaluate(({ host }, next) => void host.answers[next.kind].push(next.value as never), given);
  }

  /** The user changes how the system looks. */
  setSystem(look: Partial<SystemLook>): Promise<void> {
    return this.evaluate(({ nativeTheme }, wanted) => nativeTheme.setSystem(wanted), look);
  }

  /** The page of the next window that has not been given yet, once it shows something. */
  async nextPage(): Promise<Page> {
    const [context] = this.#browser.contexts();
    if (context === undefined) throw new Error('Chromium is gone');
    const isNew = (page: Page) => !this.#given.has(page) && !page.isClosed();
    const opened = context.pages().find(isNew) ?? context.waitForEvent('page', isNew);
    const page = await this.#orEnd(opened);
    this.#given.add(page);
    await this.#orEnd(page.waitForURL((url) => url.href !== 'about:blank'));
    return page;
  }

  /** How many pages Chromium has, of windows or not. */
  async pages(): Promise<number> {
    const session = await this.#browser.newBrowserCDPSession();
    const { targetInfos } = await session.send('Target.getTargets');
    await session.detach();
    return targetInfos.filter(({ type }) => type === 'page').length;
  }

  /** The user drags real files over what `selector` finds, and lets them go there. */
  async drop(selector: string, paths: readonly string[], page = this.page): Promise<void> {
    await this.offerFiles(paths, page);
    const box = await page.locator(selector).boundingBox();
    if (box === null) throw new Error(`${selector} is not shown`);
    const session = await page.context().newCDPSession(page);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const data = { items: [], files: [...paths], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, x, y, data });
    }
    await session.detach();
  }

  /** The user chooses real files for an `<input type="file">`. */
  async choose(selector: string, paths: readonly string[], page = this.page): Promise<void> {
    await this.offerFiles(paths, page);
    await page.locator(selector).setInputFiles([...paths]);
  }

  /** Playwright never again speaks to a page whose renderer has crashed; another connection of it does. */
  async reconnect(): Promise<Page> {
    await this.#browser.close();
    this.#browser = await chromium.connectOverCDP(await this.#app.address, {
      noDefaults: true,
      isLocal: true,
    });
    this.#given.clear();
    this.#page = await this.nextPage();
    return this.#page;
  }

  /** Ends what still runs, without asking the app; for the end of a test. */
  async close(): Promise<void> {
    await this.kill();
  }

  /** As `kill -9`; resolves when neither the app nor Chromium is left. */
  async kill(): Promise<void> {
    await this.#app.kill();
    await this.#browser.close();
  }

  /** As the app's own Quit; resolves with its exit code when neither it nor Chromium is left. */
  async quit(): Promise<number | null> {
    await this.evaluate(({ app }) => void setImmediate(() => app.quit()));
    return this.ended();
  }

  /** For an app that quits by itself: its exit code, when neither it nor Chromium is left. */
  async ended(): Promise<number | null> {
    const code = await this.#app.ended;
    await this.#browser.close();
    return code;
  }

  /** All that the app has written, on both of its outputs. */
  output(): string {
    return this.#app.output;
  }

  /** The preload script of the page is told where the files lie that it will be given. */
  async offerFiles(paths: readonly string[], page = this.page): Promise<void> {
    const session = await page.context().newCDPSession(page);
    const { targetInfo } = await session.send('Target.getTargetInfo');
    await session.detach();
    const files = await Promise.all(paths.map(offeredFile));
    const offered = { files, target: targetInfo.targetId };
    await this.evaluate(
      ({ webContents }, { target, files }) => webContents.fromDevToolsTargetId(target)?.offerFiles(files),
      offered,
    );
  }

  #orEnd<T>(wanted: T | Promise<T>): Promise<T> {
    const ended = this.#app.ended.then((code) => {
      throw new Error(`the app ended with ${code}`);
    });
    ended.catch(() => {});
    return Promise.race([wanted, ended]);
  }
}

async function offeredFile(path: string) {
  const { size, mtimeMs } = await stat(path);
  return { path, name: basename(path), size, lastModified: Math.floor(mtimeMs) };
}
