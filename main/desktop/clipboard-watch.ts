import type { Offer } from '../contract/desktop.ts';
import type { Clock, Timer } from '../world/clock.ts';
import { offerOfClipboard } from './offers.ts';

const LOOK_MS = 1000;
/** A longer text is no list of links. */
const MOST_BYTES = 65_536;

export interface ClipboardWatchOptions {
  readonly clock: Clock;
  readonly read: () => Promise<string>;
  /** Only then is it looked at. */
  readonly isWanted: () => boolean;
  /** What is copied while the window is elsewhere is looked at when it comes back. */
  readonly isFocused: () => boolean;
  readonly onOffer: (offer: Offer) => void;
}

/** Notices links that are copied, while the user has asked for that. What is there at first is not offered. */
export class ClipboardWatch {
  readonly #options: ClipboardWatchOptions;
  /** Null: nothing has been read yet. */
  #last: string | null = null;
  #timer: Timer | null = null;
  #looking = false;

  constructor(options: ClipboardWatchOptions) {
    this.#options = options;
  }

  /** Looks once a second from now on. */
  start(): void {
    this.#timer = this.#options.clock.after(LOOK_MS, () => {
      void this.look().finally(() => {
        if (this.#timer !== null) this.start();
      });
    });
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  /** Never rejects. */
  async look(): Promise<void> {
    const { isWanted, isFocused } = this.#options;
    if (!isWanted()) this.#last = null;
    if (!isWanted() || !isFocused() || this.#looking) return;
    this.#looking = true;
    try {
      this.#take(await this.#options.read());
    } catch {
      // It cannot be read now; it is looked at again.
    } finally {
      this.#looking = false;
    }
  }

  #take(text: string): void {
    const isNew = this.#last !== null && text !== this.#last;
    this.#last = text;
    if (!isNew || Buffer.byteLength(text) > MOST_BYTES) return;
    const offer = offerOfClipboard(text);
    if (offer !== null) this.#options.onOffer(offer);
  }
}
