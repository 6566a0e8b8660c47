import type { Task, TaskState } from '../../../main/contract/task.ts';
import { formatBytes } from '../../words/format.ts';

export interface TotalsOfTasks {
  readonly byState: Readonly<Record<TaskState, number>>;
  readonly received: string;
  readonly total: string;
  /** The sizes of all are known. */
  readonly isWhole: boolean;
  /** Bytes per second. */
  readonly speed: number;
}

type Counted = Pick<Task, 'state' | 'received' | 'total' | 'speed'>;

/** How many they are by state, and how much. What is done counts with its size. */
export function totalsOf(tasks: readonly Counted[]): TotalsOfTasks {
  const byState = { waiting: 0, running: 0, paused: 0, done: 0, failed: 0 };
  const sums = { received: 0, total: 0, speed: 0, isWhole: true };
  for (const { state, received, total, speed } of tasks) {
    byState[state] += 1;
    sums.received += received;
    sums.total += total ?? received;
    if (state === 'running') sums.speed += speed;
    if (total === null && state !== 'done') sums.isWhole = false;
  }
  const { isWhole, speed } = sums;
  return { byState, isWhole, speed, received: formatBytes(sums.received), total: formatBytes(sums.total) };
}
