import { setImmediate as turn } from 'node:timers/promises';
import { SatchelError } from '../../main/contract/errors.ts';
import type { EventMessage } from '../../main/contract/events.ts';
import { TaskState } from '../../main/contract/task.ts';
import type { Change, Memory } from '../../main/task/keeper.ts';
import { Manager } from '../../main/task/manager.ts';
import type { TaskRecord } from '../../main/task/record.ts';
import type { Store } from '../../main/task/store.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { ScriptedRun } from './scripted-run.ts';
import { Witness } from './witness.ts';

export interface LifeOptions {
  readonly store: Store;
  readonly records: readonly TaskRecord[];
  readonly jobs: number;
  readonly broken: (promise: string) => void;
  readonly onEvent: (event: EventMessage) => void;
}

/** Removing what a task leaves behind, until the script says that it is done or cannot be. */
export interface Discard {
  readonly record: TaskRecord;
  readonly resolve: () => void;
  readonly reject: (error: SatchelError) => void;
}

/** Memory that can be made to refuse, as a full disk does. */
class Failing implements Memory {
  readonly #store: Store;
  left = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  save(change: Change): void {
    if (this.left > 0) {
      this.left -= 1;
      throw new SatchelError('disk-full', 'the data folder');
    }
    this.#store.save(change);
  }
}

/** A manager from its opening to its kill, with runs that do what a script says, and checks of every promise. */
export class Life {
  readonly clock = new FakeClock();
  readonly store: Store;
  readonly memory: Failing;
  readonly manager: Manager;
  readonly runs: ScriptedRun[] = [];
  /** Runs that wanted their slot back when another task was started. */
  readonly #passedOver = new Set<ScriptedRun>();
  readonly #lastRun = new Map<string, ScriptedRun>();
  readonly discards: Discard[] = [];
  /** Ids of tasks of which something is left that cannot be taken away: it is tried again in the next life. */
  readonly stuck = new Set<string>();
  readonly urgent = new Set<string>();
  jobs: number;
  /** Of three hosts, those that nobody may ask at present. */
  readonly heldHosts = new Set<number>();
  readonly witness: Witness;
  readonly slow: Witness;
  slowReady = true;
  readonly drained: () => void;
  #dead = false;
  readonly #broken: (promise: string) => void;
  readonly #idles: { resolved: boolean }[] = [];

  constructor({ store, records, jobs, broken, onEvent }: LifeOptions) {
    this.store = store;
    this.memory = new Failing(store);
    this.jobs = jobs;
    this.#broken = (promise) => {
      if (!this.#dead) broken(promise);
    };
    this.manager = new Manager({
      clock: this.clock,
      memory: this.memory,
      jobs,
      run: (record, listener, signal) => this.#run(new ScriptedRun(record, listener, signal, this.clock)),
      discard: (record) =>
        new Promise((resolve, reject) => void this.discards.push({ record, resolve, reject })),
      mayRun: (record) => this.mayRun(record),
      waitsForRoom: true,
    });
    const told = { broken: this.#broken };
    this.witness = new Witness({
      ...told,
      stateOf: (id) => this.manager.find(id)?.state,
      onEvent: (event) => {
        if (this.#dead) return;
        if (event.event_type === 'task.started') this.#started(event.payload.taskId);
        onEvent(event);
      },
    });
    this.slow = new Witness({ ...told, stateOf: null });
    this.manager.load(records);
    this.manager.subscribe(this.witness.send);
    const slow = this.manager.subscribe(this.slow.send, { ready: () => this.slowReady });
    this.drained = () => slow.drained();
    this.manager.open();
  }

  die(): void {
    this.#dead = true;
  }

  mayRun({ id }: TaskRecord): boolean {
    return !this.heldHosts.has(id.charCodeAt(id.length - 1) % 3);
  }

  get live(): ScriptedRun[] {
    return this.runs.filter(({ live }) => live);
  }

  idle(): void {
    const watched = { resolved: false };
    this.#idles.push(watched);
    void this.manager.idle().then(() => {
      watched.resolved = true;
      if (this.live.length > 0) this.#broken('idle while a run is under way');
      if (this.#waiting().length > 0) this.#broken('idle while a task waits');
    });
  }

  #run(run: ScriptedRun) {
    const { id } = run.record;
    if (this.#lastRun.get(id)?.live) this.#broken(`${id}: two runs at once`);
    this.#lastRun.set(id, run);
    this.runs.push(run);
    return run.ended;
  }

  #waiting(): TaskRecord[] {
    return this.manager.list().filter(({ state }) => state === 'waiting');
  }

  /** Tasks that have a slot. */
  #atWork(): TaskRecord[] {
    return this.manager.list().filter((record) => record.state === 'running' && !this.#runOf(record)?.lent);
  }

  lastRunOf(id: string): ScriptedRun | undefined {
    return this.#lastRun.get(id);
  }

  /** Its present run, also when that has just ended and the manager does not know yet. */
  #runOf({ id, state, run }: TaskRecord): ScriptedRun | undefined {
    const last = this.#lastRun.get(id);
    return state === 'running' && last?.number === run ? last : undefined;
  }

  /** Runs that are to have their slot again. */
  get #wantBack(): ScriptedRun[] {
    return this.manager.list().flatMap((record) => {
      const run = this.#runOf(record);
      return run?.live && run.wantsBack ? [run] : [];
    });
  }

