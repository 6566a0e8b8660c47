// contextBridge: values between the two worlds of one document, at once. A DOM event that one world dispatches runs the
// listeners of the other before `dispatchEvent` returns, and Blink clones the `detail` of a CustomEvent for a world that
// did not make it; so everything that can be cloned crosses as it is, files too. Sent to the page as text, see scripts.ts.

/** Where a function, a promise or an error was, and what to ask of the other world for it. */
interface Stand {
  readonly '\u0000bridge': 'function' | 'promise' | 'error';
  readonly id?: number;
  readonly message?: string;
}

interface Call {
  readonly operation: string;
  readonly args: readonly never[];
}

type Reply = { readonly value: unknown } | { readonly error: unknown };

interface Settle {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

export class Bridge {
  /** What the other world may ask for, by name. */
  readonly operations: Record<string, (...args: never[]) => unknown>;
  readonly #out: string;
  readonly #functions = new Map<number, (...args: unknown[]) => unknown>();
  readonly #promises = new Map<number, Settle>();
  /** As they were before any script of the page could replace them. */
  readonly #dispatch = window.dispatchEvent.bind(window);
  readonly #Event = CustomEvent;
  #lastId = 0;
  #reply: Reply | null = null;

  /** `out` and `incoming` name the events of this and of the other world. */
  constructor(out: string, incoming: string) {
    this.#out = out;
    this.operations = {
      call: (id: number, args: unknown[]) => this.#run(id, args),
      settle: (id: number, isFulfilled: boolean, value: unknown) => this.#settle(id, isFulfilled, value),
    };
    this.#listen(incoming, ({ operation, args }: Call) => this.#answer(operation, args));
    this.#listen(`${incoming}:reply`, (reply: Reply) => {
      this.#reply = reply;
    });
  }

  /** Has the other world do it, now. Throws what was thrown there. */
  ask(operation: string, ...args: unknown[]): unknown {
    this.#reply = null;
    this.#dispatch(new this.#Event(this.#out, { detail: { operation, args } }));
    const reply = this.#reply as Reply | null;
    this.#reply = null;
    if (reply === null) throw new Error('the other world is gone');
    if ('error' in reply) throw this.revive(reply.error, false);
    return reply.value;
  }

  /** As it can cross. `seen` keeps what is there twice one object. */
  wrap(value: unknown, depth = 0, seen = new Map<object, unknown>()): unknown {
    if (depth > 1000) {
      throw new TypeError(
        'Electron contextBridge recursion depth exceeded.  Nested objects deeper than 1000 are not supported.',
      );
    }
    if (typeof value === 'function') return this.#wrapFunction(value as () => unknown);
    if (typeof value === 'symbol') return undefined;
    if (value === null || typeof value !== 'object') return value;
    if (seen.has(value)) return seen.get(value);
    if (value instanceof Promise) return this.#wrapPromise(value);
    if (value instanceof Error) return { '\u0000bridge': 'error', message: value.message } satisfies Stand;
    const isList = Array.isArray(value);
    if (!isList && !this.#isPlain(value)) return this.#cloneable(value);
    const copy: Record<string, unknown> = (isList ? new Array(value.length) : {}) as never;
    seen.set(value, copy);
    const keys = isList ? [...value.keys()] : Object.keys(value);
    for (const key of keys) copy[key] = this.wrap(value[key as never], depth + 1, seen);
    return copy;
  }

  /** What the other world has wrapped; `freeze` for what is exposed, which the page must not change. */
  revive(value: unknown, freeze: boolean, seen = new Map<object, unknown>()): unknown {
    if (value === null || typeof value !== 'object') return value;
    if (seen.has(value)) return seen.get(value);
    const stand = value as Partial<Stand>;
    if (stand['\u0000bridge'] !== undefined) return this.#reviveStand(stand as Stand);
    const isList = Array.isArray(value);
    if (!isList && Object.getPrototypeOf(value) !== Object.prototype) return value;
    const copy: Record<string, unknown> = (isList ? new Array(value.length) : {}) as never;
    seen.set(value, copy);
    for (const key of Object.keys(value)) copy[key] = this.revive(value[key as never], freeze, seen);
    return freeze ? Object.freeze(copy) : copy;
  }

  #listen<Detail>(name: string, take: (detail: Detail) => void): void {
    const listener = (event: Event) => {
      event.stopImmediatePropagation();
      take((event as CustomEvent<Detail>).detail);
    };
    window.addEventListener(name, listener, true);
  }

  #answer(operation: string, args: readonly never[]): void {
    let reply: Reply;
    try {
      reply = { value: this.operations[operation]?.(...args) };
    } catch (thrown) {
      reply = { error: this.wrap(thrown instanceof Error ? thrown : new Error(String(thrown))) };
    }
    this.#dispatch(new this.#Event(`${this.#out}:reply`, { detail: reply }));
  }

  #run(id: number, args: unknown[]): unknown {
    const given = this.revive(args, false) as unknown[];
    return this.wrap(this.#functions.get(id)?.(...given));
  }

  #settle(id: number, isFulfilled: boolean, value: unknown): void {
    const settle = this.#promises.get(id);
    this.#promises.delete(id);
    if (isFulfilled) settle?.resolve(this.revive(value, false));
    else settle?.reject(this.revive(value, false));
  }

  #wrapFunction(value: (...args: unknown[]) => unknown): Stand {
    this.#lastId += 1;
    this.#functions.set(this.#lastId, value);
    return { '\u0000bridge': 'function', id: this.#lastId };
  }

  #wrapPromise(value: Promise<unknown>): Stand {
    this.#lastId += 1;
    const id = this.#lastId;
    const tell = (isFulfilled: boolean) => (settled: unknown) =>
      this.ask('settle', id, isFulfilled, this.wrap(settled));
    value.then(tell(true), tell(false));
    return { '\u0000bridge': 'promise', id };
  }

  #reviveStand({ '\u0000bridge': what, id = 0, message = '' }: Stand): unknown {
    if (what === 'error') return new Error(message);
    if (what === 'function') {
      return (...args: unknown[]) => this.revive(this.ask('call', id, this.wrap(args)), false);
    }
    return new Promise((resolve, reject) => this.#promises.set(id, { resolve, reject }));
  }

  /** An object of this world's or another's making; everything of the platform has its own name there. */
  #isPlain(value: object): boolean {
    if (Object.prototype.toString.call(value) !== '[object Object]') return false;
    const prototype = Object.getPrototypeOf(value);
    const maker = prototype?.constructor;
    if (typeof maker !== 'function' || maker.name === 'Object') return true;
    return !Function.prototype.toString.call(maker).includes('[native code]');
  }

  #cloneable(value: object): object {
    try {
      structuredClone(value);
      return value;
    } catch {
      throw new Error('An object could not be cloned.');
    }
  }
}
