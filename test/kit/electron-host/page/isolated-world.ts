import type { Bridge } from './bridge.ts';
import type { pack, unpack } from './codec.ts';
import type { MenuWish, tellMenuWishes } from './context-menu.ts';
import type { Emitter } from './emitter.ts';

/** What the preload script can ask of its world. */
export interface PreloadProcess {
  readonly platform: string;
  readonly arch: string;
  readonly versions: Record<string, string | undefined>;
  readonly argv: readonly string[];
  readonly execPath: string;
}

/** To the main process. `value` is packed. */
export type FromPage =
  | { readonly type: 'send'; readonly channel: string; readonly value: string }
  | { readonly type: 'invoke'; readonly channel: string; readonly id: number; readonly value: string }
  | { readonly type: 'context-menu'; readonly wish: MenuWish }
  | { readonly type: 'preload-error'; readonly message: string; readonly stack: string };

/** From the main process. */
export type ToPage =
  | { readonly type: 'message'; readonly channel: string; readonly value: string }
  | { readonly type: 'result'; readonly id: number; readonly value: string }
  | { readonly type: 'failure'; readonly id: number; readonly message: string };

/** A real file that the user gives to the page, as the page will see it. */
export interface OfferedFile {
  readonly path: string;
  readonly name: string;
  readonly size: number;
  readonly lastModified: number;
}

/** What the host calls in this world. */
export interface WorldDoor {
  receive(text: string): void;
  offer(files: readonly OfferedFile[]): void;
}

/** The rest of the world's script. */
export interface Parts {
  readonly bridge: Bridge;
  readonly Emitter: typeof Emitter;
  readonly pack: typeof pack;
  readonly unpack: typeof unpack;
  readonly tellMenuWishes: typeof tellMenuWishes;
  readonly about: PreloadProcess;
  readonly preload: (...globals: unknown[]) => void;
}

type Waiting = { resolve(value: unknown): void; reject(reason: Error): void; readonly channel: string };

/** The world of a sandboxed preload script, and that script. Sent as text, see scripts.ts. */
export class IsolatedWorld {
  readonly #parts: Parts;
  readonly #post: (text: string) => void;
  readonly #calls = new Map<number, Waiting>();
  readonly #paths = new Map<string, string>();
  readonly #ipc: Emitter;
  #lastCall = 0;

  constructor(parts: Parts) {
    const page = globalThis as unknown as {
      electronHostPost?: (text: string) => void;
      electronHost: WorldDoor;
    };
    this.#parts = parts;
    this.#post = page.electronHostPost ?? (() => {});
    delete page.electronHostPost;
    this.#ipc = this.#ipcRenderer();
    page.electronHost = {
      receive: (text) => this.#receive(JSON.parse(text)),
      offer: (files) => {
        for (const file of files) this.#paths.set(this.#keyOf(file), file.path);
      },
    };
  }

  /** Runs the preload script; what it throws is told to the main process. */
  run(): void {
    const { preload, tellMenuWishes } = this.#parts;
    tellMenuWishes((wish) => this.#send({ type: 'context-menu', wish }));
    const { setImmediate, clearImmediate, ...rest } = this.#timers();
    const require = this.#require({ setImmediate, clearImmediate, ...rest });
    const module = { exports: {} };
    try {
      const process = this.#process();
      preload(require, process, undefined, setImmediate, clearImmediate, globalThis, module.exports, module);
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      this.#send({ type: 'preload-error', message: error.message, stack: error.stack ?? '' });
    }
  }

  #send(message: FromPage): void {
    this.#post(JSON.stringify(message));
  }

  #receive(message: ToPage): void {
    const { unpack } = this.#parts;
    if (message.type === 'message') {
      const event = { sender: this.#ipc, ports: [] };
      this.#ipc.emit(message.channel, event, ...(unpack(message.value) as unknown[]));
      return;
    }
    const call = this.#calls.get(message.id);
    this.#calls.delete(message.id);
    if (message.type === 'result') call?.resolve(unpack(message.value));
    else call?.reject(new Error(`Error invoking remote method '${call.channel}': ${message.message}`));
  }

  #ipcRenderer(): Emitter {
    const { Emitter, pack } = this.#parts;
    return Object.assign(new Emitter(), {
      send: (channel: string, ...args: unknown[]) => this.#send({ type: 'send', channel, value: pack(args) }),
      invoke: (channel: string, ...args: unknown[]) => {
        // Thrown at once, before there is a promise, as in Electron.
        const value = pack(args);
        this.#lastCall += 1;
        const id = this.#lastCall;
        this.#send({ type: 'invoke', channel, id, value });
        return new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject, channel }));
      },
      sendSync: () => {
        throw new Error('electron-host: ipcRenderer.sendSync stops the page and is not offered; use invoke');
      },
    });
  }

  #require(timers: object): (id: string) => unknown {
    const { Emitter } = this.#parts;
    const electron = this.#guard('electron', {
      contextBridge: this.#contextBridge(),
      ipcRenderer: this.#guard('ipcRenderer', this.#ipc),
      webUtils: this.#webUtils(),
    });
    const events = Object.assign(Emitter, { EventEmitter: Emitter });
    const modules: Record<string, unknown> = { electron, 'electron/renderer': electron, events, timers };
    modules['url'] = { URL, URLSearchParams };
    return (id) => {
      const name = id.replace(/^node:/, '');
      if (!Object.hasOwn(modules, name)) throw new Error(`module not found: ${id}`);
      return modules[name];
    };
  }

  #contextBridge(): object {
    const { bridge } = this.#parts;
    return this.#guard('contextBridge', {
      exposeInMainWorld: (key: string, api: unknown) => void bridge.ask('expose', key, bridge.wrap(api)),
    });
  }

  #webUtils(): object {
    return this.#guard('webUtils', {
      getPathForFile: (file: File) => {
        if (file instanceof File) return this.#paths.get(this.#keyOf(file)) ?? '';
        throw new TypeError("Failed to execute 'getPathForFile': parameter 1 is not of type 'File'.");
      },
    });
  }

  #keyOf({ name, size, lastModified }: Omit<OfferedFile, 'path'>): string {
    return `${size} ${lastModified} ${name}`;
  }

  #process(): object {
    const { Emitter, about } = this.#parts;
    const facts = { type: 'renderer', sandboxed: true, contextIsolated: true, isMainFrame: true, env: {} };
    const nextTick = (run: (...args: unknown[]) => void, ...args: unknown[]) =>
      queueMicrotask(() => run(...args));
    return this.#guard('process', Object.assign(new Emitter(), facts, about, { nextTick }));
  }

  #timers() {
    const later = (run: (...args: unknown[]) => void, ...args: unknown[]) => setTimeout(run, 0, ...args);
    // They are the window's, and refuse to be called on anything else.
    const ofWindow = Object.entries({ setTimeout, clearTimeout, setInterval, clearInterval });
    const bound = Object.fromEntries(ofWindow.map(([name, timer]) => [name, timer.bind(window)]));
    return { ...bound, setImmediate: later, clearImmediate: clearTimeout.bind(window) };
  }

  #guard<T extends object>(name: string, object: T): T {
    return new Proxy(object, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value === 'function') return value.bind(target);
        if (key in target || typeof key === 'symbol' || key === 'then') return value;
        throw new Error(`electron-host: ${name}.${key} is not offered in a preload script`);
      },
    });
  }
}
