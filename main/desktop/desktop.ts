import { join } from 'node:path';
import { app, nativeTheme, powerMonitor, shell } from 'electron';
import type { Offer, WindowAction } from '../contract/desktop.ts';
import { asSatchelError } from '../contract/errors.ts';
import { Settings } from '../contract/settings.ts';
import { type IpcDoor, openIpcDoor } from '../doors/ipc.ts';
import { type Engine, openEngine } from '../engine.ts';
import { openHandOver } from '../server/hand-over.ts';
import { type Clock, systemClock, type Timer } from '../world/clock.ts';
import { Disk } from '../world/disk.ts';
import { desktopHandlers } from './handlers.ts';
import { readLists } from './lists.ts';
import { setMenu } from './menu.ts';
import { OriginMarks } from './origin-mark.ts';
import { Outside } from './outside.ts';
import { RemoteDoor } from './remote.ts';
import { isOurFrame } from './scheme.ts';
import { type DesktopSecrets, openSecrets } from './secrets.ts';
import { updateTalk } from './update-talk.ts';
import { openUpdater } from './updater.ts';
import { Updates } from './updates.ts';
import { MainWindow } from './window.ts';
import type { Words } from './words/en.ts';
import { wordsFor } from './words/words.ts';

/** How things go outside of the window is looked at so often. */
const LOOK_MS = 1000;
/** Whatever still writes then has had its barrier long ago. */
const LONGEST_CLOSE_MS = 5000;

export interface DesktopOptions {
  /** There already. */
  readonly dataDir: string;
  readonly version: string;
  readonly clock?: Clock;
}

/** The desktop: one window, one engine, and what of the system shows how they do. The app is ready. */
export class Desktop {
  readonly #clock: Clock;
  readonly #options: DesktopOptions;
  readonly #disk = new Disk();
  readonly #secrets: Promise<DesktopSecrets>;
  readonly #engine: Promise<Engine>;
  readonly #window: MainWindow;
  readonly #outside: Outside;
  readonly #door: IpcDoor;
  readonly #remote: Promise<RemoteDoor>;
  readonly #browsers: Promise<{ close(): Promise<void> }>;
  readonly #updates: Updates;
  #settings: Settings = Settings.parse({});
  #timer: Timer | null = null;
  #offers: Offer[] = [];
  #actions: WindowAction[] = [];
  #closing: Promise<void> | null = null;

