import stringWidth from 'string-width';
import type { ProgressRow } from '../../contract/events.ts';
import type { Task, TaskState } from '../../contract/task.ts';
import { bytes, duration, printable, rate, shortened } from '../format.ts';
import { until } from '../sentences.ts';
import { lettersToTell } from './ids.ts';

/** What is shown of one task. */
export interface ListedTask
  extends Pick<ProgressRow, 'progress' | 'received' | 'total' | 'speed' | 'etaSeconds'> {
  readonly id: string;
  readonly name: string;
  readonly state: TaskState | 'removed';
  readonly retryAt: string | null;
  /** Of its failure, or null. */
  readonly code: string | null;
}

export function listed(task: Task): ListedTask {
  const { id, name, state, progress, received, total, speed, etaSeconds, error } = task;
  const retryAt = error?.retryAt ?? null;
  return {
    id,
    name,
    state,
    progress,
    received,
    total,
    speed,
    etaSeconds,
    retryAt,
    code: error?.code ?? null,
  };
}

/** Where a table goes to. */
export interface TableStyle {
  /** Of the terminal; null: no terminal, so nothing is left out or cut. */
  readonly columns: number | null;
  readonly color: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface Column {
  readonly head: string;
  readonly width: number;
  readonly right: boolean;
  readonly cell: (task: ListedTask, now: number) => string;
}

const column = (head: string, width: number, right: boolean, cell: Column['cell']): Column => ({
  head,
  width,
  right,
  cell,
});

const ID = 'id';
const STATE = 'state';
const LEFT = 'time left';
/** In a narrow terminal these are left out first, in this order. */
const SPARE = [LEFT, 'speed', 'size', 'progress'];
const NARROWEST_NAME = 16;
const GAP = '  ';
const COLORS: Readonly<Record<string, number>> = { running: 36, done: 32, failed: 31 };

/** Widths are those of what is usual, so that rows that come one by one are in line too. */
const COLUMNS = [
  column(STATE, 7, false, ({ state }) => state),
  column('progress', 8, true, ({ progress }) => (progress === null ? '?' : `${progress} %`)),
  column('size', 9, true, sizeOf),
  column('speed', 11, true, ({ state, speed }) => (state === 'running' ? rate(speed) : '')),
  column(LEFT, 11, true, leftOf),
];

function sizeOf({ received, total }: ListedTask): string {
  if (total !== null) return bytes(total);
  return received > 0 ? `${bytes(received)}/?` : '?';
}

function leftOf({ state, etaSeconds, retryAt }: ListedTask, now: number): string {
  if (state !== 'running') return '';
  if (retryAt !== null) return `retry ${until(retryAt, now)}`;
  return etaSeconds === null ? '' : duration(etaSeconds);
}

/** The name comes last: whatever its length, the other columns stay in line. */
function nameOf({ name, code }: ListedTask): string {
  return `${printable(name)}${code === null ? '' : `  (${printable(code)})`}`;
}

/** A table, its head first. */
export function tableOf(tasks: readonly ListedTask[], style: TableStyle): string[] {
  const letters = style.columns === null ? 0 : lettersToTell(tasks.map(({ id }) => id));
  const all = [column(ID, letters || 26, false, ({ id }) => printable(id).slice(-letters)), ...COLUMNS];
  const columns = fitting(all, tasks, style);
  const lines = tasks.map((task) => {
    const cells = columns.map((each) => padded(each, each.cell(task, style.now)));
    return line([...cells, nameOf(task)], style, columns, task.state);
  });
  return [line([...columns.map((each) => padded(each, each.head)), 'name'], style, columns), ...lines];
}

/** A row by itself, for no terminal. */
export function rowOf(task: ListedTask, now: number): string {
  return tableOf([task], { columns: null, color: false, now })[1] ?? '';
}

/** As wide as what is in them, and no more of them than leave room for a name. */
function fitting(
  all: readonly Column[],
  tasks: readonly ListedTask[],
  { columns, now }: TableStyle,
): Column[] {
  const widest = (each: Column) =>
    tasks.reduce((width, task) => Math.max(width, stringWidth(each.cell(task, now))), each.width);
  let fit = all.map((each) => ({ ...each, width: widest(each) }));
  for (const spare of SPARE) {
    const used = fit.reduce((sum, { width }) => sum + width + GAP.length, 0);
    if (columns === null || used + NARROWEST_NAME <= columns) break;
    fit = fit.filter(({ head }) => head !== spare);
  }
  return fit;
}

function padded({ width, right }: Column, text: string): string {
  const blank = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return right ? blank + text : text + blank;
}

function line(
  cells: readonly string[],
  { columns, color }: TableStyle,
  shown: readonly Column[],
  state?: string,
): string {
  const text = cells.join(GAP).trimEnd();
  const fit = columns === null ? text : shortened(text, columns);
  const paint = color && state !== undefined ? COLORS[state] : undefined;
  if (paint === undefined || state === undefined) return fit;
  // Only after the fitting: what paints takes no columns. The id before it has the same width in every row.
  const at = (shown[0]?.width ?? 0) + GAP.length;
  return fit.slice(at, at + state.length) === state
    ? `${fit.slice(0, at)}\u001b[${paint}m${state}\u001b[0m${fit.slice(at + state.length)}`
    : fit;
}
