import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SatchelError } from '../../contract/errors.ts';
import type { EventType } from '../../contract/events.ts';
import type { ServerContext } from '../context.ts';
import { callerOf } from '../network-address.ts';
import { problemOf, sendProblem } from '../problem.ts';
import { WrongTokens } from '../wrong-tokens.ts';
import { KnownTasks } from './known-tasks.ts';
import { NOTIFICATIONS, rpcErrorOf } from './methods.ts';
import { answerOf, type Caller, Rpc, type RpcAnswer } from './rpc.ts';
import { Sockets } from './sockets.ts';

/** aria2's clients send torrents in them, which we refuse in aria2's own way. */
const BODY_BYTES = 8 * 1024 * 1024;
const MEDIA_TYPE = 'application/json-rpc';
/** Wrong tokens in one message; of one with more nothing is answered. */
const MOST_GUESSES = 16;
const PATH = '/jsonrpc';
const TOO_MANY = 429;

export interface Aria2Options {
  /** Slows down who guesses; left out: guesses are counted here alone. */
  readonly wrongTokens?: WrongTokens;
}

/** aria2's JSON-RPC, over POST and over a WebSocket, so that its clients work with us. Each call carries its token. */
export function aria2Routes(app: FastifyInstance, context: ServerContext, options: Aria2Options = {}): void {
  const door = new Door(context, options.wrongTokens ?? new WrongTokens(context.clock));
  app.addHook('preClose', async () => door.close());
  void app.register((scope, _, ready) => {
    // Pages send text/plain, which spares them a preflight; aria2 looks at no type at all.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: BODY_BYTES }, (_request, body, done) => {
      done(null, body);
    });
    scope.route({
      method: 'POST',
      url: PATH,
      config: { open: true },
      bodyLimit: BODY_BYTES,
      handler: async (request, reply) => {
        const text = typeof request.body === 'string' ? request.body : '';
        const answer = await door.answer(text, { trusted: false, wrong: new Set() }, request);
        // As bytes: to a text a charset would be added, of which the type knows nothing.
        return reply.code(answer.status).type(MEDIA_TYPE).send(Buffer.from(answer.text));
      },
    });
    scope.route({
      method: 'GET',
      url: PATH,
      config: { open: true },
      // A page's address could make a browser call that, whoever's page it stands in.
      handler: (request, reply) => {
        const error = new SatchelError('bad-input', 'calls are sent with POST, or over a WebSocket');
        return sendProblem(reply.header('allow', 'POST'), { ...problemOf(error, request.id), status: 405 });
      },
      wsHandler: (socket, request) => door.add(socket, request),
    });
    ready();
  });
}

type AddSocket = Parameters<Sockets['add']>[0];

class Door {
  readonly #context: ServerContext;
  readonly #wrongTokens: WrongTokens;
  readonly #known = new KnownTasks();
  readonly #sockets: Sockets;
  readonly #rpc: Rpc;
  #following: { close(): void } | null = null;

  constructor(context: ServerContext, wrongTokens: WrongTokens) {
    this.#context = context;
    this.#wrongTokens = wrongTokens;
    this.#sockets = new Sockets(context.clock);
    this.#rpc = new Rpc(context, this.#known);
  }

  add(socket: AddSocket, request: FastifyRequest): void {
    this.#follow();
    const { clients } = this.#context;
    clients.ws += 1;
    socket.once('close', () => {
      clients.ws -= 1;
    });
    this.#sockets.add(socket, async (text, caller) => (await this.answer(text, caller, request)).text);
  }

  /** The answer to whoever has guessed at the token comes late. Never rejects. */
  async answer(text: string, caller: Caller, request: FastifyRequest): Promise<RpcAnswer> {
    this.#follow();
    const answer = await this.#rpc.answer(text, caller);
    const guesses = caller.wrong.size;
    caller.wrong.clear();
    try {
      for (let n = 0; n < Math.min(guesses, MOST_GUESSES); n++) {
        await this.#wrongTokens.wait(callerOf(request.socket.remoteAddress));
      }
      // Whether one of them was right is not said.
      if (guesses > MOST_GUESSES) throw new SatchelError('rate-limited');
    } catch (thrown) {
      return { ...answerOf(rpcErrorOf(thrown)), status: TOO_MANY };
    }
    return answer;
  }

  close(): void {
    this.#following?.close();
    this.#sockets.close();
  }

  /** From the first call on: who has no client of aria2's need not bear what following costs. */
  #follow(): void {
    this.#following ??= this.#context.engine.subscribe((message) => {
      const about = this.#known.take(message);
      if (about === null || message.type !== 'event') return;
      const name = notificationFor(message.event_type);
      // A result that is put away is no download that stops.
      const putAway = message.event_type === 'task.removed' && about.wasStopped;
      if (name !== null && !putAway) this.#sockets.notify(name, about.gid);
    });
  }
}

function notificationFor(type: EventType): string | null {
  return Object.hasOwn(NOTIFICATIONS, type) ? NOTIFICATIONS[type as keyof typeof NOTIFICATIONS] : null;
}
