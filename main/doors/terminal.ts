import { assertNever } from '../contract/errors.ts';
import type { EventMessage, Message, ProgressRow } from '../contract/events.ts';
import type { Task } from '../contract/task.ts';
import type { Clock } from '../world/clock.ts';
import { type BarStream, Bars, type BarView } from './bars.ts';
import { printable } from './format.ts';
import {
  calledBy,
  doneLine,
  type Failure,
  failureIn,
  failureLine,
  jsonLine,
  numbers,
  sentence,
  until,
} from './sentences.ts';

export type TerminalMode = 'bars' | 'lines' | 'json' | 'quiet';

/** Bars where somebody looks at them, plain lines in a pipe. */
export function chooseMode(options: { json: boolean; quiet: boolean; isTTY: boolean }): TerminalMode {
  if (options.json) return 'json';
  if (options.quiet) return 'quiet';
  return options.isTTY ? 'bars' : 'lines';
}

export interface TerminalOptions {
  readonly mode: TerminalMode;
  readonly out: BarStream;
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly color: boolean;
  readonly clock: Clock;
  /** What is said of a download that was paused; left out: what is true of one that ends with its command. */
  readonly paused?: string;
}

const PAUSED = 'stopped, every byte is kept; run the same command again to go on';

/** In a pipe, a line about a running download after so long … */
const LINE_MS = 10_000;
/** … or so many percent. */
const LINE_PERCENT = 10;

interface Shown {
  readonly id: string;
  name: string;
  row: ProgressRow | null;
  startedAt: number;
  ended: boolean;
  lineAt: number;
  /** Tenths of the download that a line has told of. */
  lineTenths: number;
}

