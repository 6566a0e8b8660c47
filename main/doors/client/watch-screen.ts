import type { SatchelError } from '../../contract/errors.ts';
import type { Message } from '../../contract/events.ts';
import { TaskState } from '../../contract/task.ts';
import type { Clock, Timer } from '../../world/clock.ts';
import type { BarStream } from '../bars.ts';
import { printable, rate, shortened } from '../format.ts';
import { Board, type Wanted } from './board.ts';
import { Canvas } from './canvas.ts';
import { type ListedTask, tableOf } from './columns.ts';
import { lostLine, type View } from './view.ts';

/** Somebody who looks sees no more of it. */
const DRAW_MS = 100;
/** Countdowns go on without a message. */
const TICK_MS = 1000;
/** What happens first; then what may, then what has. */
const ORDER: readonly string[] = ['running', 'waiting', 'paused', 'failed', 'done'] satisfies TaskState[];

interface ScreenOptions {
  readonly out: BarStream;
  readonly clock: Clock;
  readonly color: boolean;
}

/** The table, drawn anew as it changes. */
export class ScreenView implements View {
  readonly #board: Board;
  readonly #canvas: Canvas;
  readonly #options: ScreenOptions;
  #timer: Timer | null = null;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #dueAt = Number.POSITIVE_INFINITY;
  #lost: { readonly error: SatchelError; readonly until: number } | null = null;

  constructor(wanted: Wanted, options: ScreenOptions) {
    this.#board = new Board(wanted);
    this.#canvas = new Canvas(options.out);
    this.#options = options;
  }

  take(message: Message | null): void {
    this.#lost = null;
    if (message === null) return;
    this.#board.accept(message);
    this.#drawBy(this.#drawnAt + DRAW_MS);
  }

  lost(error: SatchelError, waitMs: number): void {
    this.#lost = { error, until: this.#options.clock.monotonic() + waitMs };
    this.#drawBy(this.#drawnAt + DRAW_MS);
  }

  close(): void {
    this.#timer?.stop();
    this.#canvas.stop();
  }

  /** Draws at `at`, monotonic ms, or earlier where that is planned already. */
  #drawBy(at: number): void {
    if (at >= this.#dueAt) return;
    this.#timer?.stop();
    this.#dueAt = at;
    const wait = Math.max(0, at - this.#options.clock.monotonic());
    this.#timer = this.#options.clock.after(wait, () => this.#draw());
  }

  #draw(): void {
    this.#drawnAt = this.#options.clock.monotonic();
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#canvas.draw(this.#lines());
    this.#drawBy(this.#drawnAt + TICK_MS);
  }

  #lines(): string[] {
    const { columns, rows } = this.#canvas;
    const { color, clock } = this.#options;
    const tasks = this.#board.tasks.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
    // The head, and the sums.
    const shown = tasks.slice(0, Math.max(0, rows - 2));
    const table = tableOf(shown, { columns, color, now: clock.now() });
    return [...table, shortened(this.#sums(tasks, shown.length), columns)].slice(-rows);
  }

  #sums(tasks: readonly ListedTask[], shown: number): string {
    const { clock } = this.#options;
    if (this.#lost)
      return printable(lostLine(this.#lost.error, Math.max(0, this.#lost.until - clock.monotonic())));
    const counts = TaskState.options.flatMap((state) => {
      const count = tasks.filter((task) => task.state === state).length;
      return count > 0 ? [`${count} ${state}`] : [];
    });
    const speed = tasks.reduce((sum, task) => sum + task.speed, 0);
    const more = tasks.length > shown ? [`${tasks.length - shown} not shown`] : [];
    return [counts.join(', ') || 'no tasks', ...(speed > 0 ? [rate(speed)] : []), ...more].join(' · ');
  }
}
