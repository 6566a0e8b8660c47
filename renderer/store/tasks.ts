import { create } from 'zustand';
import type { EventMessage, Message, ProgressRow } from '../../main/contract/events.ts';
import type { Task } from '../../main/contract/task.ts';

/** A task as the list knows it. */
export type TaskView = Task;

export interface TasksState {
  /** Changed in place, since ten thousand are too many to copy ten times a second; each task in it is replaced whole. */
  readonly byId: ReadonlyMap<string, TaskView>;
  /** In the order of the list. */
  readonly order: readonly string[];
  /** Another number whenever anything that lists are made from is different: which tasks, their order, states, names. */
  readonly structure: number;
  /** False until the first snapshot has begun to arrive. */
  readonly loaded: boolean;
}

export const useTasks = create<TasksState>(() => ({
  byId: new Map(),
  order: [],
  structure: 0,
  loaded: false,
}));

/** One task, as it changes. */
export function useTask(id: string | null): TaskView | undefined {
  return useTasks(({ byId }) => (id === null ? undefined : byId.get(id)));
}

export function taskById(id: string): TaskView | undefined {
  return useTasks.getState().byId.get(id);
}

/** After these a task is asked for whole: more of it has changed than a row says. Of items the details ask by themselves. */
const TELLS_MORE = new Set<EventMessage['event_type']>([
  'task.added',
  'task.changed',
  'task.done',
  'task.failed',
  'task.started',
  'task.paused',
  'task.resumed',
]);

/** Takes what the engine says. Gives the tasks that are to be asked for whole, which is nothing to wait for. */
export function takeMessage(message: Message): readonly string[] {
  switch (message.type) {
    case 'snapshot':
      takeSnapshot(message.tasks);
      return [];
    case 'progress':
      takeRows(message.tasks);
      return [];
    case 'event':
      return takeEvent(message);
  }
}

/** Tasks as an answer has them. */
export function takeTasks(tasks: readonly Task[]): void {
  const { byId, order } = useTasks.getState();
  const map = byId as Map<string, TaskView>;
  let moved = false;
  let changed = false;
  for (const view of tasks) {
    const before = map.get(view.id);
    changed ||= before === undefined || differs(before, view);
    moved ||= before === undefined || before.position !== view.position;
    map.set(view.id, view);
  }
  if (!moved) {
    set({}, changed);
    return;
  }
  set({ order: reordered(order, tasks) }, true);
}

/** A snapshot comes by pages; the first task of all is the first of the first page. */
function takeSnapshot(tasks: readonly Task[]): void {
  const begins = tasks[0] === undefined || tasks[0].position === 0;
  const { byId, order } = useTasks.getState();
  const map = begins ? new Map<string, TaskView>() : (byId as Map<string, TaskView>);
  for (const task of tasks) map.set(task.id, task);
  const ids = tasks.map(({ id }) => id);
  set({ byId: map, order: begins ? ids : [...order, ...ids], loaded: true }, true);
}

function takeRows(rows: readonly ProgressRow[]): void {
  const map = useTasks.getState().byId as Map<string, TaskView>;
  let changed = false;
  for (const row of rows) {
    const before = map.get(row.taskId);
    if (before === undefined) continue;
    const view = withRow(before, row);
    changed ||= differs(before, view);
    map.set(row.taskId, view);
  }
  set({}, changed);
}

function takeEvent({ event_type, payload }: EventMessage): readonly string[] {
  const { taskId } = payload;
  if (event_type !== 'task.removed') return TELLS_MORE.has(event_type) ? [taskId] : [];
  removeTasks([taskId]);
  return [];
}

/** They have left the list. */
export function removeTasks(ids: readonly string[]): void {
  const { byId, order } = useTasks.getState();
  const map = byId as Map<string, TaskView>;
  const gone = new Set(ids.filter((id) => map.delete(id)));
  if (gone.size === 0) return;
  set({ order: order.filter((id) => !gone.has(id)) }, true);
}

function set(change: Partial<TasksState>, structural: boolean): void {
  useTasks.setState(({ structure }) => ({ ...change, structure: structural ? structure + 1 : structure }));
}

function withRow(task: TaskView, row: ProgressRow): TaskView {
  const { taskId: _, status, name, phase, ...rest } = row;
  return {
    ...task,
    ...rest,
    state: status,
    name: name ?? task.name,
    phase: phase === undefined ? task.phase : phase,
  };
}

/** Whether lists that are made from it may look different. */
function differs(a: TaskView, b: TaskView): boolean {
  return (
    a.state !== b.state ||
    a.name !== b.name ||
    a.category !== b.category ||
    a.total !== b.total ||
    a.asking !== b.asking
  );
}

/** The list with these at their places, which count from 0 in the list that comes of it. */
function reordered(order: readonly string[], tasks: readonly Task[]): string[] {
  const placed = new Map(tasks.map(({ id, position }) => [id, position]));
  const rest = order.filter((id) => !placed.has(id));
  const result: string[] = [];
  let next = 0;
  for (const [id, position] of [...placed].sort(([, a], [, b]) => a - b)) {
    while (result.length < position && next < rest.length) result.push(rest[next++] as string);
    result.push(id);
  }
  while (next < rest.length) result.push(rest[next++] as string);
  return result;
}
