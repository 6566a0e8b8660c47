import type { Clock, Timer } from '../world/clock.ts';
import type { OutgoingEvent } from './outbox-table.ts';
import type { HistoryEntry, ItemRecord, TaskRecord } from './record.ts';

/** What changed, to be remembered in one transaction. */
export interface Change {
  readonly tasks?: readonly TaskRecord[];
  /** Of these tasks no other items have changed, come or gone: looking at 10,000 of them each time takes too long. */
  readonly items?: ReadonlyMap<TaskRecord, ReadonlySet<ItemRecord>>;
  /** Ids of tasks that are gone. */
  readonly removed?: readonly string[];
  readonly history?: readonly HistoryEntry[];
  /** What has happened with it, and who else is to be told. */
  readonly events?: readonly OutgoingEvent[];
}

/** What must be remembered together with a change, whoever waits for it. */
export type AlongWith = Pick<Change, 'tasks' | 'history' | 'events'>;

/** Where tasks are remembered. Throws a SatchelError when it cannot, with nothing of the change kept. */
export interface Memory {
  save(change: Change): void;
}

/** What happens by itself is remembered together after so long: each transaction costs the disk a sync … */
const BATCH_MS = 25;
/** … and where a download cannot end before it is remembered, after so long. */
const WAITED_FOR_MS = 4;
/** When it could not be remembered (the disk is full), it is tried again after so long. */
const AGAIN_MS = 5000;

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Collects what has changed and has it remembered: at once where somebody waits for an answer, else in batches. */
export class Keeper {
  readonly #memory: Memory | null;
  readonly #clock: Clock;
  /** Each with those of its items that have changed; null: whichever. */
  readonly #changed = new Map<TaskRecord, Set<ItemRecord> | null>();
  readonly #removed = new Set<string>();
  #history: HistoryEntry[] = [];
  #events: OutgoingEvent[] = [];
  #timer: Timer | null = null;
  #waiting: Waiting[] = [];
  #failure: unknown = null;
  #closed = false;

  /** Without a memory nothing is remembered, and that at once. */
  constructor(memory: Memory | null, clock: Clock) {
    this.#memory = memory;
    this.#clock = clock;
  }

  /** Why the last try to remember failed; null when nothing is amiss. */
  get failure(): unknown {
    return this.#failure;
  }

  /** It has changed; `items`: no other ones of it have. */
  touch(record: TaskRecord, items: readonly ItemRecord[] | null = null): void {
    if (this.#removed.has(record.id)) return;
    const known = this.#changed.get(record);
    if (items === null || known === null) this.#changed.set(record, null);
    else this.#changed.set(record, new Set([...(known ?? []), ...items]));
    this.#schedule(BATCH_MS);
  }

  ended(entry: HistoryEntry): void {
    this.#history.push(entry);
    this.#schedule(BATCH_MS);
  }

  /** Others are to be told, once what has changed so far is remembered. */
  outgoing(event: OutgoingEvent): void {
    this.#events.push(event);
    this.#schedule(BATCH_MS);
  }

  forget(record: TaskRecord): void {
    this.#changed.delete(record);
    this.#removed.add(record.id);
    this.#schedule(BATCH_MS);
  }

  /** Resolves when all that has changed so far is remembered for certain; rejects when that fails. */
  kept(): Promise<void> {
    if (!this.#pending) return Promise.resolve();
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ resolve, reject }) > 1) return;
      this.#stopTimer();
      this.#schedule(WAITED_FOR_MS);
    });
  }

  /** Remembers everything now, and what goes along; throws when that fails, and tries again later, without that. */
  flush(along: AlongWith = {}): void {
    this.#stopTimer();
    const waiting = this.#waiting.splice(0);
    const { tasks = [], history = [], events = [] } = along;
    try {
      const given = tasks.length + history.length + events.length > 0;
      if (this.#pending || given) this.#save({ tasks, history, events });
    } catch (error) {
      this.#failure = error;
      this.#schedule(AGAIN_MS);
      for (const { reject } of waiting) reject(error);
      throw error;
    }
    this.#failure = null;
    for (const { resolve } of waiting) resolve();
  }

  /** Remembers nothing any more. */
  close(): void {
    this.#closed = true;
    this.#stopTimer();
  }

  get #pending(): boolean {
    return this.#changed.size + this.#removed.size + this.#history.length + this.#events.length > 0;
  }

  #schedule(ms: number): void {
    if (this.#closed) return;
    if (this.#memory === null) this.flush();
    else this.#timer ??= this.#clock.after(ms, () => this.#tryFlush());
  }

  #stopTimer(): void {
    this.#timer?.stop();
    this.#timer = null;
  }

  #save({ tasks, history, events }: Required<AlongWith>): void {
    this.#memory?.save({
      tasks: [...this.#changed.keys(), ...tasks],
      items: new Map([...this.#changed].flatMap(([task, items]) => (items ? [[task, items]] : []))),
      removed: [...this.#removed],
      history: [...this.#history, ...history],
      events: [...this.#events, ...events],
    });
    this.#changed.clear();
    this.#removed.clear();
    this.#history = [];
    this.#events = [];
  }

  #tryFlush(): void {
    try {
      this.flush();
    } catch {
      // Kept in `failure`, and tried again.
    }
  }
}
