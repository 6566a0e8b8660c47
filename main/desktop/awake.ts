import { powerSaveBlocker } from 'electron';

/** Keeps the computer from going to sleep by itself while something runs. */
export class Awake {
  #id: number | null = null;

  update(isWanted: boolean): void {
    if (isWanted === (this.#id !== null)) return;
    if (this.#id !== null) powerSaveBlocker.stop(this.#id);
    this.#id = isWanted ? powerSaveBlocker.start('prevent-app-suspension') : null;
  }
}
