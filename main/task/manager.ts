import type { EventMessage } from '../contract/events.ts';
import type { Task, TaskState } from '../contract/task.ts';
import type { Send } from '../progress/listener.ts';
import { delay } from '../world/clock.ts';
import type { SubscribeOptions, Subscription } from './audience.ts';
import type { Counters } from './figures.ts';
import { amountOf, recount } from './items.ts';
import type { Memory } from './keeper.ts';
import { Leavers } from './leavers.ts';
import type { OutgoingEvent } from './outbox-table.ts';
import type { ItemRecord, TaskRecord } from './record.ts';
import { historyOf, type NewEvent, Roster } from './roster.ts';
import type { Flight } from './run-listener.ts';
import { INTERRUPTED, Runs, type RunsOptions } from './runs.ts';
import { traceCourse } from './tracing.ts';

export type UserEvent = 'pause' | 'resume' | 'retry' | 'restart';

export interface ManagerOptions extends RunsOptions {
  /** Who else is to be told of an event, once it is remembered; null: nobody. */
  readonly outgoing?: (message: EventMessage) => OutgoingEvent | null;
  /** Null: nothing outlives the process. */
  readonly memory: Memory | null;
  /** Takes away what a removed task leaves behind. */
  readonly discard: (record: TaskRecord) => Promise<void>;
}

/** Reasons to start nothing. */
const NOT_OPENED = 'not opened';
const COMMAND = 'command';
const CLEARED_MS = 1000;

