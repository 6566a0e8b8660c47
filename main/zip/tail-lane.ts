import type { Clock } from '../world/clock.ts';

/** Nobody's connection is held longer than this for a turn that may be long in coming: servers hang up. */
export const HOLD_MS = 20_000;

/** It has waited long enough: its source is to be asked again when its turn has come. */
export class HeldTooLong extends Error {}

interface Waiting {
  readonly id: number;
  /** It wants a place of known size: it has to wait only while somebody grows. */
  readonly passing: boolean;
  readonly ready: () => void;
  readonly giveUp: () => void;
}

export interface TailLaneOptions {
  readonly clock: Clock;
  /** Whether the end of the ZIP may be given to this one: every other has its place, or will not want one. */
  readonly mayOpen: (id: number) => boolean;
  /** Whether waiting is of use: something is under way that may bring the turn nearer. */
  readonly mayWait: (id: number) => boolean;
}

/**
 * Whose turn it is to grow at the end of a ZIP. One at a time, in the order of asking, and only when nobody else would
 * have to wait for it.
 */
export class TailLane {
  readonly #options: TailLaneOptions;
  #waiting: Waiting[] = [];
  #holder: number | null = null;

  constructor(options: TailLaneOptions) {
    this.#options = options;
  }

  get holder(): number | null {
    return this.#holder;
  }

  /** It waits for its turn to grow. */
  isWaiting(id: number): boolean {
    return this.#waiting.some((each) => each.id === id && !each.passing);
  }

  /** Resolves when it is this one's turn to grow. Throws HeldTooLong. */
  async take(id: number): Promise<void> {
    if (this.#holder === id) return;
    if (this.#holder === null && this.#options.mayOpen(id)) this.#holder = id;
    else await this.#wait(id, false);
  }

  /** Resolves when a place of known size can be had. Throws HeldTooLong. */
  async pass(id: number): Promise<void> {
    if (this.#holder !== null) await this.#wait(id, true);
  }

  #wait(id: number, passing: boolean): Promise<void> {
    const turn = Promise.withResolvers<void>();
    const giveUp = () => {
      this.#waiting = this.#waiting.filter((each) => each.id !== id);
      timer.stop();
      turn.reject(new HeldTooLong());
    };
    const timer = this.#options.clock.after(HOLD_MS, giveUp);
    const ready = () => {
      timer.stop();
      turn.resolve();
    };
    this.#waiting.push({ id, passing, ready, giveUp });
    this.look();
    return turn.promise;
  }

  /** Something has changed that `mayOpen` or `mayWait` looks at. */
  look(): void {
    if (this.#holder === null) this.#serve();
    for (const { id, giveUp } of [...this.#waiting]) if (!this.#options.mayWait(id)) giveUp();
  }

  #serve(): void {
    const passing = this.#waiting.filter((each) => each.passing);
    const first = this.#waiting.find((each) => !each.passing && this.#options.mayOpen(each.id));
    const served = passing.length > 0 ? passing : first ? [first] : [];
    this.#waiting = this.#waiting.filter((each) => !served.includes(each));
    if (passing.length === 0 && first) this.#holder = first.id;
    for (const { ready } of served) ready();
  }

  /** It does not wait, and does not have its turn any more. */
  leave(id: number): void {
    for (const each of this.#waiting) if (each.id === id) each.giveUp();
    if (this.#holder !== id) return;
    this.#holder = null;
    this.look();
  }
}
