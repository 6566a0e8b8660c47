import type { EventMessage, Message } from '../../contract/events.ts';
import type { Task } from '../../contract/task.ts';
import { gidOf } from './gids.ts';
import { refused } from './params.ts';

/** So many removed tasks are remembered; those removed longest ago go first. */
const MOST_REMOVED = 1000;

/** One that has stopped: still in the list, or remembered since it was removed. */
export type Stopped =
  | { readonly id: string; readonly removed: null }
  | { readonly id: string; readonly removed: Task };

/**
 * Which tasks there are, by aria2's numbers, and which of them have stopped, in the order in which they did: asked of
 * the list each time it would mean a walk through ten thousand tasks. It follows what the engine tells.
 */
export class KnownTasks {
  readonly #ids = new Map<string, string>();
  /** By gid; a map keeps the order of insertion. */
  readonly #stopped = new Map<string, Stopped>();
  /** Those that are being removed by one of our clients, as they were. */
  readonly #leaving = new Map<string, Task>();
  #removed = 0;
  #stoppedEver = 0;

  /** Takes what the engine tells. Gives the gid that an event is about, and whether its task had stopped before. */
  take(message: Message): { readonly gid: string; readonly wasStopped: boolean } | null {
    if (message.type === 'snapshot') this.#begin(message.tasks);
    if (message.type !== 'event') return null;
    const gid = gidOf(message.payload.taskId);
    const wasStopped = this.#stopped.has(gid);
    this.#follow(gid, message);
    return { gid, wasStopped };
  }

  #begin(tasks: readonly Task[]): void {
    const over: Task[] = [];
    for (const task of tasks) {
      this.#ids.set(gidOf(task.id), task.id);
      if (task.state === 'done' || task.state === 'failed') over.push(task);
    }
    over.sort((a, b) => (a.finishedAt ?? '').localeCompare(b.finishedAt ?? ''));
    for (const { id } of over) this.#stop(gidOf(id), { id, removed: null });
  }

  #follow(gid: string, { event_type: type, payload: { taskId: id } }: EventMessage): void {
    switch (type) {
      case 'task.added':
        this.#ids.set(gid, id);
        break;
      case 'task.done':
      case 'task.failed':
        this.#stop(gid, { id, removed: null });
        break;
      case 'task.started':
      case 'task.resumed':
      case 'task.paused':
        this.#stopped.delete(gid);
        break;
      case 'task.removed':
        this.#leave(gid, id);
        break;
      default:
        break;
    }
  }

  #stop(gid: string, stopped: Stopped): void {
    this.#stopped.delete(gid);
    this.#stopped.set(gid, stopped);
    this.#stoppedEver += 1;
  }

  #leave(gid: string, id: string): void {
    this.#ids.delete(gid);
    this.#stopped.delete(gid);
    const removed = this.#leaving.get(id);
    this.#leaving.delete(id);
    if (!removed) return;
    this.#stop(gid, { id, removed });
    this.#removed += 1;
    if (this.#removed > MOST_REMOVED) this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const [gid, { removed }] of this.#stopped) {
      if (removed) return void this.forget(gid);
    }
  }

  // ---- removed tasks

  /** It is about to be removed, and to be remembered as it is now; what is given back takes that back. */
  leaving(task: Task): () => void {
    this.#leaving.set(task.id, task);
    return () => void this.#leaving.delete(task.id);
  }

  removed(gid: string): Task | null {
    return this.#stopped.get(gid)?.removed ?? null;
  }

  /** A removed task is remembered no longer. */
  forget(gid: string): void {
    if (this.#stopped.get(gid)?.removed && this.#stopped.delete(gid)) this.#removed -= 1;
  }

  // ---- looking

  /** In the order in which they stopped. */
  get stopped(): readonly Stopped[] {
    return [...this.#stopped.values()];
  }

  get stoppedCount(): number {
    return this.#stopped.size;
  }

  /** Those that were there at the start included. */
  get stoppedEver(): number {
    return this.#stoppedEver;
  }

  /** The id of a task of the list, or null. */
  idOf(gid: string): string | null {
    return this.#ids.get(gid) ?? null;
  }

  /** The whole gid for one that may be cut short, as aria2 allows it. Throws what aria2 says. */
  resolve(text: string): string {
    if (!/^[0-9a-f]{1,16}$/i.test(text)) throw refused(`Invalid GID ${text}`);
    const given = text.toLowerCase();
    if (given.length === 16) {
      if (this.#ids.has(given) || this.removed(given)) return given;
      throw refused(`GID ${text} is not found`);
    }
    const found = new Set<string>();
    for (const gids of [this.#ids, this.#stopped]) {
      for (const gid of gids.keys()) if (gid.startsWith(given)) found.add(gid);
    }
    const [gid] = found;
    if (gid === undefined) throw refused(`GID ${text} is not found`);
    if (found.size > 1) throw refused(`GID ${text} is not unique`);
    return gid;
  }
}
