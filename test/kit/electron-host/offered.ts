import { EventEmitter } from 'node:events';

/** What JavaScript itself, Node and test tools ask of any object. */
const ASKED_OF_ANY = new Set<PropertyKey>([
  'then',
  'toJSON',
  'asymmetricMatch',
  'nodeType',
  'tagName',
  '$$typeof',
]);

/** Events that Node's own tools listen for on any emitter. */
const HEARD_OF_ANY = new Set<PropertyKey>(['error', 'newListener', 'removeListener']);

/** Makes every member that `object` does not have throw by its name, instead of being undefined. */
export function offered<T extends object>(name: string, object: T): T {
  return new Proxy(object, {
    get(target, key, receiver) {
      if (key in target || typeof key === 'symbol' || ASKED_OF_ANY.has(key)) {
        return Reflect.get(target, key, receiver);
      }
      throw notOffered(`${name}.${key}`);
    },
  });
}

export function notOffered(what: string): Error {
  return new Error(`electron-host: ${what} is not offered`);
}

/** Gives a proxy: what is derived from this class puts its private fields there, and `this` is always the proxy. */
class Guarded extends EventEmitter {
  constructor(name: string) {
    super();
    this.setMaxListeners(0);
    // biome-ignore lint/correctness/noConstructorReturn: one object, the same for the host and for the app.
    return offered(name, this);
  }
}

/** What every object of the host with events is made of: members and events that it does not have throw by name. */
export class Offered extends Guarded {
  readonly #name: string;
  readonly #events: ReadonlySet<PropertyKey> | null;

  /** `events` null: any, as the channels of ipcMain. */
  constructor(name: string, events: readonly string[] | null) {
    super(name);
    this.#name = name;
    this.#events = events === null ? null : new Set(events);
  }

  override on(event: string | symbol, listener: (...args: never[]) => void): this {
    this.#mustHave(event);
    return super.on(event, listener as () => void);
  }

  override addListener(event: string | symbol, listener: (...args: never[]) => void): this {
    return this.on(event, listener);
  }

  override prependListener(event: string | symbol, listener: (...args: never[]) => void): this {
    this.#mustHave(event);
    return super.prependListener(event, listener as () => void);
  }

  #mustHave(event: string | symbol): void {
    if (this.#events === null || this.#events.has(event) || HEARD_OF_ANY.has(event)) return;
    throw notOffered(`the event '${String(event)}' of ${this.#name}`);
  }
}
