import type { Task } from '../../../main/contract/task.ts';

/** What removing these tasks would lose. */
export interface RemoveFacts {
  readonly unfinished: number;
  /** Of the unfinished ones, bytes that have been fetched. */
  readonly bytes: number;
  readonly finished: number;
}

export function removeFacts(tasks: readonly Pick<Task, 'state' | 'received'>[]): RemoveFacts {
  const unfinished = tasks.filter(({ state }) => state !== 'done');
  return {
    unfinished: unfinished.length,
    bytes: unfinished.reduce((sum, { received }) => sum + received, 0),
    finished: tasks.length - unfinished.length,
  };
}
