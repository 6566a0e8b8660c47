import { SatchelError } from '../contract/errors.ts';
import type { EventMessage, EventType, ProgressRow } from '../contract/events.ts';
import type { Task, TaskState } from '../contract/task.ts';
import { eventMessage } from '../progress/envelope.ts';
import type { Send } from '../progress/listener.ts';
import type { Clock } from '../world/clock.ts';
import { Audience, type SubscribeOptions, type Subscription } from './audience.ts';
import { Counters, countStates } from './figures.ts';
import { amountOf, recount } from './items.ts';
import { Keeper, type Memory } from './keeper.ts';
import type { Live } from './live.ts';
import { next, type Standing, type TaskEvent } from './machine.ts';
import type { OutgoingEvent } from './outbox-table.ts';
import { Queue } from './queue.ts';
import type { HistoryEntry, ItemRecord, TaskRecord } from './record.ts';
import { rowOf, taskOf } from './show.ts';

export interface RosterOptions {
  readonly clock: Clock;
  /** Null: nothing outlives the process. */
  readonly memory: Memory | null;
  /** What is known of a task's present run; null where it has none. */
  readonly liveOf: (record: TaskRecord) => Live | null;
  readonly running: () => Iterable<TaskRecord>;
  /** Who else is to be told of an event; null, or left out: nobody. */
  readonly outgoing?: (message: EventMessage) => OutgoingEvent | null;
}

/** An event that listeners have not been told of yet. */
export interface NewEvent {
  readonly outgoing: readonly OutgoingEvent[];
  readonly tell: () => void;
}

/**
 * Which tasks there are, in which order, where they stand, who is told, and what is remembered. It keeps these four
 * together; who runs is the manager's business.
 */
export class Roster {
  readonly queue = new Queue<TaskRecord>();
  readonly keeper: Keeper;
  readonly counters = new Counters();
  readonly #options: RosterOptions;
  readonly #audience: Audience;
  #counts: Record<TaskState, number> | null = null;

  constructor(options: RosterOptions) {
    this.#options = options;
    this.keeper = new Keeper(options.memory, options.clock);
    this.#audience = new Audience(
      options.clock,
      () => this.#all(),
      () => [...options.running()].map((record) => this.#row(record)),
    );
  }

  /** Throws `not-found`. */
  get(id: string): TaskRecord {
    const record = this.queue.get(id);
    if (!record) throw new SatchelError('not-found', `no task ${id}`);
    return record;
  }

  has(record: TaskRecord): boolean {
    return this.queue.get(record.id) === record;
  }

  /** How many tasks are in which state. */
  get counts(): Readonly<Record<TaskState, number>> {
    // Asked for again and again, while of ten thousand tasks few move.
    this.#counts ??= countStates(this.queue.list());
    return this.#counts;
  }

  /** Takes a record off the list. */
  strike(record: TaskRecord): void {
    this.#counts = null;
    this.queue.remove(record);
  }

  /** Takes records in, as they stand. */
  enlist(records: readonly TaskRecord[]): void {
    this.#counts = null;
    for (const record of records) {
      this.queue.add(record);
      this.queue.setWaiting(record, record.state === 'waiting');
    }
  }

  // ---- where they stand

  standing(record: TaskRecord): Standing {
    const { state, run, error } = record;
    if (state === 'running') {
      const live = this.#options.liveOf(record);
      return { state, run, phase: live?.phase ?? 'probing', retryAt: live?.retryAt ?? null, error };
    }
    if (state === 'failed') return { state, run, error: error ?? new SatchelError('internal').report() };
    return state === 'paused' ? { state, run, error } : { state, run };
  }

  /** Where an event of the user's or of ours leads. Throws `bad-transition`. */
  after(record: TaskRecord, event: TaskEvent): Standing {
    const verdict = next(this.standing(record), event);
    if (verdict.kind === 'refused') throw verdict.error;
    if (verdict.kind !== 'moved') throw new SatchelError('internal', `${event.type} while ${record.state}`);
    return verdict.to;
  }

  /** Enters a standing; it will be remembered. */
  enter(record: TaskRecord, to: Standing): void {
    const moves = record.state !== to.state;
    this.#counts = null;
    record.state = to.state;
    record.run = to.run;
    record.error = 'error' in to ? to.error : null;
    const live = this.#options.liveOf(record);
    if (to.state === 'running' && live) {
      live.phase = to.phase;
      live.retryAt = to.retryAt;
    }
    // The 10,000 items of a package are not looked at whenever it only waits for a moment.
    const follow = moves || record.kind === 'file';
    for (const item of follow ? record.items : []) enterItem(item, record);
    if (to.state === 'done' || to.state === 'failed') record.finishedAt = this.#options.clock.now();
    this.queue.setWaiting(record, to.state === 'waiting');
    this.keeper.touch(record, follow ? null : []);
  }