  constructor(options: DesktopOptions) {
    const { clock = systemClock, dataDir, version } = options;
    this.#options = options;
    this.#clock = clock;
    this.#secrets = openSecrets(this.#disk, dataDir);
    this.#engine = this.#openEngine();
    this.#remote = this.#engine.then((engine) => new RemoteDoor({ engine, disk: this.#disk, version }));
    this.#browsers = this.#engine.then((engine) => this.#openHandOver(engine));
    // `start` tells of it; nothing else is to be said before.
    for (const opened of [this.#remote, this.#browsers]) opened.catch(() => {});
    this.#window = new MainWindow({
      disk: this.#disk,
      clock,
      words: () => this.#words,
      stateFile: join(dataDir, 'window.json'),
      onSeen: (window) => this.#door.seen(window.webContents),
      onGone: () => this.#windowGone(),
    });
    this.#outside = new Outside({
      clock,
      window: this.#window,
      settings: () => this.#settings,
      words: () => this.#words,
      show: () => this.show(),
      quit: () => app.quit(),
    });
    this.#updates = this.#makeUpdates();
    this.#door = this.#openDoor();
  }

  /** Resolves when the engine is at work. Throws `already-running` and what else keeps it from that. */
  async start(): Promise<void> {
    this.#setMenu();
    // The page is loaded while the engine opens: it asks, and waits for the answer.
    const [engine] = await Promise.all([this.#engine, this.#window.show()]);
    this.#outside.start(engine);
    powerMonitor.on('resume', () => engine.wake());
    this.#markOrigins(engine);
    await this.#updates.start();
    this.#look();
  }

  #markOrigins(engine: Engine): void {
    const marks = new OriginMarks({ disk: this.#disk, platform: process.platform });
    engine.subscribe((message) => {
      if (message.type === 'event') void marks.take(message, engine);
    });
  }

  show(): void {
    if (this.#closing !== null) return;
    void this.#window.show().then(() => this.#deliver());
  }

  /** Something from outside, for the Add box. */
  offer(offer: Offer): void {
    void readLists(this.#disk, offer).then((read) => {
      this.#offers.push(read);
      this.show();
    });
  }

  /** Something that the window is to do; it is opened if need be. */
  ask(action: WindowAction): void {
    this.#actions.push(action);
    this.show();
  }

  /** Whether Satchel goes on when its window has been closed. */
  get goesOn(): boolean {
    return this.#settings.onClose === 'background';
  }

  /** Every download with its last barrier first. Resolves after five seconds at the latest. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #words(): Words {
    return wordsFor(this.#settings.language, app.getPreferredSystemLanguages());
  }

  async #openEngine(): Promise<Engine> {
    const { dataDir, version } = this.#options;
    const { box } = await this.#secrets;
    const downloads = app.getPath('downloads');
    return openEngine({
      ...{ dataDir, downloads, version, box },
      trash: (path) => shell.trashItem(path),
      onSettings: (settings) => this.#follow(settings),
    });
  }

  #openHandOver(engine: Engine): Promise<{ close(): Promise<void> }> {
    const { version } = this.#options;
    const offer = (text: string) => this.offer({ text, paths: [], from: 'browser', pack: true });
    return openHandOver({ engine, version, offer });
  }

  #openDoor(): IpcDoor {
    return openIpcDoor({
      engine: this.#engine,
      handlers: desktopHandlers({
        engine: this.#engine,
        disk: this.#disk,
        version: this.#options.version,
        words: () => this.#words,
        window: () => this.#window.browserWindow,
        remote: async () => (await this.#remote).state(),
        renewToken: async () => (await this.#remote).renewToken(),
        keepsSecrets: async () => (await this.#secrets).keepsSecrets,
        updates: () => this.#updates,
      }),
      isOurs: ({ sender, senderFrame }) =>
        sender === this.#window.browserWindow?.webContents && isOurFrame(senderFrame),
      isSeen: () => this.#window.isSeen,
      onWatch: () => this.#deliver(),
    });
  }

  #makeUpdates(): Updates {
    const words = () => this.#words;
    return new Updates({
      clock: this.#clock,
      disk: this.#disk,
      file: join(this.#options.dataDir, 'updates.json'),
      open: openUpdater,
      talk: updateTalk({ words, window: () => this.#window.browserWindow }),
      isQuiet: () => this.#outside.isQuiet,
      putAway: () => this.close(),
      onAddress: () => this.#setMenu(),
    });
  }

  /** The settings are these now, whoever has set them. */
  #follow(settings: Settings): void {
    if (this.#closing !== null) return;
    const before = this.#settings;
    this.#settings = settings;
    nativeTheme.themeSource = settings.theme;
    if (settings.language !== before.language) this.#setMenu();
    void this.#remote.then((remote) => remote.follow(settings.remoteAccess));
    this.#outside.update();
  }

  #setMenu(): void {
    const looks = this.#updates.state.address !== null;
    setMenu({
      words: this.#words,
      ask: (action) => this.ask(action),
      quit: () => app.quit(),
      checkForUpdates: looks ? () => void this.#updates.checkNow() : null,
    });
  }

  /** What waits for the page: it can take it as soon as it watches. */
  #deliver(): void {
    const contents = this.#window.browserWindow?.webContents;
    if (contents === undefined || !this.#door.watches(contents)) return;
    for (const offer of this.#offers.splice(0)) this.#window.send('offer', offer);
    for (const action of this.#actions.splice(0)) this.#window.send('action', action);
  }

  #windowGone(): void {
    if (this.#closing === null && this.goesOn) this.#outside.tellItGoesOn();
  }

  #look(): void {
    if (this.#closing !== null) return;
    this.#outside.update();
    this.#updates.look();
    this.#timer = this.#clock.after(LOOK_MS, () => this.#look());
  }

  async #close(): Promise<void> {
    this.#timer?.stop();
    // Whoever quits sees that it is heard, however long the disk takes.
    const windowEnded = this.#window.end();
    this.#outside.close();
    this.#door.close();
    const late = new Promise<void>((resolve) => void this.#clock.after(LONGEST_CLOSE_MS, resolve));
    await Promise.race([Promise.all([windowEnded, this.#closeEngine()]), late]);
  }

  async #closeEngine(): Promise<void> {
    try {
      await (await this.#browsers).close();
      await (await this.#remote).close();
      await (await this.#engine).close();
    } catch (thrown) {
      process.stderr.write(`satchel: ${asSatchelError(thrown).message}\n`);
    }
  }
}
