import type { Answer, CommandAnswer, CommandInput, CommandName } from '../../main/contract/commands.ts';
import type { Task } from '../../main/contract/task.ts';

/** A process with the task manager in it, however it is asked. */
export interface Life {
  readonly pid: number;
  /** It has ended, by whatever. */
  readonly isDead: boolean;
  /** Its disk has been in trouble. */
  readonly isTroubled: boolean;
  /** What it has said of itself that nobody asked for. */
  readonly errors: string;
  /** Null when it was killed before it answered. */
  call<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Answer<CommandAnswer<N>> | null>;
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** All tasks; null when it was killed meanwhile. */
export async function listOf(life: Life): Promise<readonly Task[] | null> {
  const tasks: Task[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const answer = await life.call('tasks.list', { limit: 500, ...(cursor ? { cursor } : {}) });
    if (!answer?.ok) return null;
    tasks.push(...answer.value.tasks);
    cursor = answer.value.nextCursor;
  }
  return tasks;
}