/** Prints what happens to the downloads of one command. Consumes messages only; knows nothing of the engine. */
export class Terminal {
  readonly #options: TerminalOptions;
  readonly #tasks = new Map<string, Shown>();
  readonly #bars: Bars;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#bars = new Bars(options.out);
    // A reader that went away (`| head`) is no error of ours; the downloads go on.
    for (const stream of [options.out, options.err]) stream.on('error', () => {});
  }

  accept(message: Message): void {
    if (this.#options.mode === 'json') this.#options.out.write(`${jsonLine(message)}\n`);
    switch (message.type) {
      case 'snapshot':
        for (const task of message.tasks) this.#whole(task);
        break;
      case 'progress':
        for (const row of message.tasks) this.#progress(row);
        if (this.#options.mode === 'bars') this.#bars.draw();
        break;
      case 'event':
        this.#event(message);
        break;
      default:
        assertNever(message);
    }
  }

  /** A remark of the command itself. */
  note(line: string): void {
    if (this.#options.mode === 'json') this.#options.err.write(`${printable(line)}\n`);
    else this.#say(printable(line));
  }

  /** What has gone wrong on the way, on standard error in every mode. */
  fault(line: string): void {
    this.#bars.above(() => this.#options.err.write(`${line}\n`));
  }

  /** Takes the bars away and gives the cursor back. */
  close(): void {
    this.#bars.stop();
  }

  // ---- messages

  /** A later snapshot stands for events that were dropped: an ending seen only there is told from there. */
  #whole(task: Task): void {
    const unfinished = this.#tasks.get(task.id)?.ended === false;
    const shown = this.#shown(task.id, task.name);
    if (unfinished && task.state === 'done') this.#done(shown, { path: task.path, received: task.received });
    if (unfinished && task.state === 'failed') this.#failed(shown, task.error);
    shown.ended = task.state === 'done' || task.state === 'failed';
  }

  #progress(row: ProgressRow): void {
    const shown = this.#shown(row.taskId);
    shown.row = row;
    if (row.status !== 'running') return;
    if (this.#options.mode === 'bars') this.#bars.set(shown.id, () => this.#barView(shown));
    if (this.#options.mode === 'lines') this.#line(shown, row);
  }

  #event({ event_type, payload }: EventMessage): void {
    const ofItem = event_type === 'item.done' || event_type === 'item.failed';
    const shown = this.#shown(payload.taskId, ofItem ? undefined : payload['name']);
    switch (event_type) {
      case 'task.started':
        this.#started(shown);
        break;
      case 'task.retrying':
        this.#retrying(shown, payload['retryAt'], failureIn(payload, 'error'));
        break;
      case 'task.rewound':
        this.#rewound(shown, failureIn(payload, 'reason'));
        break;
      case 'task.done':
        this.#done(shown, payload);
        break;
      case 'task.paused':
        this.#bars.remove(shown.id);
        this.#say(`${shown.name}: ${this.#options.paused ?? PAUSED}`);
        break;
      case 'task.failed':
        this.#failed(shown, failureIn(payload, 'error'));
        break;
      case 'task.removed':
        this.#bars.remove(shown.id);
        this.#tasks.delete(shown.id);
        break;
      case 'item.done':
        this.#say(`${this.#tick} ${itemName(payload)}  in ${shown.name}`);
        break;
      case 'item.failed':
        this.#fail(itemName(payload), failureIn(payload, 'error'));
        break;
      case 'task.added':
      case 'task.resumed':
      case 'task.changed':
        break;
      default:
        assertNever(event_type);
    }
  }

  /** What is known of a task; its newest name is kept. */
  #shown(id: string, name?: unknown): Shown {
    let shown = this.#tasks.get(id);
    if (!shown) {
      const now = this.#options.clock.monotonic();
      shown = { id, name: id, row: null, startedAt: now, ended: false, lineAt: now, lineTenths: 0 };
      this.#tasks.set(id, shown);
    }
    if (typeof name === 'string') shown.name = calledBy(name);
    return shown;
  }

  // ---- what is said

  #started(shown: Shown): void {
    shown.startedAt = shown.lineAt = this.#options.clock.monotonic();
    shown.ended = false;
    shown.lineTenths = 0;
    if (this.#options.mode === 'lines') this.#say(`${shown.name}: started`);
  }

  #retrying(shown: Shown, retryAt: unknown, failure: Failure | null): void {
    if (this.#options.mode !== 'lines') return;
    const why = failure ? sentence(failure) : 'The server asked for a pause.';
    this.#say(`${shown.name}: ${why} Trying again ${until(String(retryAt), this.#options.clock.now())}`);
  }

  #rewound(shown: Shown, reason: Failure | null): void {
    shown.lineTenths = 0;
    this.#say(`${shown.name}: ${reason ? sentence(reason) : 'Bytes that cannot be trusted were dropped.'}`);
  }

  #done(shown: Shown, payload: Record<string, unknown>): void {
    this.#end(shown);
    const seconds = (this.#options.clock.monotonic() - shown.startedAt) / 1000;
    this.#say(`${this.#tick} ${doneLine(payload, seconds)}`);
  }

  get #tick(): string {
    const { mode, color } = this.#options;
    return mark('✓', 32, color && mode === 'bars');
  }

  #failed(shown: Shown, failure: Failure | null): void {
    this.#end(shown);
    this.#fail(shown.name, failure);
  }

  /** On standard error in every mode. */
  #fail(name: string, failure: Failure | null): void {
    const { err, color, mode } = this.#options;
    // Standard error may be a file while standard output is a terminal, and then wants no colour.
    const cross = mark('✗', 31, color && mode !== 'lines' && err.isTTY === true);
    this.#bars.above(() => err.write(`${cross} ${failureLine(name, failure)}\n`));
  }

  #end(shown: Shown): void {
    shown.ended = true;
    this.#bars.remove(shown.id);
  }

  #line(shown: Shown, row: ProgressRow): void {
    const now = this.#options.clock.monotonic();
    const tenths = Math.floor((row.progress ?? 0) / LINE_PERCENT);
    if (now - shown.lineAt < LINE_MS && tenths <= shown.lineTenths) return;
    shown.lineAt = now;
    shown.lineTenths = tenths;
    const percent = row.progress === null ? '? %' : `${row.progress} %`;
    this.#say([`${shown.name}: ${percent}`, ...numbers(row, this.#options.clock.now())].join(', '));
  }

  #say(line: string): void {
    const { mode, out } = this.#options;
    if (mode === 'quiet' || mode === 'json') return;
    this.#bars.above(() => out.write(`${line}\n`));
  }

  #barView({ name, row }: Shown): BarView {
    const facts = row ? numbers(row, this.#options.clock.now()) : [];
    return { name, progress: row?.progress ?? null, numbers: facts.join('  ') };
  }
}

const itemName = (payload: Record<string, unknown>) => printable(String(payload['name']));

function mark(text: string, color: number, wanted: boolean): string {
  return wanted ? `\u001b[${color}m${text}\u001b[0m` : text;
}
