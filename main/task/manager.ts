import { basename } from 'node:path';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import type { EventType, Message } from '../contract/events.ts';
import type { Task } from '../contract/task.ts';
import { eventMessage } from '../progress/envelope.ts';
import type { Clock } from '../world/clock.ts';
import { Audience, type SubscribeOptions, type Subscription } from './audience.ts';
import type { FileResult, RunListener } from './file-job.ts';
import { Keeper, type Memory } from './keeper.ts';
import { Live } from './live.ts';
import { next, type RunEvent, type Standing, type TaskEvent } from './machine.ts';
import { Queue } from './queue.ts';
import type { HistoryEntry, TaskRecord } from './record.ts';
import { type Flight, listenerOf } from './run-listener.ts';
import { rowOf, taskOf } from './show.ts';
import { Slots } from './slots.ts';

/**
 * Runs a task to its end; rejects with a SatchelError, and soon when `signal` is aborted. What it finds out on its way
 * it tells the listener.
 */
export type RunTask = (record: TaskRecord, listener: RunListener, signal: AbortSignal) => Promise<FileResult>;

export type UserEvent = 'pause' | 'resume' | 'retry' | 'restart';

export interface ManagerOptions {
  readonly clock: Clock;
  /** Null: nothing outlives the process. */
  readonly memory: Memory | null;
  /** Tasks at once. */
  readonly jobs: number;
  readonly run: RunTask;
  /** Takes away what a removed task leaves behind. */
  readonly discard: (record: TaskRecord) => Promise<void>;
  /** False while the task would only wait for its server. */
  readonly mayRun?: (record: TaskRecord, running: readonly TaskRecord[]) => boolean;
  /** A task that has no room waits, paused, until it has; else it fails. */
  readonly waitsForRoom: boolean;
  /** The server has said what the file is: its size, its ETag. */
  readonly onFacts?: (record: TaskRecord) => void;
  /** A task has stopped running, or there is another reason to look after those that are paused. */
  readonly onPaused?: (record: TaskRecord) => void;
}

