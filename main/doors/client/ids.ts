import { COMMANDS } from '../../contract/commands.ts';
import { SatchelError } from '../../contract/errors.ts';
import type { Task } from '../../contract/task.ts';
import type { Connection } from './connection.ts';

/** Crockford's Base32, as in a ULID. */
const WHOLE = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const PART = /^[0-9A-HJKMNP-TV-Z]{4,25}$/;
const LISTED = 10;
/** So many letters of an id are shown at least. */
const SHORTEST = 6;

/** A task that is meant; not looked at where its id was given whole. */
export interface Meant {
  readonly id: string;
  readonly task: Task | null;
}

/** Finds tasks by what is given of their ids. The list is asked for once. */
export class Ids {
  readonly #connection: Connection;
  #all: Promise<Task[]> | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Errors: not-found, and bad-input for what means no one task. */
  async find(text: string): Promise<Meant> {
    const wanted = text.toUpperCase();
    if (WHOLE.test(wanted)) return { id: wanted, task: null };
    if (!PART.test(wanted))
      throw new SatchelError('bad-input', 'this is no id, nor four letters or more of one');
    this.#all ??= this.#connection.allTasks();
    const fitting = (await this.#all).filter(({ id }) => id.startsWith(wanted) || id.endsWith(wanted));
    const [task, ...others] = fitting;
    if (!task) throw new SatchelError('not-found', 'no task has this in its id');
    if (others.length === 0) return { id: task.id, task };
    const named = fitting.slice(0, LISTED).map(({ id, name }) => `${id} ${name}`);
    const more = fitting.length > LISTED ? ` and ${fitting.length - LISTED} more` : '';
    throw new SatchelError('bad-input', `${fitting.length} tasks fit: ${named.join(', ')}${more}`);
  }

  async task({ id, task }: Meant): Promise<Task> {
    return task ?? (await this.#connection.ask('GET', `tasks/${id}`, COMMANDS['tasks.get'].answer)).task;
  }
}

/** How many letters from the end tell these ids apart. The end, since ids begin with the time. */
export function lettersToTell(ids: readonly string[]): number {
  const longest = Math.max(SHORTEST, ...ids.slice(0, 1).map(({ length }) => length));
  for (let letters = SHORTEST; letters < longest; letters += 1) {
    if (new Set(ids.map((id) => id.slice(-letters))).size === ids.length) return letters;
  }
  return longest;
}
