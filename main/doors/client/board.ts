import type { EventMessage, Message, ProgressRow } from '../../contract/events.ts';
import { type ListedTask, listed } from './columns.ts';

/** Tasks of a snapshot's page; a shorter one is the last. */
const PAGE_TASKS = 1000;

export interface Wanted {
  readonly words: readonly string[];
  readonly state: string | null;
}

interface Known {
  readonly task: ListedTask;
  /** What words are looked for in. */
  readonly text: string;
}

/** The list as the messages tell it. */
export class Board {
  readonly #wanted: Wanted;
  readonly #known = new Map<string, Known>();
  #inSnapshot = false;

  constructor({ words, state }: Wanted) {
    this.#wanted = { words: words.map((word) => word.toLowerCase()), state };
  }

  /** Whether nothing of a snapshot is still to come, as far as one can know. */
  get isWhole(): boolean {
    return !this.#inSnapshot;
  }

  /** Takes a message; gives the ids of those it was about. */
  accept(message: Message): string[] {
    const goesOn = this.#inSnapshot;
    this.#inSnapshot = message.type === 'snapshot' && message.tasks.length === PAGE_TASKS;
    if (message.type === 'progress') return message.tasks.map((row) => this.#progress(row));
    if (message.type === 'event') return this.#event(message);
    // The first page of another one: what is not in it is gone. Ids come once in each.
    if (!goesOn || message.tasks.some(({ id }) => this.#known.has(id))) this.#known.clear();
    for (const task of message.tasks) {
      const addresses = task.items.map(({ url, path }) => url ?? path ?? '');
      this.#set(listed(task), addresses.join(' '));
    }
    return message.tasks.map(({ id }) => id);
  }

  /** Those that are wanted, in the order of the list. */
  get tasks(): ListedTask[] {
    return [...this.#known.values()].filter((known) => this.#isWanted(known)).map(({ task }) => task);
  }

  /** Null where it is not wanted, or gone. */
  wanted(id: string): ListedTask | null {
    const known = this.#known.get(id);
    return known && this.#isWanted(known) ? known.task : null;
  }

  /** Wanted or not; null: it is gone. */
  known(id: string): ListedTask | null {
    return this.#known.get(id)?.task ?? null;
  }

  #progress(row: ProgressRow): string {
    const { taskId, status, error, ...numbers } = row;
    const known = this.#known.get(taskId);
    const name = known?.task.name ?? taskId;
    const code = error?.code ?? null;
    this.#set({ ...numbers, id: taskId, name, state: status, code }, known?.text);
    return taskId;
  }

  #event({ event_type, payload }: EventMessage): string[] {
    const { taskId } = payload;
    if (event_type === 'task.removed') this.#known.delete(taskId);
    const { name, url } = payload;
    // An item's name is not its package's.
    if (event_type.startsWith('item.') || typeof name !== 'string') return [taskId];
    const known = this.#known.get(taskId);
    // Its row comes right after.
    const task = known?.task ?? fresh(taskId);
    if (event_type !== 'task.removed') {
      this.#set({ ...task, name }, known?.text ?? (typeof url === 'string' ? url : ''));
    }
    return [taskId];
  }

  #set(task: ListedTask, text = ''): void {
    this.#known.set(task.id, { task, text });
  }

  #isWanted({ task, text }: Known): boolean {
    const { words, state } = this.#wanted;
    if (state !== null && task.state !== state) return false;
    const all = `${task.name} ${text}`.toLowerCase();
    return words.every((word) => all.includes(word));
  }
}

function fresh(id: string): ListedTask {
  return {
    ...{ id, name: id, state: 'waiting', progress: null, received: 0, total: null },
    ...{ speed: 0, etaSeconds: null, retryAt: null, code: null },
  };
}