/**
 * The list of tasks at work: who runs, who waits, and what the user wants of them. Every change of state goes through
 * the machine and is remembered; what the user wants is remembered before anybody is told of it, and told before it is
 * answered. A task has one run at a time: the next one begins only when nothing of the last one is under way.
 */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #roster: Roster;
  readonly #runs: Runs;
  readonly #leavers: Leavers;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#roster = new Roster({
      clock: options.clock,
      memory: options.memory,
      liveOf: (record) => this.#runs.flightOf(record)?.live ?? null,
      running: () => this.#runs.flying(),
      ...(options.outgoing ? { outgoing: options.outgoing } : {}),
    });
    this.#runs = new Runs(this.#roster, options);
    this.#runs.hold(NOT_OPENED);
    this.#leavers = new Leavers(this.#roster.keeper, options.clock, options.discard);
  }

  // ---- looking

  /** In the order of the list. */
  list(): readonly TaskRecord[] {
    return this.#roster.queue.list();
  }

  /** How many tasks are in which state. */
  get counts(): Readonly<Record<TaskState, number>> {
    return this.#roster.counts;
  }

  find(id: string): TaskRecord | undefined {
    return this.#roster.queue.get(id);
  }

  /** Throws `not-found`. */
  get(id: string): TaskRecord {
    return this.#roster.get(id);
  }

  show(record: TaskRecord): Task {
    return this.#roster.show(record);
  }

  flightOf(record: TaskRecord): Flight | undefined {
    return this.#runs.flightOf(record);
  }

  /** The items of a running task that have been begun. */
  atWork(record: TaskRecord): Iterable<ItemRecord> {
    return this.#runs.atWork(record);
  }

  /** Those of the list, and those that are leaving it: whoever may have a file somewhere. */
  *everybody(): Iterable<TaskRecord> {
    yield* this.list();
    yield* this.#leavers.records();
  }

  /** A rank behind all others; as many whole ones as are wanted are free from it on. */
  get lastRank(): number {
    return this.#roster.queue.lastRank;
  }

  /** Why the last try to remember a change failed, or null. */
  get failure(): unknown {
    return this.#roster.keeper.failure;
  }

  /** What is counted since the start. */
  get counters(): Counters {
    return this.#roster.counters;
  }

  /** Bytes per second, of all that runs. */
  get speed(): number {
    return [...this.#runs.flying()].reduce((sum, each) => sum + (this.flightOf(each)?.live.speed ?? 0), 0);
  }

  subscribe(send: Send, options: SubscribeOptions = {}): Subscription {
    return this.#roster.subscribe(send, options);
  }

  // ---- tasks come and go

  /** Tasks remembered from earlier: those that were running wait again, those that were leaving leave. */
  load(records: readonly TaskRecord[]): void {
    for (const record of records) {
      if (record.removing !== null) {
        void this.#leavers.leave(record, Promise.resolve());
        continue;
      }
      this.#roster.enlist([record]);
      if (record.state !== 'running') continue;
      this.#roster.enter(record, this.#roster.after(record, { type: 'recover' }));
    }
  }

  /** Resolves when nothing of what was removed is left, or after a second: a disk may hang. */
  async cleared(): Promise<void> {
    await Promise.race([this.#leavers.gone(), delay(this.#options.clock, CLEARED_MS)]);
  }

  /** Begins to run what waits. */
  open(): void {
    this.release(NOT_OPENED);
  }

  /** New tasks, all or none; remembered before anything is told of them. */
  add(records: readonly TaskRecord[]): void {
    const events = records.map((record) => this.#added(record));
    // With what is still to be remembered: events that came before come before.
    this.#roster.keeper.flush({ tasks: records, events: outgoingOf(events) });
    traceCourse(records);
    this.#roster.enlist(records);
    tellAll(events);
    this.fill();
  }

  announce(records: readonly TaskRecord[]): void {
    tellAll(records.map((record) => this.#added(record)));
  }

  #added(record: TaskRecord): NewEvent {
    const { name, kind, items } = record;
    const what = kind === 'file' ? { url: items[0]?.url } : { items: items.length };
    return this.#roster.event('task.added', record, { name, ...what });
  }

  /**
   * Gone from the list at once; resolves when what they leave behind is gone too. Throws, with all of them still there,
   * when it cannot be remembered.
   */
  async remove(records: readonly TaskRecord[], files: 'keep' | 'delete'): Promise<void> {
    await Promise.all(this.takeOff(records, files));
  }

  /** The same, with a promise for each of them; throws at once. */
  takeOff(records: readonly TaskRecord[], files: 'keep' | 'delete'): Promise<void>[] {
    const { keeper } = this.#roster;
    for (const record of records) {
      record.removing = files;
      keeper.touch(record);
    }
    const unfinished = records.filter(({ state }) => state !== 'done');
    const now = this.#options.clock.now();
    const events = new Map(records.map((record) => [record, this.#roster.event('task.removed', record, {})]));
    const history = unfinished.map((record) => historyOf(record, 'removed', now));
    try {
      keeper.flush({ history, events: outgoingOf(events.values()) });
    } catch (error) {
      for (const record of records) record.removing = null;
      throw error;
    }
    const left = this.#quietly(() =>
      records.map((record) => {
        this.#roster.strike(record);
        const ended = this.#runs.stop(record);
        events.get(record)?.tell();
        return this.#leavers.leave(record, ended);
      }),
    );
    this.fill();
    this.#runs.checkIdle();
    return left;
  }

  // ---- what the user wants

  /**
   * One of the user's events for each of them: all or none. Throws `bad-transition`, or why it cannot be remembered,
   * with nothing changed.
   */
  command(records: readonly TaskRecord[], type: UserEvent): void {
    this.#quietly(() => this.#command(records, type));
    this.fill();
    this.#runs.checkIdle();
  }

  /** Throws `bad-transition` where the user's event cannot be for it. */
  demand(record: TaskRecord, type: UserEvent): void {
    this.#roster.after(record, { type });
  }

  /** Nothing is started meanwhile: else what is paused would make room for what is paused next. */
  #quietly<T>(work: () => T): T {
    this.#runs.hold(COMMAND);
    try {
      return work();
    } finally {
      this.#runs.release(COMMAND);
    }
  }

  #command(records: readonly TaskRecord[], type: UserEvent): void {
    const moves = records.map((record) => ({ record, to: this.#roster.after(record, { type }) }));
    const undo = records.map((record) => this.#roster.copy(record));
    const fallen = type === 'restart' ? records.filter(mayHaveBytes) : [];
    for (const { record, to } of moves) {
      // Read again where they are counted.
      recount(record);
      if (type === 'restart') startOver(record);
      if (type === 'retry') tryAgain(record);
      if (type !== 'pause') record.asking = false;
      this.#roster.enter(record, to);
    }
    const rewound = fallen.map((record) => this.#roster.event('task.rewound', record, { received: 0 }));
    const name = type === 'pause' ? 'task.paused' : 'task.resumed';
    const moved = records.map((record) => this.#roster.event(name, record, {}));
    this.#flushOr(undo, [...rewound, ...moved]);
    if (type !== 'pause') traceCourse(records);
    tellAll(rewound);
    for (const [index, event] of moved.entries()) {
      if (type === 'pause') void this.#runs.stop(records[index] as TaskRecord);
      event.tell();
    }
  }

  #flushOr(undo: readonly (() => void)[], events: readonly NewEvent[]): void {
    try {
      this.#roster.keeper.flush({ events: outgoingOf(events) });
    } catch (error) {
      for (const back of undo) back();
      throw error;
    }
  }

  /**
   * Changes the items of a package, and with `event` lets it go on: remembered before anything is told. Throws
   * `bad-transition`, what `change` throws, or why it cannot be remembered, with nothing changed.
   */
  changeItems(record: TaskRecord, change: () => void, event: 'retry' | null = null): void {
    const to = event && this.#roster.after(record, { type: event });
    const undo = this.#roster.copy(record);
    const before = amountOf(record).received;
    try {
      change();
    } catch (error) {
      undo();
      throw error;
    }
    recount(record);
    this.#quietly(() => {
      if (to) this.#roster.enter(record, to);
      this.#roster.keeper.touch(record);
      const { received } = amountOf(record);
      const events = [
        ...(received < before ? [this.#roster.event('task.rewound', record, { received })] : []),
        ...(to ? [this.#roster.event('task.resumed', record, {})] : []),
        this.#roster.changedEvent(record),
      ];
      this.#flushOr([undo], events);
      tellAll(events);
      this.changed(record);
      this.#runs.listChanged(record);
    });
    this.fill();
  }

  /** Runs it now, whatever else runs; a paused one too. Throws `bad-transition`. */
  startNow(record: TaskRecord): void {
    if (record.state === 'running') return;
    if (record.state !== 'paused') this.#roster.after(record, { type: 'start' });
    if (record.state === 'paused') this.#quietly(() => this.#command([record], 'resume'));
    // To be remembered there is no more than that it waits: that is what it does again after a crash.
    this.#runs.startNow(record);
  }

  /** There is room again for a task that waits for it. */
  room(record: TaskRecord): void {
    if (!this.#roster.has(record)) return;
    this.#roster.enter(record, this.#roster.after(record, { type: 'room' }));
    this.#roster.tell('task.resumed', record, {});
    this.fill();
  }

  move(record: TaskRecord, position: number): void {
    for (const moved of this.#roster.queue.move(record, position)) this.#roster.keeper.touch(moved);
    this.changed(record);
  }

  setPriority(record: TaskRecord, priority: number): void {
    this.#roster.queue.setPriority(record, priority);
    this.changed(record);
  }

  /** Something else of a task has changed: it is remembered and shown. */
  changed(record: TaskRecord): void {
    this.#roster.changed(record);
  }

  /** Something that rows do not show: listeners had better ask for the whole task. */
  tellChanged(record: TaskRecord): void {
    this.#roster.tellChanged(record);
  }

  /** All that has changed is remembered now. Throws when that fails. */
  flush(): void {
    this.#roster.keeper.flush();
  }

  setJobs(jobs: number): void {
    this.#runs.setJobs(jobs);
  }

  // ---- who runs

  /** Starts nothing new until `release` of the same reason. */
  hold(reason: string | symbol): void {
    this.#runs.hold(reason);
  }

  release(reason: string | symbol): void {
    this.#runs.release(reason);
    this.fill();
  }

  /** Starts what may run; to be called when something outside has changed that `mayRun` looks at. */
  fill(): void {
    this.#runs.fill();
  }

  // ---- the end

  /** Starts nothing any more, and pauses what runs: what a user who interrupts a command wants. */
  interrupt(): void {
    this.hold(INTERRUPTED);
    const running = [...this.#runs.flying()].filter(({ state }) => state === 'running');
    this.command(running, 'pause');
  }

  /** Resolves when nothing runs and, unless it was interrupted, nothing waits for its turn. */
  idle(): Promise<void> {
    return this.#runs.idle();
  }

  /** Stops all runs, each with its last barrier, and remembers everything: what was running goes on next time. */
  async close(): Promise<void> {
    try {
      await this.#runs.close();
      await this.#leavers.gone();
      this.#roster.keeper.flush();
    } finally {
      this.#roster.close();
    }
  }
}

function outgoingOf(events: Iterable<NewEvent>): OutgoingEvent[] {
  return [...events].flatMap(({ outgoing }) => outgoing);
}

function tellAll(events: readonly NewEvent[]): void {
  for (const event of events) event.tell();
}

/** After a kill its journal may know of more than its record. */
function mayHaveBytes({ place, startOver, items }: TaskRecord): boolean {
  return (place !== null && !startOver) || items.some(({ received }) => received > 0);
}

function startOver(record: TaskRecord): void {
  record.startOver = true;
  for (const item of record.items) {
    item.received = 0;
    if (record.kind === 'package') Object.assign(item, { state: 'waiting', leftOut: null });
  }
}

/** What has failed of a package, but for what it is to be finished without. */
function tryAgain({ kind, items }: TaskRecord): void {
  for (const item of kind === 'package' ? items : []) {
    if (item.state !== 'failed' || item.leftOut !== null) continue;
    item.tries += 1;
  }
}