  /** How it was, to go back to when a change cannot be remembered. */
  copy(record: TaskRecord): () => void {
    const { items } = record;
    const before = { ...record };
    const itemsBefore = items.map((item) => ({ item, was: { ...item } }));
    return () => {
      this.#counts = null;
      Object.assign(record, before);
      items.length = 0;
      for (const { item, was } of itemsBefore) items.push(Object.assign(item, was));
      recount(record);
      this.queue.setWaiting(record, this.has(record) && record.state === 'waiting');
    };
  }

  // ---- who is told

  show(record: TaskRecord): Task {
    return taskOf(record, this.#liveOf(record), this.queue.position(record));
  }

  *#all(): Iterable<Task> {
    for (const record of this.queue.list()) yield this.show(record);
  }

  subscribe(send: Send, options: SubscribeOptions): Subscription {
    return this.#audience.subscribe(send, options);
  }

  /** Something has happened that will be remembered: listeners hear of it now, others when it is. */
  tell(type: EventType, record: TaskRecord, payload: Record<string, unknown>): void {
    this.#tell(this.event(type, record, payload));
  }

  #tell(event: NewEvent): void {
    for (const outgoing of event.outgoing) this.keeper.outgoing(outgoing);
    event.tell();
  }

  /** The same in two steps, for what is to be told only once it is remembered: `outgoing` goes along with the change. */
  event(type: EventType, record: TaskRecord, payload: Record<string, unknown>): NewEvent {
    const message = eventMessage(this.#options.clock, type, { taskId: record.id, ...payload });
    const outgoing = this.#options.outgoing?.(message) ?? { message, targets: [] };
    return {
      outgoing: [outgoing],
      tell: () => {
        this.counters.told(type);
        this.#audience.tell(message, this.#row(record));
      },
    };
  }

  /** Something else of a task has changed than where it stands or how much is there. */
  changedEvent(record: TaskRecord): NewEvent {
    const { name, dir, category, priority, limitRate } = record;
    const position = this.queue.position(record);
    return this.event('task.changed', record, { name, dir, category, priority, position, limitRate });
  }

  tellChanged(record: TaskRecord): void {
    if (this.has(record)) this.#tell(this.changedEvent(record));
  }

  /** Something of a task has changed that is no event: it is remembered and shown. */
  changed(record: TaskRecord): void {
    if (!this.has(record)) return;
    this.keeper.touch(record);
    this.#audience.row(this.#row(record));
  }

  /** Looks at what runs, from now on. */
  look(): void {
    this.#audience.look();
  }

  close(): void {
    this.#audience.close();
    this.keeper.close();
  }

  #row(record: TaskRecord): ProgressRow {
    return rowOf(record, this.#liveOf(record));
  }

  /** Null unless it runs: a run that is only ending shows nothing any more. */
  #liveOf(record: TaskRecord): Live | null {
    return record.state === 'running' ? this.#options.liveOf(record) : null;
  }
}

/** The one item of a file task is where its task is; those of a package that are not over wait or rest with it. */
function enterItem(item: ItemRecord, { kind, state, error }: TaskRecord): void {
  if (kind === 'file') {
    item.state = state;
    item.error = error;
  } else if (item.leftOut === null && item.state !== 'done' && state !== 'running') {
    // The next run tries what has failed once more.
    const stays = item.state === 'failed' && state !== 'waiting' && state !== 'done';
    if (stays) return;
    item.state = state === 'failed' ? 'waiting' : state;
    item.error = null;
  }
}

/** An ending, as the history keeps it. */
export function historyOf(record: TaskRecord, outcome: HistoryEntry['outcome'], now: number): HistoryEntry {
  const item = record.kind === 'file' ? record.items[0] : undefined;
  const total = record.finished?.bytes ?? amountOf(record).total;
  return {
    taskId: record.id,
    name: record.name,
    url: item?.url ?? '',
    path: record.finished?.path ?? '',
    category: record.category,
    outcome,
    total: item ? item.total : total,
    etag: item?.etag ?? null,
    error: record.error,
    createdAt: record.createdAt,
    endedAt: now,
  };
}
