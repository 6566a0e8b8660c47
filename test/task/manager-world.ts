import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SatchelError } from '../../main/contract/errors.ts';
import type { EventMessage } from '../../main/contract/events.ts';
import type { UserEvent } from '../../main/task/manager.ts';
import { newFileRecord } from '../../main/task/new-record.ts';
import type { TaskRecord } from '../../main/task/record.ts';
import { openStore, type Store } from '../../main/task/store.ts';
import { Disk } from '../../main/world/disk.ts';
import { Life } from './manager-life.ts';
import { Promised } from './manager-promised.ts';
import { RUN_STEPS, type ScriptedRun } from './scripted-run.ts';

/** From which states. */
export const MAY: Readonly<Record<UserEvent, readonly string[]>> = {
  pause: ['waiting', 'running'],
  resume: ['paused'],
  retry: ['failed'],
  restart: ['done', 'failed', 'paused'],
};

/** Lives of a manager on one store, each ended by a kill, and what was promised to the user over all of them. */
export class World {
  readonly #folder: string;
  readonly #stores: Store[] = [];
  #life!: Life;
  #kills = 0;
  readonly #promised = new Promised((promise) => void this.#broken.push(promise));
  #broken: string[] = [];
  readonly counts = { tasks: 0, kills: 0, events: 0, late: 0, refused: 0, unsaved: 0, runs: 0 };

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<World> {
    const world = new World(folder);
    await world.#begin(2);
    return world;
  }

  get life(): Life {
    return this.#life;
  }

  get #place(): string {
    return join(this.#folder, String(this.#kills));
  }

  async #begin(jobs: number): Promise<void> {
    await mkdir(this.#place, { recursive: true });
    const { store } = await openStore({ disk: new Disk(), folder: this.#place });
    this.#stores.push(store);
    const records = store.load();
    this.#promised.checkLoaded(records, store);
    this.#life = new Life({
      store,
      records,
      jobs,
      broken: (promise) => void this.#broken.push(promise),
      onEvent: (event) => this.#onEvent(event),
    });
  }

  async close(): Promise<void> {
    for (const store of this.#stores) store.close();
  }

  #demand(context: string): void {
    const [first] = this.#broken;
    if (first !== undefined) throw new Error(`after ${context}: ${first}`);
  }

  /** To be called after each thing that was done. */
  async check(context: string): Promise<void> {
    await this.#life.settle();
    this.#life.check();
    this.#promised.checkPaused((id) => this.#life.manager.find(id));
    this.#demand(context);
  }

  // ---- what was promised

