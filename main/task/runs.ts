import { basename } from 'node:path';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import type { EventType } from '../contract/events.ts';
import type { Clock } from '../world/clock.ts';
import type { FileResult, RunListener } from './file-job.ts';
import { setAmount } from './items.ts';
import { Live } from './live.ts';
import { next, type RunEvent } from './machine.ts';
import type { PackageListener } from './package-job.ts';
import { PackageTaker } from './package-listener.ts';
import { PackageSlots } from './package-slots.ts';
import type { ItemRecord, TaskRecord } from './record.ts';
import { historyOf, type Roster } from './roster.ts';
import { type Flight, listenerOf } from './run-listener.ts';
import { type Slot, Slots } from './slots.ts';
import { takeSpare } from './spares.ts';
import { traceRun } from './tracing.ts';

/**
 * Runs a task to its end; rejects with a SatchelError, and soon when `signal` is aborted. What it finds out on its way
 * it tells the listener.
 */
export type Run<Listener> = (
  record: TaskRecord,
  listener: Listener,
  signal: AbortSignal,
) => Promise<FileResult>;

export type RunTask = Run<RunListener>;

export interface RunsOptions {
  readonly clock: Clock;
  /** Tasks at once. */
  readonly jobs: number;
  readonly run: RunTask;
  /** The same of packages with items; left out where there are none. */
  readonly runPackage?: Run<PackageListener>;
  /** False while the task would only wait for its server. */
  readonly mayRun?: (record: TaskRecord, running: readonly TaskRecord[]) => boolean;
  /** Items that fail are left out at once, instead of failing their package. */
  readonly leavesOut?: boolean;
  /** A task that has no room waits, paused, until it has; else it fails. */
  readonly waitsForRoom: boolean;
  /** The server has said what the file is: its size, its ETag. */
  readonly onFacts?: (record: TaskRecord) => void;
  /** A task was paused because it has no room. */
  readonly onNoRoom?: (record: TaskRecord) => void;
}

/** The reason to start nothing for which nothing is waited for either. */
export const INTERRUPTED = 'interrupted';

/** Who runs. A task has one run at a time: the next one begins only when nothing of the last one is under way. */
export class Runs {
  readonly #options: RunsOptions;
  readonly #roster: Roster;
  readonly #flights = new Map<string, Flight>();
  /** To be started as soon as their last run is over, slots or not. */
  readonly #urgent = new Set<string>();
  readonly #slots: Slots;
  #idle: (() => void)[] = [];
  /** Reasons to start nothing at present. */
  readonly #holds = new Set<string | symbol>();
  #closed = false;

  constructor(roster: Roster, options: RunsOptions) {
    this.#roster = roster;
    this.#options = options;
    this.#slots = new Slots(options.clock, options.jobs, () => this.fill());
  }

  flightOf({ id }: TaskRecord): Flight | undefined {
    return this.#flights.get(id);
  }

  /** Tasks of the list with something under way. */
  *flying(): Iterable<TaskRecord> {
    for (const id of this.#flights.keys()) {
      const record = this.#roster.queue.get(id);
      if (record) yield record;
    }
  }

  setJobs(jobs: number): void {
    this.#slots.setLimit(jobs);
  }

  /** Starts nothing new until `release` of the same reason, and `fill`. */
  hold(reason: string | symbol): void {
    this.#holds.add(reason);
  }

  release(reason: string | symbol): void {
    this.#holds.delete(reason);
  }

  /** Starts what may run; to be called when something outside has changed that `mayRun` looks at. */
  fill(): void {
    this.#serve();
    this.#offer();
  }

