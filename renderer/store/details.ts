import { create } from 'zustand';
import type { LogEntry, Pieces } from '../../main/contract/commands.ts';
import type { Task } from '../../main/contract/task.ts';
import { wire } from '../wire/wires.ts';
import { useConnection } from './connection.ts';
import { DetailsWatch } from './details-watch.ts';
import { frontsOf } from './fronts.ts';
import { type TaskView, takeTasks, taskById, useTasks } from './tasks.ts';

/** What is known of the task that the details are of, beyond its rows. */
export interface DetailsState {
  readonly taskId: string | null;
  /** With its items and connections as they were a moment ago. */
  readonly task: Task | null;
  /** The items that the list knew of then; other ones are newer than those of `task`. */
  readonly listed: Task['items'] | null;
  readonly pieces: Pieces | null;
  /** Where bytes have been added last, as places in `pieces`. */
  readonly fronts: readonly number[];
  /** The newest last; null while nobody knows. */
  readonly log: readonly LogEntry[] | null;
}

/** What is asked for besides the task itself. */
export type DetailsPart = 'pieces' | 'log';

const NOTHING: DetailsState = { taskId: null, task: null, listed: null, pieces: null, fronts: [], log: null };
const BEAT_MS = 1000;

export const useDetails = create<DetailsState>(() => NOTHING);

/** Keeps what is known of a task up to date as long as the window is seen; gives a function that ends it. */
export function watchDetails(id: string, part: DetailsPart): () => void {
  if (useDetails.getState().taskId !== id) useDetails.setState({ ...NOTHING, taskId: id });
  const watch = new DetailsWatch({
    ask: () => ask(id, part),
    isSeen: () => !document.hidden && useConnection.getState().state === 'open',
    task: () => taskById(id),
    now: () => performance.now(),
  });
  const look = () => void watch.look();
  look();
  const timer = setInterval(look, BEAT_MS);
  document.addEventListener('visibilitychange', look);
  let state = taskById(id)?.state;
  const stop = useTasks.subscribe(() => {
    const now = taskById(id)?.state;
    if (now !== state) look();
    state = now;
  });
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', look);
    stop();
  };
}

/** Gives whether all was answered. */
async function ask(id: string, part: DetailsPart): Promise<boolean> {
  const [whole, more] = await Promise.all([wire.call('tasks.get', { id }), askPart(id, part)]);
  if (useDetails.getState().taskId !== id) return true;
  if (whole.ok) takeTask(whole.value.task);
  if (more !== null) useDetails.setState(more);
  return whole.ok && more !== null;
}

async function askPart(id: string, part: DetailsPart): Promise<Partial<DetailsState> | null> {
  if (part === 'log') {
    const log = await wire.call('tasks.log', { id });
    return log.ok ? { log: log.value.entries } : null;
  }
  const answer = await wire.call('tasks.pieces', { ids: [id] });
  if (!answer.ok) return null;
  const pieces = answer.value.pieces[0] ?? null;
  const { pieces: before, fronts } = useDetails.getState();
  const fresh = before?.taskId === id && pieces !== null ? frontsOf(before.spans, pieces.spans) : [];
  // Journals are written in larger steps than this looks.
  return { pieces, fronts: fresh.length > 0 ? fresh : fronts };
}

/** A whole task that a command has answered with. */
export function takeWhole(task: Task): void {
  takeTasks([task]);
  if (useDetails.getState().taskId === task.id) takeTask(task);
}

function takeTask(task: Task): void {
  useDetails.setState({ task, listed: taskById(task.id)?.items ?? null });
}

/** A task of the list with the items and connections that the details know of. */
export function useWhole(task: TaskView): TaskView {
  const whole = useDetails((state) => (state.task?.id === task.id ? state.task : null));
  const listed = useDetails((state) => state.listed);
  const items = whole !== null && listed === task.items ? whole.items : task.items;
  return { ...task, items, segments: task.state === 'running' ? (whole?.segments ?? task.segments) : [] };
}
