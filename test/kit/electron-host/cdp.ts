import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { CDPSession } from 'playwright-core';

/** Commands to, and events of, the browser or one page. */
export type CdpSession = Pick<CDPSession, 'send' | 'on' | 'once' | 'off'>;

interface Pending {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: Error) => void;
}

interface Incoming {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** The DevTools protocol over a pipe: JSON messages, each ended by a NUL. */
export class Cdp {
  readonly #out: Writable;
  readonly #pending = new Map<number, Pending>();
  readonly #emitters = new Map<string | undefined, EventEmitter>();
  readonly #parts: string[] = [];
  #sent = 0;
  #isClosed = false;

  constructor(out: Writable, incoming: Readable) {
    this.#out = out;
    out.on('error', () => this.#close());
    incoming.setEncoding('utf8');
    incoming.on('data', (text: string) => this.#take(text));
    incoming.on('close', () => this.#close());
  }

  /** The session of that id; without one, that of the browser. */
  session(id?: string): CdpSession {
    const emitter = new EventEmitter();
    emitter.setMaxListeners(0);
    this.#emitters.set(id, emitter);
    const send = (method: string, params: object = {}) => this.#send(method, params, id);
    return Object.assign(emitter, { send }) as unknown as CdpSession;
  }

  #send(method: string, params: object, sessionId: string | undefined): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new Error(`${method}: the browser is gone`));
    this.#sent += 1;
    const id = this.#sent;
    const answer = new Promise((resolve, reject) => this.#pending.set(id, { method, resolve, reject }));
    this.#out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return answer;
  }

  #take(text: string): void {
    const [first = '', ...more] = text.split('\0');
    this.#parts.push(first);
    for (const next of more) {
      const message = this.#parts.splice(0).join('');
      this.#parts.push(next);
      this.#receive(JSON.parse(message));
    }
  }

  #receive({ id, sessionId, method, params, result, error }: Incoming): void {
    if (id === undefined) {
      if (method !== undefined) this.#emitters.get(sessionId)?.emit(method, params);
      return;
    }
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) pending?.reject(new Error(`${pending.method}: ${error.message}`));
    else pending?.resolve(result);
  }

  #close(): void {
    this.#isClosed = true;
    for (const { method, reject } of this.#pending.values())
      reject(new Error(`${method}: the browser is gone`));
    this.#pending.clear();
  }
}
