import { SatchelError } from '../contract/errors.ts';
import { type Clock, delay } from '../world/clock.ts';
import type { Keeper } from './keeper.ts';
import type { TaskRecord } from './record.ts';

const MOST_TRIES = 20;
const AGAIN_MS = 100;

/** Tasks that have left the list, until nothing of them is left. */
export class Leavers {
  readonly #keeper: Keeper;
  readonly #clock: Clock;
  readonly #discard: (record: TaskRecord) => Promise<void>;
  readonly #leaving = new Map<TaskRecord, Promise<void>>();

  constructor(keeper: Keeper, clock: Clock, discard: (record: TaskRecord) => Promise<void>) {
    this.#keeper = keeper;
    this.#clock = clock;
    this.#discard = discard;
  }

  records(): Iterable<TaskRecord> {
    return this.#leaving.keys();
  }

  /** Resolves when all have gone, or cannot. */
  async gone(): Promise<void> {
    await Promise.allSettled(this.#leaving.values());
  }

  /**
   * Takes away what a task leaves behind, when its last run has `ended`. Rejects where that cannot be done: an
   * unfinished file is tried again at the next start, a finished one is then left to the user, who was told so.
   */
  leave(record: TaskRecord, ended: Promise<void>): Promise<void> {
    const leaving = this.#leave(record, ended).finally(() => this.#leaving.delete(record));
    this.#leaving.set(record, leaving);
    // At the start nobody waits for it.
    leaving.catch(() => {});
    return leaving;
  }

  async #leave(record: TaskRecord, ended: Promise<void>): Promise<void> {
    await ended;
    try {
      await this.#discardSoon(record);
    } catch (error) {
      record.removing = 'keep';
      this.#keeper.touch(record);
      throw error;
    }
    this.#keeper.forget(record);
  }

  /** Whoever looks whether the name is free holds the lock of the place for a moment. */
  async #discardSoon(record: TaskRecord): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#discard(record);
      } catch (error) {
        const busy = error instanceof SatchelError && error.code === 'already-running';
        if (!busy || tries === MOST_TRIES) throw error;
      }
      await delay(this.#clock, AGAIN_MS);
    }
  }
}
