import type { Clock, Timer } from '../world/clock.ts';
import type { HistoryEntry, TaskRecord } from './record.ts';

/** What changed, to be remembered in one transaction. */
export interface Change {
  readonly tasks?: readonly TaskRecord[];
  /** Ids of tasks that are gone. */
  readonly removed?: readonly string[];
  readonly history?: readonly HistoryEntry[];
}

/** Where tasks are remembered. Throws a SatchelError when it cannot, with nothing of the change kept. */
export interface Memory {
  save(change: Change): void;
}

/** What happens by itself is remembered together after so long: each transaction costs the disk a sync. */
const BATCH_MS = 25;
/** … and where a download cannot end before it is remembered, after so long. */
const WAITED_FOR_MS = 4;
/** When it could not be remembered (the disk is full), it is tried again after so long. */
const AGAIN_MS = 5000;

/** Collects what has changed and has it remembered: at once where somebody waits for an answer, else in batches. */
export class Keeper {
  readonly #memory: Memory | null;
  readonly #clock: Clock;
  readonly #changed = new Set<TaskRecord>();
  readonly #removed = new Set<string>();
  #history: HistoryEntry[] = [];
  #timer: Timer | null = null;
  #waiting: (() => void)[] = [];
  #failure: unknown = null;

  /** Without a memory nothing is remembered, and that at once. */
  constructor(memory: Memory | null, clock: Clock) {
    this.#memory = memory;
    this.#clock = clock;
  }

  /** Why the last try to remember failed; null when nothing is amiss. */
  get failure(): unknown {
    return this.#failure;
  }

  touch(record: TaskRecord): void {
    if (this.#removed.has(record.id)) return;
    this.#changed.add(record);
    this.#schedule();
  }

  ended(entry: HistoryEntry): void {
    this.#history.push(entry);
    this.#schedule();
  }

  forget(record: TaskRecord): void {
    this.#changed.delete(record);
    this.#removed.add(record.id);
    this.#schedule();
  }

  /** Resolves when all that has changed so far is remembered for certain. */
  kept(): Promise<void> {
    if (!this.#pending) return Promise.resolve();
    if (this.#waiting.length === 0 && this.#failure === null) {
      this.stop();
      this.#timer = this.#clock.after(WAITED_FOR_MS, () => this.#tryFlush());
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Remembers everything now; throws when that fails, and tries again by itself. */
  flush(): void {
    this.stop();
    if (this.#pending) this.#save();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  get #pending(): boolean {
    return this.#changed.size + this.#removed.size + this.#history.length > 0;
  }

  #schedule(): void {
    if (this.#memory === null) this.flush();
    else this.#timer ??= this.#clock.after(BATCH_MS, () => this.#tryFlush());
  }

  #save(): void {
    try {
      this.#memory?.save({
        tasks: [...this.#changed],
        removed: [...this.#removed],
        history: this.#history,
      });
    } catch (error) {
      this.#failure = error;
      this.stop();
      this.#timer = this.#clock.after(AGAIN_MS, () => this.#tryFlush());
      throw error;
    }
    this.#failure = null;
    this.#changed.clear();
    this.#removed.clear();
    this.#history = [];
  }

  #tryFlush(): void {
    try {
      this.flush();
    } catch {
      // Kept in `failure`, and tried again.
    }
  }
}
