import type { Slot } from './slots.ts';

export interface PackageSlotsOptions {
  /** The package's own, which it keeps for its next item. */
  readonly own: Slot;
  /** One that nobody else wants, or null. */
  readonly more: () => Slot | null;
  /** Aborted when the package is told to stop. */
  readonly signal: AbortSignal;
  /** Its own slot is there again. */
  readonly onBack: () => void;
}

/** The slots of one package at work: its own, and what other tasks leave. Each item that runs has one. */
export class PackageSlots {
  readonly #options: PackageSlotsOptions;
  readonly #more = new Set<Slot>();
  /** Some item has it, or it is lent and not back yet. */
  #ownInUse = false;
  #over = false;

  constructor(options: PackageSlotsOptions) {
    this.#options = options;
  }

  /** For one more item; null while there is none. */
  take(): Slot | null {
    if (this.#over) return null;
    if (!this.#ownInUse) return this.#takeOwn();
    const slot = this.#options.more();
    if (!slot) return null;
    this.#more.add(slot);
    return {
      wait: (until) => slot.wait(until),
      goOn: (signal) => slot.goOn(signal),
      release: () => {
        this.#more.delete(slot);
        slot.release();
      },
    };
  }

  /** All of them at once: the package is over, or is not to run any more. */
  release(): void {
    this.#over = true;
    for (const slot of this.#more) slot.release();
    this.#more.clear();
    this.#options.own.release();
  }

  #takeOwn(): Slot {
    const { own } = this.#options;
    let mine = true;
    this.#ownInUse = true;
    return {
      wait: (until) => {
        if (mine) own.wait(until);
      },
      goOn: (signal) => (mine ? own.goOn(signal) : null),
      release: () => {
        if (mine) this.#keepOwn();
        mine = false;
      },
    };
  }

  /** The item before may have lent it: it is waited for like by an item that goes on. */
  #keepOwn(): void {
    const { own, signal, onBack } = this.#options;
    const back = own.goOn(signal);
    if (back === null) {
      this.#ownInUse = false;
      return;
    }
    void back.then(() => {
      this.#ownInUse = false;
      if (!this.#over && !signal.aborted) onBack();
    });
  }
}
