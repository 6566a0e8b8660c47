import { EventEmitter } from 'node:events';
import { browser } from './browser.ts';
import type { CdpSession } from './cdp.ts';
import { host } from './host.ts';
import type { FromPage, OfferedFile, ToPage } from './page/isolated-world.ts';
import { ISOLATED_WORLD, POST, type WorldScripts } from './page/scripts.ts';
import { OWN_ADDRESSES, ownAddress } from './scheme-urls.ts';

const BLANK = 'about:blank';

/** What a page looks like to its media queries. */
export interface Media {
  readonly isDark: boolean;
  readonly reducedMotion: boolean;
  readonly forcedColors: boolean;
}

interface PageTargetEvents {
  /** From the isolated world; the number is of the document that sent it. */
  message: [message: FromPage, context: number];
  navigated: [address: string];
  navigatedWithin: [address: string];
  parsed: [];
  loaded: [];
  painted: [];
  crashed: [];
  console: [level: string, text: string];
  /** The page has called `window.open`, or the like. */
  opens: [address: string, frameName: string];
}

/** One page of Chromium, with its two worlds. Addresses are those that the app knows. */
export class PageTarget extends EventEmitter<PageTargetEvents> {
  readonly id: string;
  readonly session: CdpSession;
  frameId = '';
  address = BLANK;
  /** Of the isolated world of the document that is shown; 0 while there is none. */
  #context = 0;

  private constructor(id: string, session: CdpSession) {
    super();
    this.id = id;
    this.session = session;
    this.#followWorlds();
    this.#followDocument();
    this.#followTroubles();
  }

  /** A page that shows nothing yet; `scripts` will run in every document of it. */
  static async open(scripts: WorldScripts | null): Promise<PageTarget> {
    const { root } = browser();
    const { targetId } = await root.send('Target.createTarget', { url: BLANK, newWindow: true });
    const { sessionId } = await root.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new PageTarget(targetId, browser().session(sessionId));
    await page.#prepare(scripts);
    return page;
  }

  /** To the isolated world. Without a document, or after it has gone, nothing is sent, as in Electron. */
  send(message: ToPage, context = this.#context): void {
    if (context === 0 || context !== this.#context) return;
    this.#inIsolatedWorld('receive', JSON.stringify(message));
  }

  /** From now on the preload script knows where these files lie, when the page gets them. */
  offer(files: readonly OfferedFile[]): void {
    this.#inIsolatedWorld('offer', files);
  }

  /** Throws `net::ERR_…` as text where the address cannot be had; resolves when what is there has been loaded. */
  async load(address: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => this.once('loaded', resolve));
    const { errorText, loaderId } = await this.session.send('Page.navigate', { url: address });
    if (errorText) throw new Error(errorText);
    if (loaderId) await loaded;
  }

  async resize(width: number, height: number, zoom: number): Promise<void> {
    const size = { width: Math.round(width / zoom), height: Math.round(height / zoom) };
    await this.session.send('Emulation.setDeviceMetricsOverride', {
      ...size,
      deviceScaleFactor: zoom,
      mobile: false,
    });
  }

  async setMedia({ isDark, reducedMotion, forcedColors }: Media): Promise<void> {
    await this.session.send('Emulation.setEmulatedMedia', {
      features: [
        { name: 'prefers-color-scheme', value: isDark ? 'dark' : 'light' },
        { name: 'prefers-reduced-motion', value: reducedMotion ? 'reduce' : 'no-preference' },
        { name: 'forced-colors', value: forcedColors ? 'active' : 'none' },
      ],
    });
  }

