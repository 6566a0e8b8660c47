import { asSatchelError } from '../contract/errors.ts';
import type { EventMessage } from '../contract/events.ts';
import type { Clock, Timer } from '../world/clock.ts';
import type { OutboxRow, OutboxTable, OutgoingEvent } from './outbox-table.ts';
import type { Target, Telling } from './targets.ts';

/** A target that fails is tried again after a second, then twice as long each time … */
const FIRST_MS = 1000;
const LONGEST_MS = 10 * 60_000;
/** … and an event is given up that it could not be told of for three days, and for so many tries in a row: … */
const GIVEN_UP_MS = 3 * 86_400_000;
/** … who comes back after a long time, to a network that is not there yet, has failed only once. */
const GIVEN_UP_TRIES = 10;
/** After a failure of our own disk. */
const DISK_MS = 5000;
/** Of a target that never answers so many are kept, the newest. */
const MOST_WAITING = 10_000;

/** Milliseconds before try `tries` + 1, half of them by chance: those who failed together do not come back together. */
export function deliveryDelay(tries: number, random: number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1));
  return whole / 2 + (whole / 2) * random;
}

export interface DeliveriesOptions {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly outbox: OutboxTable;
}

interface Worker {
  target: Target;
  readonly stop: AbortController;
  timer: Timer | null;
  telling: Promise<void> | null;
  /** It is tried now, whenever it was to be tried. */
  hurries: boolean;
  /** The row that it was told of, while that could not be removed: it is not told of it once more. */
  told: number | null;
  problem: string | null;
  dropped: number;
}

/**
 * Tells others of events: each target in order, each event at least once. Only what is remembered is told, so nobody
 * hears of what a crash then undoes; and it is forgotten only when it was told, so a crash loses nothing.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #workers = new Map<string, Worker>();
  #ended: Promise<void>[] = [];
  /** Nobody is told before it is known how servers are to be reached. */
  #open = false;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /**
   * These are the targets from now on. What was for others is forgotten, but with `keepsAll`: not when they are missing
   * because of a slip in a file. What is under way to one that stays goes on: a program is not run once more for it.
   */
  follow(targets: readonly Target[], { keepsAll = false } = {}): void {
    const wanted = new Map(targets.map((target) => [target.key, target]));
    for (const [key, worker] of this.#workers) {
      if (wanted.has(key)) continue;
      this.#end(worker);
      this.#workers.delete(key);
    }
    for (const [key, target] of wanted) {
      const worker = this.#workers.get(key);
      if (worker) change(worker, target);
      else this.#workers.set(key, newWorker(target));
    }
    if (!keepsAll) this.#options.outbox.keepOnly(new Set(wanted.keys()));
    this.wake();
  }

  /** These events, less the targets that are none any more. */
  wanted(events: readonly OutgoingEvent[]): OutgoingEvent[] {
    return events.map(({ message, targets }) => ({
      message,
      targets: targets.filter((key) => this.#workers.has(key)),
    }));
  }

  /** Whether anybody may be told at present. */
  setOpen(open: boolean): void {
    this.#open = open;
    this.wake();
  }

  /** Who is to be told of it, to be remembered together with what it tells of; null: nobody. */
  outgoing(message: EventMessage): OutgoingEvent | null {
    const targets: string[] = [];
    for (const [key, { target }] of this.#workers) if (target.wants(message.event_type)) targets.push(key);
    return targets.length === 0 ? null : { message, targets };
  }

  /** Something new is remembered. */
  wake(): void {
    for (const worker of this.#workers.values()) {
      if (worker.timer === null && worker.telling === null) this.#next(worker);
    }
  }

  /** What is amiss, in plain sentences. */
  get problems(): string[] {
    return [...this.#workers.values()].flatMap(({ target, problem, dropped }) => [
      ...(problem === null ? [] : [`${problem}.`]),
      ...(dropped === 0 ? [] : [`${target.label} was too far behind: ${dropped} events are dropped.`]),
    ]);
  }

  /** Stops; what was not told stays for the next time. */
  async close(): Promise<void> {
    this.#open = false;
    for (const worker of this.#workers.values()) this.#end(worker);
    await Promise.all(this.#ended);
  }

  #end(worker: Worker): void {
    worker.timer?.stop();
    worker.stop.abort();
    if (worker.telling !== null) this.#ended.push(worker.telling);
  }

  #next(worker: Worker): void {
    if (!this.#open || worker.stop.signal.aborted) return;
    try {
      this.#begin(worker);
    } catch (thrown) {
      this.#rest(worker, thrown);
    }
  }

  /** What was to be told cannot be read, or not be forgotten: a disk that is full, say. */
  #rest(worker: Worker, thrown: unknown): void {
    worker.problem = asSatchelError(thrown).message;
    this.#wait(worker, DISK_MS);
  }

  #wait(worker: Worker, ms: number): void {
    worker.timer = this.#options.clock.after(ms, () => {
      worker.timer = null;
      this.#next(worker);
    });
  }

  #begin(worker: Worker): void {
    const { clock, outbox } = this.#options;
    const { key } = worker.target;
    worker.dropped += outbox.shorten(key, MOST_WAITING);
    const row = outbox.first(key);
    if (row === null) return;
    const wait = row.nextAt - clock.now();
    // Where it is longer, the clock has been set back since.
    if (wait > 0 && wait <= LONGEST_MS && !worker.hurries) {
      this.#wait(worker, wait);
      return;
    }
    worker.hurries = false;
    worker.telling = this.#tell(worker, row).then(
      () => {
        worker.telling = null;
        this.#next(worker);
      },
      (thrown: unknown) => {
        worker.telling = null;
        this.#rest(worker, thrown);
      },
    );
  }

  async #tell(worker: Worker, { seq, message, tries }: OutboxRow): Promise<void> {
    const { clock, outbox, random } = this.#options;
    const { key } = worker.target;
    const { signal } = worker.stop;
    const outcome = worker.told === seq ? 'told' : await this.#outcome(worker, message);
    // Told all the same, perhaps: it is told again next time.
    if (signal.aborted && outcome !== 'told') return;
    // Its rows are gone, and their numbers may be those of others by now.
    if (this.#workers.get(key) !== worker) return;
    const failed = tries + 1;
    const later = Math.ceil(clock.now() + deliveryDelay(failed, random()));
    if (outcome === 'told') {
      worker.told = seq;
      outbox.remove(seq);
      worker.told = null;
    } else if (outcome === 'again' && !isGivenUp(message, failed, clock.now())) {
      outbox.postpone(seq, failed, later);
    } else {
      outbox.remove(seq);
      // The next one is for the same target, which has failed so often.
      const next = outcome === 'again' ? outbox.first(key) : null;
      if (next) outbox.postpone(next.seq, failed, later);
    }
  }

  async #outcome(worker: Worker, message: string): Promise<Telling['outcome']> {
    const { outcome, problem = null } = await worker.target.tell(message, worker.stop.signal);
    worker.problem = problem;
    return outcome;
  }
}

function newWorker(target: Target): Worker {
  const stop = new AbortController();
  return { target, stop, timer: null, telling: null, hurries: false, told: null, problem: null, dropped: 0 };
}

/** The same target, set anew: what was wrong with it may be mended. */
function change(worker: Worker, target: Target): void {
  worker.target = target;
  worker.hurries = true;
  worker.timer?.stop();
  worker.timer = null;
}

function isGivenUp(message: string, tries: number, now: number): boolean {
  const { timestamp } = JSON.parse(message) as EventMessage;
  return tries >= GIVEN_UP_TRIES && now - Date.parse(timestamp) > GIVEN_UP_MS;
}