  /** Whether it was its turn, and whether there was a slot. */
  #started(id: string): void {
    const record = this.manager.get(id);
    if (record.removing !== null) this.#broken(`${id}: started while it leaves`);
    if (this.urgent.delete(id)) return;
    const others = this.#atWork().filter((other) => other !== record);
    if (others.length >= this.jobs) this.#broken(`${id}: started beside ${others.length} of ${this.jobs}`);
    for (const run of this.#wantBack) this.#passedOver.add(run);
    if (!this.mayRun(record)) this.#broken(`${id}: started while it may not run`);
    for (const other of this.#able()) {
      const before = other.priority - record.priority || record.rank - other.rank;
      if (before > 0) this.#broken(`${id}: started before ${other.id}, whose turn it was`);
    }
  }

  /** Those that would run if there were slots. */
  #able(): TaskRecord[] {
    return this.#waiting().filter((record) => !this.manager.flightOf(record) && this.mayRun(record));
  }

  async settle(): Promise<void> {
    await turn();
    await turn();
  }

  /** What holds whenever nothing is in the middle of something. */
  check(): void {
    const list = this.manager.list();
    for (const record of list) {
      if (!TaskState.options.includes(record.state)) this.#broken(`${record.id}: state ${record.state}`);
      if (record.run < 0 || record.removing !== null) this.#broken(`${record.id}: leaving, and in the list`);
      const told = this.witness.states.get(record.id);
      if (told !== record.state && told !== 'new')
        this.#broken(`${record.id}: is ${record.state}, told ${told}`);
      if (record.state === 'running' && !this.manager.flightOf(record))
        this.#broken(`${record.id}: nothing runs it`);
    }
    const known = [...this.witness.states.values()].filter((state) => state !== 'gone').length;
    if (known !== list.length) this.#broken(`${known} tasks were told of, ${list.length} are there`);
    if (new Set(list.map(({ id }) => id)).size !== list.length) this.#broken('a task is there twice');
    for (const id of this.urgent) {
      const record = this.manager.get(id);
      if (!this.manager.flightOf(record))
        this.#broken(`${id}: start now is forgotten, it is ${record.state}`);
    }
    const positions = list.map((record) => this.manager.show(record).position);
    if (positions.some((position, n) => position !== n)) this.#broken(`positions ${positions}`);
    const [able] = this.#able();
    const wantBack = this.#wantBack;
    if ((able || wantBack.length > 0) && this.#atWork().length < this.jobs) {
      this.#broken(`${(able ?? wantBack[0]?.record)?.id} waits while a slot is free`);
    }
    // Whoever was given a slot is told of it a moment later.
    const over = wantBack.find((run) => this.#passedOver.has(run));
    if (over) this.#broken(`${over.record.id}: another was started before it had its slot again`);
    this.#passedOver.clear();
    const busy = this.live.length > 0 || this.#waiting().length > 0;
    if (!busy && this.#idles.some(({ resolved }) => !resolved)) this.#broken('idle, and nobody is told');
  }

  /** When all windows have passed, every listener has the truth, but of runs that are only ending. */
  checkListeners(): void {
    const settled = this.manager
      .list()
      .filter((record) => record.state === 'running' || !this.manager.flightOf(record));
    for (const witness of this.slowReady ? [this.witness, this.slow] : [this.witness]) {
      for (const record of settled) {
        const { received, progress, state } = this.manager.show(record);
        const row = witness.rows.get(record.id);
        const told = `${row?.status} ${row?.received} ${row?.progress}`;
        if (told !== `${state} ${received} ${progress}`) {
          this.#broken(`${record.id}: told ${told}, is ${state} ${received} ${progress}`);
        }
      }
    }
  }
}