/**
 * The list of tasks: who runs, who waits, and what the user wants of them. Every change of state goes through the
 * machine, is remembered, and is told to the audience before any answer shows it. A task has one run at a time: the
 * next one begins only when nothing of the last one is under way.
 */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #queue = new Queue<TaskRecord>();
  readonly #flights = new Map<string, Flight>();
  readonly #leaving = new Set<Promise<void>>();
  /** To be started as soon as their last run is over, slots or not. */
  readonly #urgent = new Set<string>();
  readonly #slots: Slots;
  readonly #keeper: Keeper;
  readonly #audience: Audience;
  #idle: (() => void)[] = [];
  /** Starts nothing: it was not opened yet, or was interrupted. */
  #holding = true;
  #closed = false;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#keeper = new Keeper(options.memory, options.clock);
    this.#slots = new Slots(options.clock, options.jobs, () => this.fill());
    this.#audience = new Audience(
      options.clock,
      () => this.list().map((record) => this.show(record)),
      () => [...this.#flying()].map((record) => this.#row(record)),
    );
  }

  // ---- looking

  list(): readonly TaskRecord[] {
    return this.#queue.list();
  }

  find(id: string): TaskRecord | undefined {
    return this.#queue.get(id);
  }

  /** Throws `not-found`. */
  get(id: string): TaskRecord {
    const record = this.#queue.get(id);
    if (!record) throw new SatchelError('not-found', `no task ${id}`);
    return record;
  }

  show(record: TaskRecord): Task {
    const live = this.#liveOf(record);
    return taskOf(record, live, this.#queue.position(record));
  }

  flightOf(record: TaskRecord): Flight | undefined {
    return this.#flights.get(record.id);
  }

  get lastRank(): number {
    return this.#queue.lastRank;
  }

  /** Why the last try to remember a change failed, or null. */
  get failure(): unknown {
    return this.#keeper.failure;
  }

  subscribe(send: (message: Message) => void, options: SubscribeOptions = {}): Subscription {
    return this.#audience.subscribe(send, options);
  }

  // ---- tasks come and go

  /** Tasks remembered from earlier, as they were; those that were running wait again. */
  load(records: readonly TaskRecord[]): void {
    for (const record of records) {
      if (record.removing !== null) {
        void this.#leave(record, Promise.resolve());
        continue;
      }
      const before = record.state;
      this.#stand(record, this.#next(record, { type: 'recover' }));
      this.#queue.add(record);
      this.#queue.setWaiting(record, record.state === 'waiting');
      if (record.state !== before) this.#keeper.touch(record);
    }
  }

  /** Begins to run what waits. */
  open(): void {
    this.#holding = false;
    this.fill();
  }

  /** New tasks, all or none; remembered before anything is told of them. */
  add(records: readonly TaskRecord[]): void {
    this.#options.memory?.save({ tasks: records });
    for (const record of records) {
      this.#queue.add(record);
      this.#queue.setWaiting(record, record.state === 'waiting');
    }
    this.announce(records);
    this.fill();
  }

  announce(records: readonly TaskRecord[]): void {
    for (const record of records) {
      this.#tell('task.added', record, { name: record.name, url: record.items[0]?.url });
    }
  }

  /** Gone from the list at once; resolves when what they leave behind is gone too. */
  async remove(records: readonly TaskRecord[], files: 'keep' | 'delete'): Promise<void> {
    for (const record of records) {
      record.removing = files;
      this.#queue.remove(record);
      this.#urgent.delete(record.id);
      if (record.state !== 'done') this.#keeper.ended(this.#historyOf(record, 'removed'));
      this.#keeper.touch(record);
    }
    this.#keeper.flush();
    const left = records.map((record) => {
      const flight = this.#flights.get(record.id);
      flight?.stop.abort(new SatchelError('cancelled'));
      flight?.slot.release();
      this.#tell('task.removed', record, {});
      return this.#leave(record, flight?.ended ?? Promise.resolve());
    });
    await Promise.all(left);
    this.#checkIdle();
  }

  #leave(record: TaskRecord, ended: Promise<void>): Promise<void> {
    const leaving = ended
      .then(() => this.#options.discard(record))
      // What cannot be taken away now is tried again at the next start.
      .then(
        () => this.#keeper.forget(record),
        () => {},
      )
      .finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
    return leaving;
  }

  // ---- what the user wants

  /** One of the user's events for each of them. Throws `bad-transition` at the first that refuses it. */
  command(records: readonly TaskRecord[], type: UserEvent): void {
    try {
      for (const record of records) this.#command(record, type);
    } finally {
      this.#keeper.flush();
      this.fill();
      this.#checkIdle();
    }
  }

  #command(record: TaskRecord, type: UserEvent): void {
    const to = this.#next(record, { type });
    const flight = this.#flights.get(record.id);
    if (type === 'restart') this.#startOver(record);
    if (type !== 'pause') record.asking = false;
    this.#enter(record, to);
    if (type === 'pause') {
      this.#urgent.delete(record.id);
      flight?.stop.abort(new SatchelError('cancelled'));
    }
    this.#tell(type === 'pause' ? 'task.paused' : 'task.resumed', record, {});
  }

  #startOver(record: TaskRecord): void {
    record.startOver = true;
    const had = record.items.some(({ received }) => received > 0);
    for (const item of record.items) item.received = 0;
    if (had) this.#tell('task.rewound', record, { received: 0 });
  }

  /** Runs it now, whatever else runs; a paused one too. Throws `bad-transition`. */
  startNow(record: TaskRecord): void {
    if (record.state === 'paused') this.#command(record, 'resume');
    if (record.state === 'running') return;
    if (record.state !== 'waiting') this.#next(record, { type: 'start' });
    if (this.#flights.has(record.id)) this.#urgent.add(record.id);
    else this.#start(record);
    this.#keeper.flush();
  }

  /** There is room again for a task that waits for it. */
  room(record: TaskRecord): void {
    this.#enter(record, this.#next(record, { type: 'room' }));
    this.#tell('task.resumed', record, {});
    this.fill();
  }

  move(record: TaskRecord, position: number): void {
    for (const moved of this.#queue.move(record, position)) this.#keeper.touch(moved);
    this.changed(record);
  }

  setPriority(record: TaskRecord, priority: number): void {
    this.#queue.setPriority(record, priority);
    this.changed(record);
  }

  /** Something else of a task has changed: it is remembered and shown. */
  changed(record: TaskRecord): void {
    this.#keeper.touch(record);
    this.#audience.row(this.#row(record));
  }

  /** All that has changed is remembered now. Throws when that fails. */
  flush(): void {
    this.#keeper.flush();
  }

  setJobs(jobs: number): void {
    this.#slots.setLimit(jobs);
  }

  // ---- who runs

  /** Starts what may run; to be called when something outside has changed that `mayRun` looks at. */
  fill(): void {
    if (this.#holding || this.#closed) return;
    const running = [...this.#flying()];
    const mayRun = this.#options.mayRun ?? (() => true);
    while (this.#slots.free) {
      const record = this.#queue.next((each) => !this.#flights.has(each.id) && mayRun(each, running));
      if (!record) break;
      running.push(record);
      this.#start(record);
    }
  }

  *#flying(): Iterable<TaskRecord> {
    for (const id of this.#flights.keys()) {
      const record = this.#queue.get(id);
      if (record) yield record;
    }
  }

  #start(record: TaskRecord): void {
    this.#urgent.delete(record.id);
    this.#enter(record, this.#next(record, { type: 'start' }));
    const { clock } = this.#options;
    const flight: Flight = {
      run: record.run,
      live: new Live(clock),
      slot: this.#slots.take(),
      stop: new AbortController(),
      ended: Promise.resolve(),
    };
    this.#flights.set(record.id, flight);
    record.startedAt = clock.now();
    this.#tell('task.started', record, {});
    flight.ended = this.#fly(record, flight);
    this.#audience.look();
  }

  async #fly(record: TaskRecord, flight: Flight): Promise<void> {
    const listener = listenerOf(record, flight, {
      keeper: this.#keeper,
      report: (event) => this.#report(record, flight, event),
      tell: (type, payload) => this.#tell(type, record, payload),
      onFacts: () => this.#options.onFacts?.(record),
    });
    // Not within the call that started it: whatever it tells comes after that call has done its work.
    await Promise.resolve();
    try {
      const result = await this.#options.run(record, listener, flight.stop.signal);
      this.#report(record, flight, { type: 'complete' }, result);
    } catch (thrown) {
      const error = asSatchelError(thrown);
      const room = error.code === 'disk-full' && this.#options.waitsForRoom;
      this.#report(record, flight, { type: room ? 'no-room' : 'fail', error: error.report() });
    }
    this.#flights.delete(record.id);
    flight.slot.release();
    if (this.#urgent.has(record.id) && !this.#closed) this.#start(record);
    this.fill();
    this.#checkIdle();
  }

  /** What a run tells: void where the task has gone on without it, or all of them are being stopped. */
  #report(record: TaskRecord, flight: Flight, event: RunEvent, result?: FileResult): void {
    if (this.#closed || record.removing !== null) return;
    const verdict = next(standingOf(record, flight.live), { ...event, run: flight.run });
    if (verdict.kind !== 'moved') return;
    if (result) takeResult(record, result);
    this.#enter(record, verdict.to);
    const { name, error } = record;
    switch (record.state) {
      case 'done':
        this.#keeper.ended(this.#historyOf(record, 'done'));
        this.#tell('task.done', record, {
          path: result?.path,
          name,
          received: result?.bytes,
          fetched: flight.live.fetched,
          already: result?.already ?? false,
        });
        break;
      case 'failed':
        this.#keeper.ended(this.#historyOf(record, 'failed'));
        this.#tell('task.failed', record, { error, name });
        break;
      case 'paused':
        this.#tell('task.paused', record, { error });
        this.#options.onPaused?.(record);
        break;
      default:
      // Still running: the next look at it shows what has changed.
    }
  }

  // ---- states

  #next(record: TaskRecord, event: TaskEvent): Standing {
    const verdict = next(standingOf(record, this.#liveOf(record)), event);
    if (verdict.kind === 'refused') throw verdict.error;
    if (verdict.kind !== 'moved') throw new SatchelError('internal', `${event.type} while ${record.state}`);
    return verdict.to;
  }

  /** Enters a standing, and has it remembered. */
  #enter(record: TaskRecord, to: Standing): void {
    this.#stand(record, to);
    this.#queue.setWaiting(record, to.state === 'waiting');
    const flight = this.#flights.get(record.id);
    if (to.state !== 'running') flight?.slot.release();
    if (to.state === 'done' || to.state === 'failed') record.finishedAt = this.#options.clock.now();
    this.#keeper.touch(record);
  }

  #stand(record: TaskRecord, to: Standing): void {
    record.state = to.state;
    record.run = to.run;
    record.error = 'error' in to ? to.error : null;
    const live = this.#flights.get(record.id)?.live;
    if (to.state === 'running' && live) {
      live.phase = to.phase;
      live.retryAt = to.retryAt;
    }
    if (record.kind !== 'file') return;
    for (const item of record.items) {
      item.state = record.state;
      item.error = record.error;
    }
  }

  /** Null unless it runs: a run that is only ending shows nothing any more. */
  #liveOf(record: TaskRecord): Live | null {
    return record.state === 'running' ? (this.#flights.get(record.id)?.live ?? null) : null;
  }

  // ---- telling

  #row(record: TaskRecord) {
    return rowOf(record, this.#liveOf(record));
  }

  #tell(type: EventType, record: TaskRecord, payload: Record<string, unknown>): void {
    const message = eventMessage(this.#options.clock, type, { taskId: record.id, ...payload });
    this.#audience.tell(message, this.#row(record));
  }

  #historyOf(record: TaskRecord, outcome: HistoryEntry['outcome']): HistoryEntry {
    const [item] = record.items;
    return {
      taskId: record.id,
      name: record.name,
      url: item?.url ?? '',
      path: record.finished?.path ?? '',
      category: record.category,
      outcome,
      total: item?.total ?? null,
      etag: item?.etag ?? null,
      error: record.error,
      createdAt: record.createdAt,
      endedAt: this.#options.clock.now(),
    };
  }

  // ---- the end

  /** Starts nothing any more, and pauses what runs: what a user who interrupts a command wants. */
  interrupt(): void {
    this.#holding = true;
    this.command(
      [...this.#flying()].filter(({ state }) => state === 'running'),
      'pause',
    );
  }

  /** Resolves when nothing runs and nothing waits for its turn. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#checkIdle();
    });
  }

  #checkIdle(): void {
    if (this.#flights.size > 0 || (!this.#holding && this.#queue.anyWaiting)) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Stops all runs, each with its last barrier, and remembers everything: what was running goes on next time. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { stop } of this.#flights.values()) stop.abort(new SatchelError('cancelled'));
    await Promise.all([...this.#flights.values()].map(({ ended }) => ended));
    await Promise.all(this.#leaving);
    this.#audience.close();
    this.#keeper.flush();
    this.#keeper.stop();
  }
}

function standingOf(record: TaskRecord, live: Live | null): Standing {
  const { state, run, error } = record;
  switch (state) {
    case 'running':
      return { state, run, phase: live?.phase ?? 'probing', retryAt: live?.retryAt ?? null, error };
    case 'paused':
      return { state, run, error };
    case 'failed':
      return { state, run, error: error ?? new SatchelError('internal').report() };
    default:
      return { state, run };
  }
}

function takeResult(record: TaskRecord, { path, bytes }: FileResult): void {
  record.name = basename(path);
  record.place = null;
  for (const item of record.items) Object.assign(item, { name: record.name, received: bytes, total: bytes });
}
