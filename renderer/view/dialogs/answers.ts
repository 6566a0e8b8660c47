import type { Answer } from '../../../main/contract/commands.ts';
import type { Task } from '../../../main/contract/task.ts';
import type { ShownError } from '../../store/notices.ts';
import { takeTasks } from '../../store/tasks.ts';

/** Takes the task of an answer into the list; gives why it was refused, or null. */
export async function takeAnswer(
  answer: Promise<Answer<{ readonly task: Task }>>,
): Promise<ShownError | null> {
  const given = await answer;
  if (!given.ok) return given.error;
  takeTasks([given.value.task]);
  return null;
}
