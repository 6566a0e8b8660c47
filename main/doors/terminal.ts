import { MultiBar, type SingleBar } from 'cli-progress';
import stringWidth from 'string-width';
import { assertNever, ERRORS, type ErrorReport } from '../contract/errors.ts';
import type { EventMessage, Message, ProgressRow } from '../contract/events.ts';
import type { Task } from '../contract/task.ts';
import type { Clock } from '../world/clock.ts';
import { bytes, duration, printable, rate } from './format.ts';

export type TerminalMode = 'bars' | 'lines' | 'json' | 'quiet';

/** Bars where somebody looks at them, plain lines in a pipe. */
export function chooseMode(options: { json: boolean; quiet: boolean; isTTY: boolean }): TerminalMode {
  if (options.json) return 'json';
  if (options.quiet) return 'quiet';
  return options.isTTY ? 'bars' : 'lines';
}

export interface TerminalOptions {
  readonly mode: TerminalMode;
  readonly out: NodeJS.WritableStream & { readonly columns?: number };
  readonly err: NodeJS.WritableStream;
  readonly color: boolean;
  readonly clock: Clock;
}

/** In a pipe, a line about a running download at most so often. */
const LINE_MS = 10_000;
const NAME_COLUMNS = 28;

interface Shown {
  readonly task: Task;
  name: string;
  row: ProgressRow | null;
  bar: SingleBar | null;
  startedAt: number;
  lineAt: number;
}

/** Prints what happens to the downloads of one command. Consumes messages only; knows nothing of the engine. */
export class Terminal {
  readonly #options: TerminalOptions;
  readonly #tasks = new Map<string, Shown>();
  #bars: MultiBar | null = null;

  constructor(options: TerminalOptions) {
    this.#options = options;
    // A reader that went away (`| head`) is no error of ours; the downloads go on.
    for (const stream of [options.out, options.err]) stream.on('error', () => {});
  }

