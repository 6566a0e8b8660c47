import { setImmediate as turn } from 'node:timers/promises';
import type { CheckedInput, CommandAnswer, TaskAction } from '../contract/commands.ts';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import type { Clock } from '../world/clock.ts';
import type { Gate } from './gate.ts';
import type { Manager } from './manager.ts';
import type { TaskRecord } from './record.ts';

/** So many are changed in one transaction at first; everything else has its turn before the next. */
const AT_FIRST = 50;
const AT_LEAST = 10;
const AT_MOST = 200;
/** Nothing else has to wait much longer than this; what takes longer is done in smaller parts. */
const PART_MS = 25;

interface Surroundings {
  readonly clock: Clock;
  readonly manager: Manager;
  readonly gate: Gate;
}
type Answer = CommandAnswer<'tasks.act'>;

/** The same for each of many tasks. What is refused of some does not hold up the others. */
export async function actOnMany(
  { ids, action, files }: CheckedInput<'tasks.act'>,
  { clock, manager, gate }: Surroundings,
): Promise<Answer> {
  const many = new Many([...new Set(ids)], manager, clock);
  if (action === 'remove') await many.remove(files, gate);
  else if (action === 'start') await many.eachPart((records) => many.start(records));
  else if (action === 'pause') await many.quietly(() => many.eachPart((each) => many.command(each, action)));
  else await many.eachPart((records) => many.command(records, action));
  return many.answer;
}

class Many {
  readonly #ids: readonly string[];
  readonly #manager: Manager;
  readonly #clock: Clock;
  readonly #refused: Answer['refused'] = [];

  constructor(ids: readonly string[], manager: Manager, clock: Clock) {
    this.#ids = ids;
    this.#manager = manager;
    this.#clock = clock;
  }

  get answer(): Answer {
    return { count: this.#ids.length - this.#refused.length, refused: this.#refused };
  }

  /** Nothing is started meanwhile: else what leaves would make room for what leaves next. */
  async quietly(work: () => Promise<void>): Promise<void> {
    const reason = Symbol('many');
    this.#manager.hold(reason);
    try {
      await work();
    } finally {
      this.#manager.release(reason);
    }
  }

  /** In parts that are soon done with. */
  async eachPart(work: (records: TaskRecord[]) => void): Promise<void> {
    let most = AT_FIRST;
    for (let from = 0; from < this.#ids.length; ) {
      const { records, next } = this.#part(from, most);
      const began = this.#clock.monotonic();
      if (records.length > 0) work(records);
      const took = this.#clock.monotonic() - began;
      if (took > PART_MS) most = Math.max(AT_LEAST, Math.floor(most / 2));
      else if (took < PART_MS / 2) most = Math.min(AT_MOST, most * 2);
      from = next;
      await turn();
    }
  }

  /** The items of packages count too: they are looked at one by one. */
  #part(from: number, most: number): { records: TaskRecord[]; next: number } {
    const records: TaskRecord[] = [];
    let next = from;
    for (let items = 0; next < this.#ids.length && next - from < most && items < most; next++) {
      const record = this.#find(this.#ids[next] as string);
      if (!record) continue;
      records.push(record);
      items += record.items.length;
    }
    return { records, next };
  }

  /** All that can be, together; where that cannot be remembered, none of them. Gives those that it was done for. */
  command(records: readonly TaskRecord[], action: Exclude<TaskAction, 'remove' | 'start'>): TaskRecord[] {
    const able = records.filter((each) => this.#try([each], () => this.#manager.demand(each, action)));
    const done = able.length > 0 && this.#try(able, () => this.#manager.command(able, action));
    return done ? able : [];
  }

  /** Those that are paused go on first, together. */
  start(records: readonly TaskRecord[]): void {
    const paused = records.filter(({ state }) => state === 'paused');
    const others = records.filter(({ state }) => state !== 'paused');
    for (const each of [...others, ...this.command(paused, 'resume')]) {
      this.#try([each], () => this.#manager.startNow(each));
    }
  }

  async remove(files: 'keep' | 'delete', gate: Gate): Promise<void> {
    const refused = files === 'delete' ? await this.#notInside(gate) : new Map<string, unknown>();
    const leaving: Promise<void>[] = [];
    const takeOff = (records: TaskRecord[]) => {
      for (const { id } of records) if (refused.has(id)) this.#refuse(id, refused.get(id));
      const able = records.filter(({ id }) => !refused.has(id));
      if (able.length === 0) return;
      this.#try(able, () => {
        for (const [index, gone] of this.#manager.takeOff(able, files).entries()) {
          const { id } = able[index] as TaskRecord;
          leaving.push(gone.catch((thrown: unknown) => this.#refuse(id, thrown)));
        }
      });
    };
    await this.quietly(() => this.eachPart(takeOff));
    await Promise.all(leaving);
  }

  /** Those whose files may not be touched, and why. */
  async #notInside(gate: Gate): Promise<Map<string, unknown>> {
    const refused = new Map<string, unknown>();
    for (const id of this.#ids) {
      const record = this.#manager.find(id);
      if (record) await gate.demandRecord(record).catch((thrown: unknown) => refused.set(id, thrown));
    }
    return refused;
  }

  #find(id: string): TaskRecord | undefined {
    const record = this.#manager.find(id);
    if (!record) this.#refuse(id, new SatchelError('not-found', `no task ${id}`));
    return record;
  }

  /** False, and refused, where it throws. */
  #try(records: readonly TaskRecord[], work: () => void): boolean {
    try {
      work();
      return true;
    } catch (thrown) {
      for (const { id } of records) this.#refuse(id, thrown);
      return false;
    }
  }

  #refuse(taskId: string, thrown: unknown): void {
    this.#refused.push({ taskId, error: asSatchelError(thrown).report() });
  }
}
