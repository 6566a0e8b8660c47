import type { TaskRecord } from '../../main/task/record.ts';
import type { Store } from '../../main/task/store.ts';

/** What users were promised by answers and events, whichever process gave them. */
export class Promised {
  readonly #broken: (promise: string) => void;
  /** Ids that were answered as added, and not removed since. */
  readonly there = new Set<string>();
  /** Ids that the user has paused, and not let go on since. */
  readonly paused = new Set<string>();
  /** Ids that were told to be done, with their file remembered. */
  readonly done = new Set<string>();

  constructor(broken: (promise: string) => void) {
    this.#broken = broken;
  }

  forget(id: string): void {
    for (const ids of [this.there, this.paused, this.done]) ids.delete(id);
  }

  checkPaused(find: (id: string) => TaskRecord | undefined): void {
    for (const id of this.paused) {
      const state = find(id)?.state;
      if (state !== 'paused') this.#broken(`${id}: was paused by the user and is ${state}`);
    }
  }

  /** What is remembered, by a kill or an end in good order. */
  checkLoaded(records: readonly TaskRecord[], store: Store): void {
    const staying = new Map(records.filter(({ removing }) => removing === null).map((one) => [one.id, one]));
    const lost = [...this.there].filter((id) => !staying.has(id));
    const back = [...staying.keys()].filter((id) => !this.there.has(id));
    if (lost.length > 0) this.#broken(`lost: ${lost}`);
    if (back.length > 0) this.#broken(`come back: ${back}`);
    if (new Set(records.map(({ id }) => id)).size !== records.length) this.#broken('doubled by a kill');
    const history = new Set(store.searchHistory({ q: '', limit: 1000, before: null }).entries.map(entryKey));
    for (const { id, state, finished, error } of staying.values()) {
      if (this.paused.has(id) && (state !== 'paused' || error)) this.#broken(`${id}: paused, now ${state}`);
      if (this.done.has(id) && state !== 'done' && !finished) this.#broken(`${id}: done, now ${state}`);
      if ((state === 'done' || state === 'failed') && !history.has(`${id} ${state}`)) {
        this.#broken(`${id}: ${state} without its entry in the history`);
      }
    }
  }
}

function entryKey({ taskId, outcome }: { taskId: string; outcome: string }): string {
  return `${taskId} ${outcome}`;
}
