type Listener = (...args: unknown[]) => void;

interface Entry {
  readonly listener: Listener;
  readonly isOnce: boolean;
}

/** Node's EventEmitter as far as a preload script has it. Sent to the page as text, see scripts.ts. */
export class Emitter {
  readonly #entries = new Map<string, Entry[]>();

  on(name: string, listener: Listener): this {
    return this.#add(name, { listener, isOnce: false });
  }

  addListener(name: string, listener: Listener): this {
    return this.on(name, listener);
  }

  once(name: string, listener: Listener): this {
    return this.#add(name, { listener, isOnce: true });
  }

  off(name: string, listener: Listener): this {
    const entries = [...(this.#entries.get(name) ?? [])];
    const at = entries.findLastIndex((entry) => entry.listener === listener);
    if (at >= 0) entries.splice(at, 1);
    this.#entries.set(name, entries);
    return this;
  }

  removeListener(name: string, listener: Listener): this {
    return this.off(name, listener);
  }

  removeAllListeners(name?: string): this {
    if (name === undefined) this.#entries.clear();
    else this.#entries.delete(name);
    return this;
  }

  emit(name: string, ...args: unknown[]): boolean {
    const entries = this.#entries.get(name) ?? [];
    for (const { listener, isOnce } of entries) {
      if (isOnce) this.off(name, listener);
      listener.apply(this, args);
    }
    return entries.length > 0;
  }

  listenerCount(name: string): number {
    return this.#entries.get(name)?.length ?? 0;
  }

  listeners(name: string): Listener[] {
    return (this.#entries.get(name) ?? []).map(({ listener }) => listener);
  }

  #add(name: string, entry: Entry): this {
    // A copy: those that are being told are not changed meanwhile.
    this.#entries.set(name, [...(this.#entries.get(name) ?? []), entry]);
    return this;
  }
}
