import type { CommandAnswer, CommandInput, CommandName } from '../../contract/commands.ts';
import type { Task, TaskState } from '../../contract/task.ts';
import { refused } from './params.ts';

/** Runs a command of the engine. Throws what it refuses with. */
export type Call = <N extends CommandName>(command: N, input: CommandInput<N>) => Promise<CommandAnswer<N>>;

const PAGE = 1000;

/** Tasks of a state in the order of the list, at most `most` of them. */
export async function tasksOf(
  call: Call,
  state: TaskState,
  most = Number.POSITIVE_INFINITY,
): Promise<Task[]> {
  const tasks: Task[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(PAGE, most - tasks.length);
    if (limit <= 0) break;
    const page: CommandAnswer<'tasks.list'> = await call('tasks.list', {
      state,
      limit,
      ...(cursor === null ? {} : { cursor }),
    });
    tasks.push(...page.tasks);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return tasks;
}

/** aria2's waiting queue, in which paused ones have their place: the first `most` of it. */
export async function waitingTasks(call: Call, most = Number.POSITIVE_INFINITY): Promise<Task[]> {
  const waiting = await tasksOf(call, 'waiting', most);
  const paused = await tasksOf(call, 'paused', most);
  return [...waiting, ...paused].sort((a, b) => a.position - b.position).slice(0, most);
}

/**
 * `count` of them from `offset` on; from the end, and backwards, where that is negative (aria2c(1),
 * `aria2.tellWaiting`).
 */
export function windowOf<T>(all: readonly T[], offset: number, count: number): T[] {
  if (offset >= 0) return all.slice(offset, offset + count);
  const last = all.length + offset;
  if (last < 0) return [];
  return all.slice(Math.max(0, last - count + 1), last + 1).reverse();
}

/** Where a task of the waiting queue goes, counted from 0 in that queue: aria2c(1), `aria2.changePosition`. */
export function targetOf(from: number, length: number, offset: number, how: string): number {
  const starts: Readonly<Record<string, number>> = { POS_SET: 0, POS_CUR: from, POS_END: length - 1 };
  const start = Object.hasOwn(starts, how) ? starts[how] : undefined;
  if (start === undefined) throw refused('Illegal argument.');
  return Math.min(Math.max(0, start + offset), length - 1);
}

/** The place in the whole list, itself taken out, that puts a task at `target` of the waiting queue. */
export function placeIn(queue: readonly Task[], task: Task, target: number): number {
  const others = queue.filter(({ id }) => id !== task.id);
  const without = ({ position }: Task) => (position > task.position ? position - 1 : position);
  const next = others[target];
  if (next) return without(next);
  const last = others.at(-1);
  return last ? without(last) + 1 : task.position;
}
