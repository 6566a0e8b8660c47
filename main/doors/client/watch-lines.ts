import type { Message } from '../../contract/events.ts';
import type { Clock } from '../../world/clock.ts';
import { Board, type Wanted } from './board.ts';
import { type ListedTask, rowOf, tableOf } from './columns.ts';
import { tellLost, type View } from './view.ts';

/** A line about a running task after so long, or so many percent. */
const LINE_MS = 10_000;
const LINE_PERCENT = 10;

/** Rows as they change, for a pipe. */
export class LinesView implements View {
  readonly #board: Board;
  readonly #out: NodeJS.WritableStream;
  readonly #clock: Clock;
  readonly #told = new Map<string, { readonly task: ListedTask; readonly at: number }>();
  #headed = false;
  /** A snapshot has come: what is not in it is gone. */
  #recheck = false;

  constructor(wanted: Wanted, out: NodeJS.WritableStream, clock: Clock) {
    this.#board = new Board(wanted);
    this.#out = out;
    this.#clock = clock;
  }

  take(message: Message | null): void {
    if (message === null) return;
    if (!this.#headed) this.#say(tableOf([], { columns: null, color: false, now: 0 })[0] ?? '');
    this.#headed = true;
    for (const id of this.#board.accept(message)) this.#tell(id);
    this.#recheck ||= message.type === 'snapshot';
    if (!this.#recheck || !this.#board.isWhole) return;
    this.#recheck = false;
    this.#tellGone();
  }

  lost = tellLost;

  close(): void {}

  #tell(id: string): void {
    const task = this.#board.wanted(id);
    if (task === null) {
      this.#gone(id);
      return;
    }
    const before = this.#told.get(id);
    const now = this.#clock.monotonic();
    if (before && !isNews(before.task, task) && (task.state !== 'running' || now - before.at < LINE_MS))
      return;
    this.#told.set(id, { task, at: now });
    this.#say(rowOf(task, this.#clock.now()));
  }

  /** What an interruption has kept from us. */
  #tellGone(): void {
    for (const id of this.#told.keys()) if (this.#board.wanted(id) === null) this.#gone(id);
  }

  /** Once. One that has only become another state than asked for is told of with that. */
  #gone(id: string): void {
    const before = this.#told.get(id);
    if (!before) return;
    this.#told.delete(id);
    const task = this.#board.known(id) ?? { ...before.task, state: 'removed' as const };
    this.#say(rowOf(task, this.#clock.now()));
  }

  #say(line: string): void {
    this.#out.write(`${line}\n`);
  }
}

function isNews(before: ListedTask, { state, name, code, progress, retryAt }: ListedTask): boolean {
  if (before.state !== state || before.name !== name || before.code !== code) return true;
  if (before.retryAt !== retryAt && retryAt !== null) return true;
  const tenths = (percent: number | null) => Math.floor((percent ?? 0) / LINE_PERCENT);
  return tenths(before.progress) !== tenths(progress);
}
