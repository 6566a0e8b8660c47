import { MultiBar } from 'cli-progress';
import { fitted, shortened } from './format.ts';

/** What is shown of one running task, asked for at every drawing: a countdown goes on without a new message. */
export interface BarView {
  readonly name: string;
  /** 0–100, null while the size is unknown. */
  readonly progress: number | null;
  /** Amounts, speed, time left, or why it waits. */
  readonly numbers: string;
}

export interface BarStream extends NodeJS.WritableStream {
  readonly columns?: number;
  readonly rows?: number;
}

/** Columns of the name and of the picture, by those of the terminal: the numbers need about 50. */
const LAYOUTS = [
  { from: 100, name: 28, picture: 20 },
  { from: 80, name: 16, picture: 10 },
  { from: 0, name: 12, picture: 0 },
];
const USUAL_COLUMNS = 80;
const USUAL_ROWS = 24;

/**
 * The bars of running tasks at the bottom of a terminal. Lines go above them, by `above` only: MultiBar's own `log`
 * loses what was logged just before `stop`, and its `remove` starts the timer again that `stop` has stopped. So the
 * bars are taken away whole, and drawn anew under the line.
 */
export class Bars {
  readonly #out: BarStream;
  readonly #views = new Map<string, () => BarView>();
  #multi: MultiBar | null = null;
  #drawn = 0;

  constructor(out: BarStream) {
    this.#out = out;
  }

  /** Shows a task, or shows it anew; drawn by the next `draw`. */
  set(id: string, view: () => BarView): void {
    this.#views.set(id, view);
  }

  /** Nothing of this task is drawn from now on. */
  remove(id: string): void {
    if (this.#views.delete(id)) this.#rebuild();
  }

  draw(): void {
    if (this.#multi && this.#drawn === this.#drawable) this.#multi.update();
    else this.#rebuild();
  }

  /** Prints with the bars out of the way, to whichever stream. */
  above(print: () => void): void {
    this.#clear();
    print();
    this.#rebuild();
  }

  /** Takes the bars away and gives the cursor back. */
  stop(): void {
    this.#views.clear();
    this.#clear();
  }

  /** A bar beyond the screen's top could not be drawn over any more, and would be left behind at every drawing. */
  get #drawable(): number {
    return Math.min(this.#views.size, Math.max(1, (this.#out.rows ?? USUAL_ROWS) - 1));
  }

  #clear(): void {
    this.#multi?.stop();
    this.#multi = null;
    this.#drawn = 0;
  }

  #rebuild(): void {
    this.#clear();
    const drawable = this.#drawable;
    // Without a bar nothing may run on: MultiBar's timer would keep the process alive.
    if (drawable === 0) return;
    this.#multi = new MultiBar({
      stream: this.#out,
      format: (_options, _params, payload: { view: () => BarView }) =>
        barLine(payload.view(), this.#out.columns ?? USUAL_COLUMNS),
      hideCursor: true,
      clearOnComplete: true,
      forceRedraw: true,
      // Signals are the command's to handle; a handler here would keep it from ending in order.
      gracefulExit: false,
    });
    for (const view of [...this.#views.values()].slice(0, drawable)) this.#multi.create(100, 0, { view });
    this.#drawn = drawable;
    this.#multi.update();
  }
}

/** One line, never wider than the terminal: a wrapped line could not be drawn over. */
function barLine(view: BarView, columns: number): string {
  const { name, picture } = LAYOUTS.find(({ from }) => columns >= from) ?? { name: 0, picture: 0 };
  const percent = view.progress === null ? '  ? %' : `${String(view.progress).padStart(3)} %`;
  const drawn = picture > 0 ? [pictureOf(view.progress ?? 0, picture)] : [];
  return shortened([fitted(view.name, name), ...drawn, percent, view.numbers].join(' '), columns);
}

function pictureOf(progress: number, columns: number): string {
  const full = Math.floor((progress * columns) / 100);
  return '█'.repeat(full) + '░'.repeat(columns - full);
}