  get #held(): boolean {
    return this.#holds.size > 0 || this.#closed;
  }

  #serve(): void {
    if (this.#held) return;
    const running = [...this.flying()];
    const mayRun = this.#options.mayRun ?? (() => true);
    while (this.#slots.free) {
      const record = this.#roster.queue.next((each) => !this.#flights.has(each.id) && mayRun(each, running));
      if (!record) break;
      running.push(record);
      this.#start(record);
    }
  }

  /** What no waiting task wants is for more items of the packages that run, in their turn. */
  #offer(): void {
    if (this.#held || !this.#slots.free) return;
    const packages = [...this.flying()].filter((record) => this.flightOf(record)?.control);
    packages.sort((a, b) => b.priority - a.priority || a.rank - b.rank);
    for (const record of packages) if (this.#slots.free) this.flightOf(record)?.control?.slotFree();
  }

  /** One that is still free after the waiting tasks have been served, or null. */
  #extraSlot(): Slot | null {
    return this.#slots.free && !this.#held ? this.#slots.take() : null;
  }

  /** A running package's items have changed. */
  listChanged({ id }: TaskRecord): void {
    const flight = this.#flights.get(id);
    if (flight?.control) flight.control.listChanged();
    else if (flight) flight.listDue = true;
  }

  /** The items of a running task that have been begun. */
  atWork(record: TaskRecord): Iterable<ItemRecord> {
    return (record.kind === 'package' ? this.flightOf(record)?.atWork : undefined) ?? record.items;
  }

  /** Starts a waiting task whether a slot is free or not, at once or as soon as its last run is over. */
  startNow(record: TaskRecord): void {
    if (this.#flights.has(record.id)) this.#urgent.add(record.id);
    else this.#start(record);
  }

  /** Ends a task's run, if it has one. Resolves when nothing of it is under way any more; never rejects. */
  stop(record: TaskRecord): Promise<void> {
    this.#urgent.delete(record.id);
    const flight = this.#flights.get(record.id);
    if (flight) releaseSlots(flight);
    flight?.stop.abort(new SatchelError('cancelled'));
    return flight?.ended ?? Promise.resolve();
  }

  #start(record: TaskRecord): void {
    const { clock } = this.#options;
    const { counters } = this.#roster;
    this.#urgent.delete(record.id);
    this.#roster.enter(record, this.#roster.after(record, { type: 'start' }));
    record.startedAt = clock.now();
    record.finishedAt = null;
    const slot = this.#slots.take();
    const stop = new AbortController();
    const { signal } = stop;
    const more = () => this.#extraSlot();
    const onBack = () => flight.control?.slotFree();
    const flight: Flight = {
      ...{ run: record.run, live: new Live(clock, (bytes) => counters.got(bytes)), slot, stop },
      slots: record.kind === 'package' ? new PackageSlots({ own: slot, more, signal, onBack }) : null,
      atWork: new Set(),
      control: null,
      listDue: false,
      ended: Promise.resolve(),
    };
    this.#flights.set(record.id, flight);
    this.#roster.tell('task.started', record, {});
    flight.ended = traceRun(record, flight.live, () => this.#fly(record, flight));
    this.#roster.look();
  }

  async #fly(record: TaskRecord, flight: Flight): Promise<void> {
    const reporting = {
      clock: this.#options.clock,
      keeper: this.#roster.keeper,
      report: (event: RunEvent) => this.#report(record, flight, event),
      tell: (type: EventType, payload: Record<string, unknown>) => {
        if (this.#roster.has(record)) this.#roster.tell(type, record, payload);
      },
      tellIfChanged: tellerOfChanges(record, () => this.#roster.tellChanged(record)),
      onFacts: () => this.#options.onFacts?.(record),
      onWait: (error: SatchelError | null) => this.#roster.counters.waits(error),
      flying: () => this.#flights.get(record.id) === flight,
      leavesOut: this.#options.leavesOut ?? false,
    };
    // Not within the call that started it: whatever it tells comes after that call has done its work.
    await Promise.resolve();
    try {
      const { run, runPackage } = this.#options;
      const { signal } = flight.stop;
      const result = await (runPackage && record.kind === 'package'
        ? runPackage(record, new PackageTaker(record, flight, reporting), signal)
        : this.#tryAll(record, flight, () => run(record, listenerOf(record, flight, reporting), signal)));
      this.#report(record, flight, { type: 'complete' }, result);
    } catch (thrown) {
      const error = asSatchelError(thrown);
      const room = error.code === 'disk-full' && this.#options.waitsForRoom;
      this.#report(record, flight, { type: room ? 'no-room' : 'fail', error: error.report() });
    } finally {
      this.#flights.delete(record.id);
      releaseSlots(flight);
      // Its last barrier may have brought bytes after it was told to be paused.
      this.#roster.changed(record);
    }
    if (this.#urgent.has(record.id) && record.state === 'waiting' && !this.#closed) this.#start(record);
    this.fill();
    this.checkIdle();
  }

  /** When an address has failed for good, the next of its spares takes over, in the same run of the task. */
  async #tryAll(record: TaskRecord, flight: Flight, run: () => Promise<FileResult>): Promise<FileResult> {
    for (;;) {
      try {
        return await run();
      } catch (thrown) {
        const error = asSatchelError(thrown);
        const over = flight.stop.signal.aborted || record.state !== 'running' || !this.#roster.has(record);
        if (over || !takeSpare(record, error)) throw error;
        const report = error.report();
        this.#roster.counters.waits(error);
        this.#report(record, flight, { type: 'wait', retryAt: null, error: report });
        if (error.code === 'checksum-mismatch')
          this.#roster.tell('task.rewound', record, { received: 0, reason: report });
        const retryAt = new Date(this.#options.clock.now()).toISOString();
        this.#roster.tell('task.retrying', record, { retryAt, error: report });
        await flight.slot.goOn(flight.stop.signal);
      }
    }
  }

  /** What a run tells: void where the task has gone on without it, or all of them are being stopped. */
  #report(record: TaskRecord, flight: Flight, event: RunEvent, result?: FileResult): void {
    if (this.#closed || !this.#roster.has(record)) return;
    const verdict = next(this.#roster.standing(record), { ...event, run: flight.run });
    if (verdict.kind !== 'moved') return;
    if (result) this.#takeResult(record, result);
    this.#roster.enter(record, verdict.to);
    if (verdict.to.state === 'running') return;
    releaseSlots(flight);
    this.#tellEnd(record, flight, result);
  }

  #takeResult(record: TaskRecord, { path, bytes }: FileResult): void {
    const [{ received } = { received: 0 }] = record.items;
    record.name = basename(path);
    record.place = null;
    // What each of a package's items is, they have said themselves.
    if (record.kind === 'package' && this.#options.runPackage) return;
    for (const item of record.items) {
      item.name = record.name;
      setAmount(record, item, { received: bytes, total: bytes });
    }
    // It was left at a shorter file that had its name.
    if (bytes < received) this.#roster.tell('task.rewound', record, { received: bytes });
  }

  #tellEnd(record: TaskRecord, flight: Flight, result: FileResult | undefined): void {
    const { name, error, state } = record;
    if (state === 'paused') {
      this.#roster.tell('task.paused', record, { error });
      this.#options.onNoRoom?.(record);
      return;
    }
    const outcome = state === 'done' ? 'done' : 'failed';
    this.#roster.keeper.ended(historyOf(record, outcome, this.#options.clock.now()));
    if (outcome === 'failed') {
      this.#roster.tell('task.failed', record, { error, name });
      return;
    }
    const { path, bytes, already } = result ?? {};
    const { fetched } = flight.live;
    this.#roster.tell('task.done', record, { path, name, received: bytes, fetched, already });
  }

  /** Resolves when nothing runs and nothing waits for its turn. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.checkIdle();
    });
  }

  /** To be called when something may have been all that was waited for. */
  checkIdle(): void {
    const waits = this.#roster.queue.anyWaiting && !this.#holds.has(INTERRUPTED);
    if (this.#flights.size > 0 || waits) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Stops all of them, each with its last barrier, and starts none any more. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { stop } of this.#flights.values()) stop.abort(new SatchelError('cancelled'));
    await Promise.all([...this.#flights.values()].map(({ ended }) => ended));
  }
}

/** Tells when something has changed that follows from what the server says. */
function tellerOfChanges(record: TaskRecord, tell: () => void): () => void {
  const look = () => JSON.stringify([record.name, record.dir, record.category]);
  let told = look();
  return () => {
    const now = look();
    if (now !== told) tell();
    told = now;
  };
}

function releaseSlots({ slot, slots }: Flight): void {
  (slots ?? slot).release();
}
