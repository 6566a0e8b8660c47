import { EventEmitter } from 'node:events';

/** What quitting needs of a window. */
export interface OpenWindow {
  close(): void;
  show(): void;
  isDestroyed(): boolean;
}

/** The windows that are not closed, by id. Says `closed` after each that goes, and `stays` when one refuses to. */
class OpenWindows extends EventEmitter {
  readonly #windows = new Map<number, OpenWindow>();
  #lastId = 0;

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  get all(): OpenWindow[] {
    return [...this.#windows.values()];
  }

  add(id: number, window: OpenWindow): void {
    this.#windows.set(id, window);
  }

  remove(id: number): void {
    this.#windows.delete(id);
    this.emit('closed');
  }

  stays(): void {
    this.emit('stays');
  }
}

export const openWindows = new OpenWindows();
