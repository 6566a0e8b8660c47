import { SatchelError } from '../contract/errors.ts';
import type { HeldAnswer } from '../transfer/source.ts';
import type { Clock, Timer } from '../world/clock.ts';

/** Whoever sees a preview and wants what is in it says so soon. */
const HELD_MS = 20_000;
/** Servers count connections too. */
const MOST_HELD = 8;
const MOST_PER_HOST = 2;

/** What a server says of a file before it is fetched. */
export interface Seen {
  /** Bytes. */
  readonly total: number | null;
  readonly resumable: boolean | null;
}

interface Held {
  readonly answer: HeldAnswer;
  readonly seen: Seen;
  readonly host: string;
  /** Ends the connection. */
  readonly stop: AbortController;
  readonly timer: Timer;
}

/**
 * Answers that were asked for to see what is there, their bodies not read: a task that would ask the same has them for
 * its first connection, so that nobody is asked twice. After 20 s they are let go of.
 */
export class HeldAnswers {
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What is known of an address whose answer is held. */
  seen(url: string): Seen | null {
    return this.#held.get(url)?.seen ?? null;
  }

  /** `stop` ends the connection of the answer. Where too many are held already, it is let go of at once. */
  keep(url: string, answer: HeldAnswer, { seen, stop }: { seen: Seen; stop: AbortController }): void {
    const { host } = new URL(answer.located.url);
    const ofHost = [...this.#held.values()].filter((each) => each.host === host).length;
    if (this.#held.size >= MOST_HELD || ofHost >= MOST_PER_HOST || this.#held.has(url)) {
      stop.abort(new SatchelError('cancelled'));
      return;
    }
    const timer = this.#clock.after(HELD_MS, () => this.#letGo(url));
    this.#held.set(url, { answer, seen, host, stop, timer });
    // One that breaks meanwhile is of no use to anybody.
    answer.located.answer.body.once('close', () => {
      if (this.#held.get(url)?.answer === answer) this.#letGo(url);
    });
  }

  /** Hands an answer over, once: from now on `signal` ends its connection. */
  take(url: string, signal: AbortSignal): HeldAnswer | null {
    const held = this.#held.get(url);
    if (!held || signal.aborted) return null;
    held.timer.stop();
    this.#held.delete(url);
    signal.addEventListener('abort', () => held.stop.abort(signal.reason), { once: true });
    return held.answer;
  }

  /** Lets go of all of them: they would be asked for in another way now. */
  clear(): void {
    for (const url of [...this.#held.keys()]) this.#letGo(url);
  }

  #letGo(url: string): void {
    const held = this.#held.get(url);
    this.#held.delete(url);
    held?.timer.stop();
    held?.stop.abort(new SatchelError('cancelled'));
  }
}
