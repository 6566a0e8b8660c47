import type { Answer } from '../../main/contract/commands.ts';
import type { Message } from '../../main/contract/events.ts';
import { wire } from '../wire/wires.ts';
import { useConnection } from './connection.ts';
import { tell } from './notices.ts';
import { takeMessage, takeTasks } from './tasks.ts';

/** Whole tasks are asked for so often at most: of a thousand that change at once, not one by one. */
const ASK_MS = 200;
const MOST_ASKED = 1000;

/** Begins to follow the engine; gives a function that ends it. */
export function followEngine(): () => void {
  const wanted = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  const ask = async () => {
    const ids = [...wanted].slice(0, MOST_ASKED);
    for (const id of ids) wanted.delete(id);
    const answer = await wire.call('tasks.getMany', { ids });
    if (answer.ok) takeTasks(answer.value.tasks);
    timer = wanted.size > 0 ? setTimeout(() => void ask(), ASK_MS) : null;
  };
  const message = (told: Message) => {
    for (const id of takeMessage(told)) wanted.add(id);
    if (wanted.size > 0) timer ??= setTimeout(() => void ask(), ASK_MS);
  };
  const stop = wire.follow({ message, connection: (state) => useConnection.setState({ state }) });
  return () => {
    stop();
    if (timer !== null) clearTimeout(timer);
  };
}

/** Gives what was answered, or tells the user why not and gives null. */
export async function orTell<T>(answer: Promise<Answer<T>>): Promise<T | null> {
  const given = await answer;
  if (given.ok) return given.value;
  tell({ kind: 'error', error: given.error });
  return null;
}