  #onEvent({ event_type: type, payload }: EventMessage): void {
    this.counts.events += 1;
    const run = this.#life.lastRunOf(payload.taskId);
    if (type === 'task.done' && run?.remembered) this.#promised.done.add(payload.taskId);
    if (type === 'task.resumed' || type === 'task.removed') this.#promised.done.delete(payload.taskId);
  }

  async kill(): Promise<void> {
    this.counts.kills += 1;
    const { jobs } = this.#life;
    const from = this.#place;
    this.#life.die();
    this.#kills += 1;
    await cp(from, this.#place, { recursive: true });
    await this.#begin(jobs);
  }

  // ---- what is done

  add(count: number, { paused, priority }: { paused: boolean; priority: number }): void {
    const { manager, clock, memory } = this.#life;
    const records = Array.from({ length: count }, (_, n) =>
      newFileRecord({ url: `https://example.org/${n}`, dir: '/downloads', out: null }, clock.now(), {
        state: paused ? 'paused' : 'waiting',
        rank: manager.lastRank + n,
        priority,
      }),
    );
    if (this.#refused(memory.left > 0, 'disk-full', records, () => manager.add(records))) return;
    this.counts.tasks += count;
    for (const { id } of records) {
      this.#promised.there.add(id);
      if (paused) this.#promised.paused.add(id);
    }
  }

  command(records: readonly TaskRecord[], type: UserEvent): void {
    if (records.length === 0) return;
    const { manager, memory } = this.#life;
    const may = records.every(({ state }) => MAY[type].includes(state));
    const wanted = may ? 'disk-full' : 'bad-transition';
    const refused = !may || memory.left > 0;
    if (this.#refused(refused, wanted, records, () => manager.command(records, type))) return;
    for (const { id } of records) {
      if (type !== 'pause') this.#promised.paused.delete(id);
      else if (this.#promised.paused.add(id)) this.#life.urgent.delete(id);
    }
  }

  startNow(record: TaskRecord): void {
    const { manager, memory, urgent } = this.#life;
    const { id, state } = record;
    const may = ['waiting', 'running', 'paused'].includes(state);
    const refused = !may || (state === 'paused' && memory.left > 0);
    if (may && state !== 'running') urgent.add(id);
    const code = may ? 'disk-full' : 'bad-transition';
    if (this.#refused(refused, code, [record], () => manager.startNow(record))) return void urgent.delete(id);
    this.#promised.paused.delete(id);
    if (record.state !== 'running' && !manager.flightOf(record))
      this.#broken.push(`${id}: is not started now`);
  }

  room(record: TaskRecord): void {
    const may = record.state === 'paused' && record.error?.code === 'disk-full';
    this.#refused(!may, 'bad-transition', [record], () => this.#life.manager.room(record));
  }

  remove(records: readonly TaskRecord[], files: 'keep' | 'delete'): void {
    if (records.length === 0) return;
    const { manager, memory, urgent } = this.#life;
    const unsaved = memory.left > 0;
    const removed = manager.remove(records, files);
    removed.catch((error) => {
      const wanted = unsaved ? 'disk-full' : 'permission';
      if (error?.code !== wanted) this.#broken.push(`removing: ${error}`);
    });
    for (const record of records) {
      if ((manager.find(record.id) !== undefined) !== unsaved)
        this.#broken.push(`${record.id}: removed, ${unsaved}`);
      if (unsaved) continue;
      urgent.delete(record.id);
      this.#promised.forget(record.id);
    }
  }

  /** Calls of a run that ended long ago, or whose task is gone: they change nothing. */
  late(run: ScriptedRun, step: number): void {
    const what = RUN_STEPS[step % RUN_STEPS.length] ?? 'bytes';
    if (what === 'finish') return;
    this.counts.late += 1;
    const before = JSON.stringify(run.record);
    run.do(what, 77);
    if (JSON.stringify(run.record) !== before)
      this.#broken.push(`${what} of a run that is over changed its task`);
  }

  /** True when it was refused, as `wanted` says it should be, with nothing changed. */
  #refused(wanted: boolean, code: string, records: readonly TaskRecord[], work: () => void): boolean {
    const before = JSON.stringify(records);
    const events = this.counts.events;
    try {
      work();
    } catch (error) {
      const seen = error instanceof SatchelError ? error.code : String(error);
      if (!wanted || seen !== code) this.#broken.push(`refused with ${seen}`);
      if (JSON.stringify(records) !== before) this.#broken.push('refused, and something has changed');
      if (events !== this.counts.events) this.#broken.push('refused, and something was told');
      this.counts[code === 'disk-full' ? 'unsaved' : 'refused'] += 1;
      return true;
    }
    if (wanted) this.#broken.push(`not refused with ${code}`);
    return false;
  }

  /** Everything to its end: what is paused or has failed goes on, until all of them are done. */
  async finish(): Promise<void> {
    const life = this.#life;
    const { manager, clock, memory } = life;
    memory.left = 0;
    life.heldHosts.clear();
    life.slowReady = true;
    life.drained();
    life.idle();
    await life.settle();
    for (let round = 0; round < 10_000; round++) {
      const stopped = manager.list().filter(({ state }) => state === 'paused');
      if (stopped.length > 0) this.command(stopped, 'resume');
      const failed = manager.list().filter(({ state }) => state === 'failed');
      if (failed.length > 0) this.command(failed, 'retry');
      manager.fill();
      for (const discard of life.discards.splice(0)) discard.resolve();
      for (const run of life.live) run.do(run.signal.aborted ? 'obey' : 'finish', 1);
      await life.settle();
      await clock.advance(10);
      life.check();
      this.#demand('the end');
      if (life.live.length === 0 && manager.list().every(({ state }) => state === 'done')) break;
    }
    await clock.advance(10_000);
    life.checkListeners();
    if (manager.list().some(({ state }) => state !== 'done'))
      this.#broken.push('something never came to its end');
    await manager.close();
    this.counts.runs += life.runs.length;
    this.#checkStored(manager.list());
    this.#demand('closing');
  }

  #checkStored(list: readonly TaskRecord[]): void {
    const { store, stuck } = this.#life;
    const stored = store.load().filter(({ id, removing }) => removing === null || !stuck.has(id));
    if (JSON.stringify(stored) !== JSON.stringify(list)) {
      const at = stored.findIndex((record, n) => JSON.stringify(record) !== JSON.stringify(list[n]));
      const pair = [stored[at], list[at]].map((record) => JSON.stringify(record));
      this.#broken.push(
        `${stored.length} stored, ${list.length} in the list; first other: ${pair.join(' | ')}`,
      );
    }
    this.#promised.checkLoaded(stored, store);
  }
}
