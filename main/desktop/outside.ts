import { join } from 'node:path';
import { app, clipboard, nativeImage } from 'electron';
import type { EventMessage } from '../contract/events.ts';
import type { Settings } from '../contract/settings.ts';
import type { Engine } from '../engine.ts';
import type { Clock } from '../world/clock.ts';
import { runProgram } from '../world/program.ts';
import { Awake } from './awake.ts';
import { ClipboardWatch } from './clipboard-watch.ts';
import { announceEnd } from './end-notice.ts';
import { type EndingNotice, Endings } from './endings.ts';
import { endingText, notify } from './notify.ts';
import { sleepCommand } from './programs.ts';
import { Pulse } from './pulse.ts';
import { Taskbar } from './taskbar.ts';
import { TrayIcon } from './tray.ts';
import { WhenDone } from './when-done.ts';
import type { MainWindow } from './window.ts';
import type { Words } from './words/en.ts';

const ICON = join(import.meta.dirname, '..', 'renderer', 'icon-32.png');
const SLEEP_MS = 10_000;

export interface OutsideOptions {
  readonly clock: Clock;
  readonly window: MainWindow;
  readonly settings: () => Settings;
  readonly words: () => Words;
  readonly show: () => void;
  readonly quit: () => void;
}

/** What the system shows of Satchel outside of its window, and what it is asked to do. */
export class Outside {
  readonly #options: OutsideOptions;
  readonly #pulse: Pulse;
  readonly #endings: Endings;
  readonly #whenDone: WhenDone;
  readonly #clipboard: ClipboardWatch;
  readonly #taskbar = new Taskbar();
  readonly #awake = new Awake();
  #tray: TrayIcon | null = null;
  #hasToldItGoesOn = false;
  #stops: (() => void)[] = [];

  constructor(options: OutsideOptions) {
    const { clock, window, settings } = options;
    this.#options = options;
    this.#pulse = new Pulse((event) => this.#happened(event));
    this.#endings = new Endings({
      clock,
      isWanted: () => settings().notifications,
      isLooking: () => window.isFocused,
      tell: (notice) => this.#tellEnding(notice),
    });
    this.#whenDone = new WhenDone({
      clock,
      wanted: () => settings().whenDone,
      announce: (what, choice) => announceEnd(what, choice, { words: options.words(), window }),
      act: (what) => (what === 'quit' ? options.quit() : void sleep()),
    });
    this.#clipboard = new ClipboardWatch({
      clock,
      read: () => clipboard.readText(),
      isWanted: () => settings().watchClipboard,
      isFocused: () => window.isFocused,
      onOffer: (offer) => window.send('offer', offer),
    });
  }

  /** The engine is at work. */
  start(engine: Engine): void {
    this.#stops.push(this.#pulse.follow(engine));
    this.#tray = this.#makeTray(engine);
    this.#clipboard.start();
    // Links are copied elsewhere: whoever comes back is offered them at once.
    const focused = () => void this.#clipboard.look();
    app.on('browser-window-focus', focused);
    this.#stops.push(() => app.off('browser-window-focus', focused));
  }

  /** Nothing is being downloaded. */
  get isQuiet(): boolean {
    return this.#pulse.totals().running === 0;
  }

  /** How it stands now, and what is wished for. */
  update(): void {
    const { settings, words, window } = this.#options;
    const totals = this.#pulse.totals();
    this.#tray?.update(totals, words());
    this.#taskbar.update(window.browserWindow, totals);
    this.#awake.update(settings().keepAwake && totals.running > 0);
    this.#whenDone.look(totals);
  }

  /** Once: whoever closes a window may think that with it all is over. */
  tellItGoesOn(): void {
    if (this.#hasToldItGoesOn) return;
    this.#hasToldItGoesOn = true;
    const { words, show } = this.#options;
    notify('Satchel', words().goesOn, show);
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#clipboard.stop();
    this.#endings.stop();
    this.#whenDone.stop();
    this.#awake.update(false);
    this.#tray?.close();
    this.#tray = null;
  }

  #makeTray(engine: Engine): TrayIcon | null {
    const { show, quit } = this.#options;
    try {
      return new TrayIcon(nativeImage.createFromPath(ICON), {
        ...{ show, quit },
        pauseAll: () => void engine.call('tasks.pauseAll', {}),
        resumeAll: () => void engine.call('tasks.resumeAll', {}),
      });
    } catch {
      // A desktop without a notification area: all of it is in the menu too.
      return null;
    }
  }

  #happened(event: EventMessage): void {
    if (event.event_type === 'task.started') this.#whenDone.began();
    this.#endings.take(event);
  }

  #tellEnding(notice: EndingNotice): void {
    const { words, show } = this.#options;
    const { title, body } = endingText(notice, words());
    notify(title, body, show);
  }
}

async function sleep(): Promise<void> {
  const command = sleepCommand(process.platform);
  await runProgram({ command, env: {}, timeoutMs: SLEEP_MS, signal: new AbortController().signal });
}
