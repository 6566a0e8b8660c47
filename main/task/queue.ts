import { SatchelError } from '../contract/errors.ts';

/** What the queue has to know of a task. */
export interface Queued {
  readonly id: string;
  /** Higher runs first. */
  priority: number;
  /** Order in the list; ascending. */
  rank: number;
}

/** Ranks closer together than this are spread out anew: halving a gap ends somewhere. */
const SMALLEST_GAP = 1e-6;

/**
 * The order of the list, and who is next. The order is the user's and holds for all tasks, whatever their state; of
 * those that wait, the highest priority goes first, then the order decides.
 */
export class Queue<T extends Queued> {
  readonly #tasks = new Map<string, T>();
  /** By rank, once sorted. */
  #order: T[] = [];
  #sorted = true;
  #positions: Map<string, number> | null = null;
  readonly #waiting = new Set<T>();
  /** The waiting ones in their turn; null when it has to be made anew. Those that no longer wait are passed over. */
  #turns: T[] | null = null;
  #turnsFrom = 0;
  readonly #inTurns = new Set<T>();

  get size(): number {
    return this.#tasks.size;
  }

  get anyWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  get(id: string): T | undefined {
    return this.#tasks.get(id);
  }

  /** All tasks in their order. */
  list(): readonly T[] {
    if (!this.#sorted) {
      this.#order.sort((a, b) => a.rank - b.rank);
      this.#sorted = true;
    }
    return this.#order;
  }

  /** Place in the list, from 0. */
  position(task: T): number {
    this.#positions ??= new Map(this.list().map(({ id }, position) => [id, position]));
    return this.#positions.get(task.id) ?? -1;
  }

  /** A rank behind all others; `count` whole ones from it on are free. */
  get lastRank(): number {
    return Math.floor(this.list().at(-1)?.rank ?? 0) + 1;
  }

  /** With the rank it has. */
  add(task: T): void {
    const last = this.#order.at(-1);
    if (last && last.rank >= task.rank) this.#sorted = false;
    this.#tasks.set(task.id, task);
    this.#order.push(task);
    this.#positions = null;
  }

  remove(task: T): void {
    if (!this.#tasks.delete(task.id)) return;
    this.#waiting.delete(task);
    const order = this.list() as T[];
    // Removing many from the front, as a user clearing the list does, must not search the whole list each time.
    const at = order[0] === task ? 0 : order.indexOf(task);
    order.splice(at, 1);
    this.#positions = null;
  }

  /** Whether it is one of those that wait for their turn. */
  setWaiting(task: T, waits: boolean): void {
    if (waits === this.#waiting.has(task) || this.#tasks.get(task.id) !== task) return;
    if (!waits) {
      this.#waiting.delete(task);
      return;
    }
    this.#waiting.add(task);
    const last = this.#turns?.at(-1);
    // Sorting all of them anew for each of ten thousand that are added would take minutes.
    if (this.#turns && !this.#inTurns.has(task) && (!last || inTurn(last, task) < 0)) this.#append(task);
    else this.#turns = null;
  }

  #append(task: T): void {
    this.#turns?.push(task);
    this.#inTurns.add(task);
  }

  setPriority(task: T, priority: number): void {
    task.priority = priority;
    this.#turns = null;
  }

  /**
   * Moves a task to a place in the list; beyond the end is the end. Gives the tasks whose rank has changed: usually
   * itself alone.
   */
  move(task: T, position: number): readonly T[] {
    if (position < 0) throw new SatchelError('bad-input', `no place in the list: ${position}`);
    const order = this.list() as T[];
    order.splice(order.indexOf(task), 1);
    const at = Math.min(position, order.length);
    const [before, after] = [order[at - 1], order[at]];
    order.splice(at, 0, task);
    this.#positions = null;
    this.#turns = null;
    if (before && after && after.rank - before.rank < SMALLEST_GAP) {
      for (const [index, each] of order.entries()) each.rank = index + 1;
      return order;
    }
    if (before && after) task.rank = (before.rank + after.rank) / 2;
    else if (before) task.rank = Math.floor(before.rank) + 1;
    else if (after) task.rank = Math.ceil(after.rank) - 1;
    return [task];
  }

  /** The waiting task whose turn it is, of those that may run now; null when there is none. */
  next(mayRun: (task: T) => boolean): T | null {
    const turns = this.#inTurn();
    for (let at = this.#turnsFrom; at < turns.length; at++) {
      const task = turns[at] as T;
      if (!this.#waiting.has(task)) {
        if (at === this.#turnsFrom) this.#turnsFrom += 1;
      } else if (mayRun(task)) {
        return task;
      }
    }
    return null;
  }

  #inTurn(): T[] {
    if (this.#turns === null) {
      this.#turns = [...this.#waiting].sort(inTurn);
      this.#turnsFrom = 0;
      this.#inTurns.clear();
      for (const task of this.#turns) this.#inTurns.add(task);
    }
    return this.#turns;
  }
}

function inTurn(a: Queued, b: Queued): number {
  return b.priority - a.priority || a.rank - b.rank;
}
