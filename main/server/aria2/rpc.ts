import type { ServerContext } from '../context.ts';
import type { KnownTasks } from './known-tasks.ts';
import { createMethods, type Method, rpcErrorOf } from './methods.ts';
import {
  INVALID_PARAMS,
  INVALID_REQUEST,
  isStruct,
  PARSE_ERROR,
  Params,
  RpcError,
  refused,
} from './params.ts';

/** Aria2's JSON-RPC, whatever carries it: aria2c(1), RPC INTERFACE. */

const TOKEN = 'token:';
/** A body above this is read only by who begins with a right token: reading costs more than sending. */
const UNSEEN_CHARACTERS = 64 * 1024;
const TOKEN_CHARACTERS = 4096;

/** aria2's statuses for the codes of errors; all else is 400. */
const STATUSES: ReadonlyMap<number, number> = new Map([
  [PARSE_ERROR, 500],
  [INVALID_PARAMS, 500],
]);

export interface RpcAnswer {
  /** Of HTTP. */
  readonly status: number;
  /** JSON. */
  readonly text: string;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Who asks, and what it has shown of itself while it did. */
export interface Caller {
  /** A right token has come from it. */
  trusted: boolean;
  /** Wrong tokens of the present message. */
  readonly wrong: Set<string>;
}

export class Rpc {
  readonly #isToken: (text: string) => boolean;
  readonly #methods: ReadonlyMap<string, Method>;

  constructor(context: ServerContext, known: KnownTasks) {
    this.#isToken = context.isToken;
    this.#methods = createMethods(context, known);
  }

  /** What a message is answered with: a call, or a list of them. */
  async answer(text: string, caller: Caller): Promise<RpcAnswer> {
    const { status, body } = await this.#reply(text, caller);
    try {
      return { status, text: JSON.stringify(body) };
    } catch {
      // An id of ten thousand lists in each other is read, and cannot be written.
      return answerOf(protocolError(PARSE_ERROR));
    }
  }

  async #reply(text: string, caller: Caller): Promise<Reply> {
    if (text.length > UNSEEN_CHARACTERS && !this.#beginsWell(text, caller)) {
      return failed(null, refused('Unauthorized'));
    }
    const message = parsed(text);
    if (Array.isArray(message)) {
      const answers: unknown[] = [];
      // As aria2 does, what is no call is passed over.
      for (const each of message.filter(isStruct)) answers.push((await this.#answerOne(each, caller)).body);
      return { status: 200, body: answers };
    }
    if (isStruct(message)) return this.#answerOne(message, caller);
    // A bare number is no JSON to aria2.
    const broken = message === undefined || typeof message === 'number';
    const code = broken ? PARSE_ERROR : INVALID_REQUEST;
    return failed(null, protocolError(code));
  }

  async #answerOne(message: Readonly<Record<string, unknown>>, caller: Caller): Promise<Reply> {
    const { id = null, method, params = [] } = message;
    // It could not be given back as it came; aria2 cannot read it either.
    if (typeof id === 'number' && Math.abs(id) > Number.MAX_SAFE_INTEGER) {
      return failed(null, protocolError(PARSE_ERROR));
    }
    try {
      if (!Object.hasOwn(message, 'id') || typeof method !== 'string') throw protocolError(INVALID_REQUEST);
      if (!Array.isArray(params)) throw protocolError(INVALID_PARAMS);
      const result =
        method === 'system.multicall'
          ? await this.#multicall(new Params(params), caller)
          : await this.#run(method, params, caller);
      return { status: 200, body: { id, jsonrpc: '2.0', result } };
    } catch (thrown) {
      return failed(id, rpcErrorOf(thrown));
    }
  }

  /** Each call with a token of its own; what one of them is refused with stands in its place. */
  async #multicall(params: Params, caller: Caller): Promise<unknown[]> {
    const results: unknown[] = [];
    for (const call of params.list(0)) {
      try {
        results.push([await this.#inner(call, caller)]);
      } catch (thrown) {
        const { code, message } = rpcErrorOf(thrown);
        results.push({ code, message });
      }
    }
    return results;
  }

  async #inner(call: unknown, caller: Caller): Promise<unknown> {
    if (!isStruct(call)) throw refused('system.multicall expected struct.');
    const { methodName, params } = call;
    if (typeof methodName !== 'string') throw refused('Missing methodName.');
    if (methodName === 'system.multicall') throw refused('Recursive system.multicall forbidden.');
    return this.#run(methodName, Array.isArray(params) ? params : [], caller);
  }

  async #run(name: string, params: readonly unknown[], caller: Caller): Promise<unknown> {
    const method = this.#methods.get(name);
    if (name === 'system.listMethods' || name === 'system.listNotifications') return method?.(new Params([]));
    const [token, ...rest] = params;
    this.#authorize(token, caller);
    if (!method) throw refused(`No such method: ${name}`);
    return method(new Params(rest));
  }

  #authorize(given: unknown, caller: Caller): void {
    if (typeof given === 'string' && given.startsWith(TOKEN)) {
      const token = given.slice(TOKEN.length);
      if (this.#isToken(token)) {
        caller.trusted = true;
        return;
      }
      caller.wrong.add(token);
    }
    throw refused('Unauthorized');
  }

  #beginsWell(text: string, caller: Caller): boolean {
    // Looked for at one place only: of what a stranger sends, no search may take long.
    const at = text.indexOf(`"${TOKEN}`);
    const [literal = '""'] = /^"(?:[^"\\]|\\.)*"/.exec(text.slice(at, at + TOKEN_CHARACTERS)) ?? [];
    try {
      this.#authorize(JSON.parse(literal), caller);
      return true;
    } catch {
      return false;
    }
  }
}

const SENTENCES = {
  [PARSE_ERROR]: 'Parse error.',
  [INVALID_REQUEST]: 'Invalid Request.',
  [INVALID_PARAMS]: 'Invalid params.',
} as const;

const protocolError = (code: keyof typeof SENTENCES): RpcError => new RpcError(code, SENTENCES[code]);

/** An error that belongs to no call. */
export function answerOf(error: RpcError): RpcAnswer {
  const { status, body } = failed(null, error);
  return { status, text: JSON.stringify(body) };
}

function failed(id: unknown, { code, message }: RpcError): Reply {
  return { status: STATUSES.get(code) ?? 400, body: { id, jsonrpc: '2.0', error: { code, message } } };
}

/** Undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
