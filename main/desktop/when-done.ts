import type { Settings } from '../contract/settings.ts';
import type { Clock, Timer } from '../world/clock.ts';
import type { Totals } from './pulse.ts';

/** Whoever is there has so long to say no. */
const GRACE_MS = 60_000;

export type EndKind = Exclude<Settings['whenDone'], 'nothing'>;

/** What the user can say to it. */
export interface EndChoice {
  readonly stay: () => void;
  readonly now: () => void;
}

export interface WhenDoneOptions {
  readonly clock: Clock;
  readonly wanted: () => Settings['whenDone'];
  /** Says what will happen; gives what takes it back. */
  readonly announce: (what: EndKind, choice: EndChoice) => () => void;
  readonly act: (what: EndKind) => void;
}

/** Quits, or sends the computer to sleep, when the last of what ran is done; never when nothing has run. */
export class WhenDone {
  readonly #options: WhenDoneOptions;
  #hasRun = false;
  #timer: Timer | null = null;
  #takeBack: (() => void) | null = null;

  constructor(options: WhenDoneOptions) {
    this.#options = options;
  }

  /** Something runs, however short: it may be over before anybody looks. */
  began(): void {
    this.#hasRun = true;
    this.stop();
  }

  /** How it stands now. */
  look({ running, waiting }: Totals): void {
    if (running + waiting > 0) {
      this.began();
      return;
    }
    const what = this.#options.wanted();
    if (!this.#hasRun || what === 'nothing') return;
    this.#hasRun = false;
    this.#timer = this.#options.clock.after(GRACE_MS, () => this.#act(what));
    this.#takeBack = this.#options.announce(what, {
      stay: () => this.stop(),
      now: () => this.#act(what),
    });
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = null;
    this.#takeBack?.();
    this.#takeBack = null;
  }

  #act(what: EndKind): void {
    this.stop();
    if (this.#options.wanted() === what) this.#options.act(what);
  }
}
