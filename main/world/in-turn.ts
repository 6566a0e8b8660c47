/** Work of which each waits until the one before has ended, however that was. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve();

  /** Gives what the work gives, or rejects as it does. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Resolves when all that was asked for so far has ended. */
  async ended(): Promise<void> {
    await this.#last;
  }
}