  accept(message: Message): void {
    if (this.#options.mode === 'json') this.#options.out.write(`${JSON.stringify(message)}\n`);
    switch (message.type) {
      case 'snapshot':
        for (const task of message.tasks) this.#tasks.set(task.id, this.#shown(task));
        break;
      case 'progress':
        for (const row of message.tasks) this.#progress(row);
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
    if (this.#options.mode === 'quiet') return;
    if (this.#options.mode === 'json') this.#options.err.write(`${printable(line)}\n`);
    else this.#say(printable(line));
  }

  /** Takes the bars away and gives the cursor back. */
  close(): void {
    this.#bars?.stop();
    this.#bars = null;
  }

  #shown(task: Task): Shown {
    const now = this.#options.clock.monotonic();
    return { task, name: printable(task.name), row: null, bar: null, startedAt: now, lineAt: now };
  }

  #progress(row: ProgressRow): void {
    const shown = this.#tasks.get(row.taskId);
    if (!shown) return;
    shown.row = row;
    if (this.#options.mode === 'bars' && row.status === 'running') this.#draw(shown, row);
    if (this.#options.mode === 'lines' && row.status === 'running') this.#line(shown, row);
  }

  #event({ event_type, payload }: EventMessage): void {
    const shown = this.#tasks.get(payload.taskId);
    if (!shown) return;
    if (typeof payload['name'] === 'string') shown.name = printable(payload['name']);
    switch (event_type) {
      case 'task.started':
        shown.startedAt = this.#options.clock.monotonic();
        shown.lineAt = shown.startedAt;
        if (this.#options.mode === 'lines') this.#say(`${shown.name}: started`);
        break;
      case 'task.retrying':
        this.#retrying(shown, payload['error'] as ErrorReport | undefined, String(payload['retryAt']));
        break;
      case 'task.rewound':
        this.#say(`${shown.name}: ${sentence(payload['reason'] as ErrorReport)}`);
        break;
      case 'task.done':
        this.#done(shown, String(payload['path']), Number(payload['received']), payload['already'] === true);
        break;
      case 'task.paused':
        this.#removeBar(shown);
        this.#say(`${shown.name}: stopped, every byte is kept; run the same command again to go on`);
        break;
      case 'task.failed':
        this.#failed(shown, payload['error'] as ErrorReport);
        break;
    }
  }

  #done(shown: Shown, path: string, size: number, already: boolean): void {
    this.#removeBar(shown);
    const seconds = Math.max(0.001, (this.#options.clock.monotonic() - shown.startedAt) / 1000);
    const how = already ? 'is there already' : `${bytes(size)} in ${duration(seconds)}`;
    this.#say(`${this.#mark('✓', 32)} ${printable(path)}  ${how}`);
  }

  /** On standard error in every mode: one line, what happened, its code, what to do. */
  #failed(shown: Shown, error: ErrorReport): void {
    this.#removeBar(shown);
    const line = `${this.#mark('✗', 31)} ${shown.name}: ${sentence(error)} (${error.code}) ${ERRORS[error.code].next}`;
    if (this.#bars) this.#bars.log(`${line}\n`);
    else this.#options.err.write(`${line}\n`);
  }

  #retrying(shown: Shown, error: ErrorReport | undefined, retryAt: string): void {
    if (this.#options.mode !== 'lines') return;
    const seconds = (Date.parse(retryAt) - this.#options.clock.now()) / 1000;
    const why = error ? sentence(error) : 'The server asked for a pause.';
    this.#say(`${shown.name}: ${why} Trying again in ${duration(seconds)}`);
  }

  #line(shown: Shown, row: ProgressRow): void {
    const now = this.#options.clock.monotonic();
    if (now - shown.lineAt < LINE_MS) return;
    shown.lineAt = now;
    this.#say(`${shown.name}: ${numbers(row).join(', ')}`);
  }

  #say(line: string): void {
    const { mode, out } = this.#options;
    if (mode === 'quiet' || mode === 'json') return;
    if (this.#bars) this.#bars.log(`${line}\n`);
    else out.write(`${line}\n`);
  }

  // ---- bars

  #draw(shown: Shown, row: ProgressRow): void {
    this.#bars ??= new MultiBar({
      stream: this.#options.out,
      format: `{name} {bar} {percent} {numbers}`,
      barsize: 20,
      hideCursor: true,
      clearOnComplete: true,
      forceRedraw: true,
      gracefulExit: false,
    });
    const payload = {
      name: fitted(shown.name, NAME_COLUMNS),
      percent: row.progress === null ? '  ? %' : `${String(row.progress).padStart(3)} %`,
      numbers: this.#barText(row),
    };
    shown.bar ??= this.#bars.create(100, 0, payload);
    shown.bar.update(row.progress ?? 0, payload);
    this.#bars.update();
  }

  #barText(row: ProgressRow): string {
    if (row.retryAt === null) return numbers(row).slice(1).join('  ');
    const seconds = (Date.parse(row.retryAt) - this.#options.clock.now()) / 1000;
    const why = row.error ? `: ${row.error.message}` : '';
    return `retrying in ${duration(seconds)}${why}`;
  }

  #removeBar(shown: Shown): void {
    if (!shown.bar) return;
    this.#bars?.remove(shown.bar);
    shown.bar = null;
  }

  #mark(text: string, color: number): string {
    return this.#options.color ? `\u001b[${color}m${text}\u001b[0m` : text;
  }
}

function sentence({ message, detail }: ErrorReport): string {
  return detail === undefined ? message : `${message} ${printable(detail)}.`;
}

/** Percent, amount, speed, time left, connections: what is known of them. */
function numbers(row: ProgressRow): string[] {
  const percent = row.progress === null ? '? %' : `${row.progress} %`;
  const amount = `${bytes(row.received)} of ${row.total === null ? '?' : bytes(row.total)}`;
  const left = row.etaSeconds === null ? [] : [`${duration(row.etaSeconds)} left`];
  return [percent, amount, rate(row.speed), ...left, `${row.connections}×`];
}

/** Exactly so many columns wide; wide characters take two. */
function fitted(text: string, columns: number): string {
  let fit = text;
  while (stringWidth(fit) > columns)
    fit = [...fit]
      .slice(0, fit.endsWith('…') ? -2 : -1)
      .join('')
      .concat('…');
  return fit + ' '.repeat(columns - stringWidth(fit));
}
