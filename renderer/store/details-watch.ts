import type { TaskState } from '../../main/contract/task.ts';

export interface Watching {
  /** Asks for all that is to be known; gives whether it was answered. */
  readonly ask: () => Promise<boolean>;
  /** Nobody is asked while nobody looks. */
  readonly isSeen: () => boolean;
  /** Another object whenever something about it is different; undefined where it is gone. */
  readonly task: () => { readonly state: TaskState } | undefined;
  /** Ms. */
  readonly now: () => number;
}

/** An answer that takes long (a package may have 50,000 items) is asked for so much more seldom. */
const REST = 9;
/** What rest there would be after quick answers is none. */
const SHORT_REST_MS = 500;

/** Looks at one task: each time while it runs, else when something about it has changed. One question at a time. */
export class DetailsWatch {
  readonly #watching: Watching;
  #seen: object | null = null;
  #asking = false;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(watching: Watching) {
    this.#watching = watching;
  }

  /** To be called once a second, and when it is worth while. */
  async look(): Promise<void> {
    const { ask, isSeen, task, now } = this.#watching;
    const started = now();
    if (this.#asking || started < this.#notBefore || !isSeen()) return;
    const current = task();
    if (current === undefined || (current.state !== 'running' && current === this.#seen)) return;
    this.#asking = true;
    const answered = await ask();
    this.#asking = false;
    this.#seen = answered ? current : null;
    const ended = now();
    this.#notBefore = ended + REST * (ended - started) - SHORT_REST_MS;
  }
}