  /** The value of an expression in the page's world; a promise is waited for. */
  async evaluate(expression: string, userGesture = false): Promise<unknown> {
    const { result, exceptionDetails } = await this.session.send('Runtime.evaluate', {
      expression,
      userGesture,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails === undefined) return result.value;
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }

  /** What a key or a menu item does to the text that is being edited. */
  async edit(command: string): Promise<void> {
    await this.session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', commands: [command] });
    await this.session.send('Input.dispatchKeyEvent', { type: 'keyUp' });
  }

  close(): void {
    const { root } = browser();
    root.send('Target.closeTarget', { targetId: this.id }).catch(() => {});
  }

  async #prepare(scripts: WorldScripts | null): Promise<void> {
    const { session } = this;
    const { frameTree } = await session.send('Page.getFrameTree');
    this.frameId = frameTree.frame.id;
    const asked: Promise<unknown>[] = [
      session.send('Page.enable'),
      session.send('Runtime.enable'),
      session.send('Inspector.enable'),
      session.send('Log.enable'),
      session.send('Page.setLifecycleEventsEnabled', { enabled: true }),
      session.send('Runtime.addBinding', { name: POST, executionContextName: ISOLATED_WORLD }),
      session.send('Fetch.enable', {
        patterns: [{ urlPattern: OWN_ADDRESSES }, { urlPattern: '*', resourceType: 'Document' }],
      }),
      session.send('Emulation.setFocusEmulationEnabled', { enabled: true }),
    ];
    if (scripts !== null) {
      const { mainWorld, isolatedWorld } = scripts;
      const worldName = ISOLATED_WORLD;
      const add = 'Page.addScriptToEvaluateOnNewDocument';
      // The page's world first: the preload script exposes things to it.
      asked.push(
        session.send(add, { source: mainWorld }),
        session.send(add, { source: isolatedWorld, worldName }),
      );
    }
    await Promise.all(asked);
  }

  #followWorlds(): void {
    const { session } = this;
    session.on('Runtime.executionContextCreated', ({ context: { id, name, auxData } }) => {
      if (name === ISOLATED_WORLD && auxData?.['frameId'] === this.frameId) this.#context = id;
    });
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      if (executionContextId === this.#context) this.#context = 0;
    });
    session.on('Runtime.executionContextsCleared', () => {
      this.#context = 0;
    });
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === POST) this.emit('message', JSON.parse(payload), executionContextId);
    });
  }

  #followDocument(): void {
    const { session } = this;
    session.on('Page.frameNavigated', ({ frame: { id, url, urlFragment } }) => {
      if (id !== this.frameId) return;
      this.address = ownAddress(`${url}${urlFragment ?? ''}`);
      if (!this.#isBlank) this.emit('navigated', this.address);
    });
    session.on('Page.navigatedWithinDocument', ({ frameId, url }) => {
      if (frameId !== this.frameId) return;
      this.address = ownAddress(url);
      this.emit('navigatedWithin', this.address);
    });
    session.on('Page.domContentEventFired', () => {
      if (!this.#isBlank) this.emit('parsed');
    });
    session.on('Page.loadEventFired', () => {
      if (!this.#isBlank) this.emit('loaded');
    });
    session.on('Page.lifecycleEvent', ({ frameId, name }) => {
      if (frameId === this.frameId && name === 'firstPaint' && !this.#isBlank) this.emit('painted');
    });
    session.on('Page.windowOpen', ({ url, windowName }) => {
      this.emit('opens', ownAddress(url), windowName);
    });
    session.on('Inspector.targetCrashed', () => {
      this.#context = 0;
      this.emit('crashed');
    });
  }

  #followTroubles(): void {
    const { session } = this;
    session.on('Runtime.exceptionThrown', ({ exceptionDetails: { exception, text, url } }) => {
      host.note('page-error', { message: exception?.description ?? text, address: ownAddress(url ?? '') });
    });
    session.on('Log.entryAdded', ({ entry: { source, level, text, url } }) => {
      if (source === 'security' || level === 'error') {
        host.note('page-log', { source, level, text, address: ownAddress(url ?? '') });
      }
    });
    session.on('Runtime.consoleAPICalled', ({ type, args }) => {
      const text = args.map(({ value, description }) => value ?? description ?? '').join(' ');
      this.emit('console', type, text);
    });
  }

  get #isBlank(): boolean {
    return this.address === BLANK;
  }

  #inIsolatedWorld(method: string, argument: unknown): void {
    const called = this.session.send('Runtime.callFunctionOn', {
      functionDeclaration: `function (argument) { electronHost.${method}(argument); }`,
      executionContextId: this.#context,
      arguments: [{ value: argument }],
    });
    const told = called.then(({ exceptionDetails: failed }) => {
      if (failed) host.note('page-error', { message: failed.exception?.description ?? failed.text });
    });
    // The document has gone meanwhile.
    told.catch(() => {});
  }
}
