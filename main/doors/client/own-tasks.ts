import type { EventMessage, Message } from '../../contract/events.ts';
import type { Task } from '../../contract/task.ts';

/** Tasks of a snapshot's page; a shorter one is the last. */
const PAGE_TASKS = 1000;

interface Own {
  readonly name: string;
  end: 'done' | 'failed' | 'removed' | null;
}

/**
 * Of all that a server tells, what is about some tasks: told on as if there were no others, with numbers of its own.
 * Says when all of them have ended.
 */
export class OwnTasks {
  readonly #tell: (message: Message) => void;
  readonly #gone: (name: string) => void;
  readonly #own = new Map<string, Own>();
  /** What came before it was known which they are. */
  #early: Message[] | null = [];
  #seq = 0;
  /** Those that a snapshot has not shown so far. */
  #unseen: Set<string> | null = null;

  /** `gone` is given the name of a task that somebody has removed before it was done. */
  constructor(tell: (message: Message) => void, gone: (name: string) => void) {
    this.#tell = tell;
    this.#gone = gone;
  }

  /** How many have not ended; null before it is known which they are. */
  get left(): number | null {
    if (this.#early) return null;
    return [...this.#own.values()].filter(({ end }) => end === null).length;
  }

  get failed(): boolean {
    return [...this.#own.values()].some(({ end }) => end !== 'done');
  }

  begin(tasks: readonly Task[]): void {
    for (const { id, name } of tasks) this.#own.set(id, { name, end: null });
    const early = this.#early ?? [];
    this.#early = null;
    this.#tell({ type: 'snapshot', seq: this.#next(), tasks: [...tasks] });
    for (const message of early) {
      // It may be from before they were added: who is not in it need not be gone.
      if (message.type === 'snapshot') this.#show(message.tasks);
      else this.take(message);
    }
  }

  take(message: Message): void {
    if (this.#early) {
      this.#early.push(message);
      return;
    }
    if (message.type !== 'snapshot') this.#tellUnseen();
    if (message.type === 'event') this.#event(message);
    else if (message.type === 'snapshot') this.#snapshot(message.tasks);
    else {
      const tasks = message.tasks.filter(({ taskId }) => this.#own.has(taskId));
      if (tasks.length > 0) this.#tell({ ...message, seq: this.#next(), tasks });
    }
  }

  #event(message: EventMessage): void {
    const { event_type, payload } = message;
    const own = this.#own.get(payload.taskId);
    if (!own) return;
    if (event_type === 'task.done') own.end = 'done';
    else if (event_type === 'task.failed') own.end = 'failed';
    else if (event_type === 'task.resumed') own.end = null;
    this.#tell(message);
    if (event_type === 'task.removed') this.#remove(own);
  }

  /** A connection has been made anew, or was too slow: this is what has become of them. */
  #snapshot(tasks: readonly Task[]): void {
    this.#unseen ??= new Set(this.#own.keys());
    for (const { id } of tasks) this.#unseen.delete(id);
    this.#show(tasks);
    if (tasks.length < PAGE_TASKS) this.#tellUnseen();
  }

  #show(tasks: readonly Task[]): void {
    const shown = tasks.filter(({ id }) => this.#own.has(id));
    for (const { id, state } of shown) {
      const own = this.#own.get(id);
      if (own) own.end = state === 'done' || state === 'failed' ? state : null;
    }
    if (shown.length > 0) this.#tell({ type: 'snapshot', seq: this.#next(), tasks: shown });
  }

  #tellUnseen(): void {
    for (const id of this.#unseen ?? []) {
      const own = this.#own.get(id);
      if (own) this.#remove(own);
    }
    this.#unseen = null;
  }

  /** It may have been done before, while nobody listened, but nobody can say so any more. */
  #remove(own: Own): void {
    if (own.end === 'done' || own.end === 'removed') return;
    own.end = 'removed';
    this.#gone(own.name);
  }

  #next(): number {
    this.#seq += 1;
    return this.#seq;
  }
}
