import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { SatchelError } from '../contract/errors.ts';
import { API } from '../contract/routes.ts';
import type { Clock, Timer } from '../world/clock.ts';
import type { ServerContext } from './context.ts';
import { Encoder } from './event-encoder.ts';
import type { Identity } from './guard.ts';
import type { Sessions } from './sessions.ts';

/** A client with more unsent than this is slow: it gets the newest state when it has caught up to the lower one. */
const SLOW_BYTES = 1024 * 1024;
const CAUGHT_UP_BYTES = 64 * 1024;
/** Proxies cut a connection that is silent for a minute, some after 30 s. */
const HEARTBEAT_MS = 15_000;
/** A close code of our own (RFC 6455 §7.4.2), after 401: sign in again. */
const SIGN_IN = 4401;

export interface EventRoutesOptions {
  readonly sessions: Sessions;
  /** How many listen, by carrier. */
  readonly clients: { ws: number; sse: number };
}

/** What happens, as it happens: over a WebSocket or, for who accepts text/event-stream, as server-sent events. */
export function eventRoutes(app: FastifyInstance, context: ServerContext, options: EventRoutesOptions): void {
  const hub = new Hub(context, options);
  app.route({
    method: 'GET',
    url: `${API}/events`,
    handler: (request, reply) => {
      if (!/\btext\/event-stream\b/.test(request.headers.accept ?? '')) {
        throw new SatchelError('bad-input', 'a WebSocket, or Accept: text/event-stream');
      }
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      hub.addStream(request, reply.raw);
    },
    wsHandler: (socket, request) => hub.addSocket(request, socket),
  });
  app.addHook('preClose', async () => hub.close());
}

interface Client {
  /** Asks whether it is still there. */
  readonly beat: () => void;
  /** Its session is over. */
  readonly end: () => void;
  readonly identity: Identity;
}

class Hub {
  readonly #context: ServerContext;
  readonly #options: EventRoutesOptions;
  readonly #encoder = new Encoder();
  readonly #clients = new Set<Client>();
  readonly #streams = new Set<FastifyReply['raw']>();
  #timer: Timer | null = null;

  constructor(context: ServerContext, options: EventRoutesOptions) {
    this.#context = context;
    this.#options = options;
  }

  addSocket(request: FastifyRequest, socket: WebSocket): void {
    const { engine } = this.#context;
    const { clients } = this.#options;
    let slow = false;
    let answered = true;
    const written = () => {
      if (!slow || socket.bufferedAmount > CAUGHT_UP_BYTES) return;
      slow = false;
      subscription.drained();
    };
    const client: Client = {
      identity: request.identity,
      beat: () => {
        if (!answered) socket.terminate();
        answered = false;
        socket.ping();
      },
      end: () => socket.close(SIGN_IN, 'sign in again'),
    };
    const ready = () => {
      slow ||= socket.bufferedAmount > SLOW_BYTES;
      return !slow;
    };
    clients.ws += 1;
    socket.on('pong', () => {
      answered = true;
    });
    // Nothing is asked for over it; a client that floods us is not read to its end.
    socket.on('error', () => socket.terminate());
    socket.once('close', () => {
      clients.ws -= 1;
      this.#clients.delete(client);
      subscription.close();
    });
    this.#add(client);
    const subscription = engine.subscribe(
      (message, number) => {
        if (socket.readyState !== socket.OPEN) return;
        socket.send(this.#encoder.frame(message, number), { binary: false }, written);
      },
      { ready, ...this.#encoder.since(sinceOf(request)) },
    );
  }

  addStream(request: FastifyRequest, response: FastifyReply['raw']): void {
    const { engine } = this.#context;
    const { clients } = this.#options;
    let slow = false;
    const client: Client = {
      identity: request.identity,
      beat: () => void response.write(':\n\n'),
      end: () => response.end(),
    };
    clients.sse += 1;
    response.on('error', () => response.destroy());
    response.on('drain', () => {
      slow = false;
      subscription.drained();
    });
    this.#streams.add(response);
    response.once('close', () => {
      clients.sse -= 1;
      this.#streams.delete(response);
      this.#clients.delete(client);
      subscription.close();
    });
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx would collect them.
      'x-accel-buffering': 'no',
    });
    this.#add(client);
    const subscription = engine.subscribe(
      (message, number) => {
        if (response.writableEnded || response.destroyed) return;
        const flowing = response.write(this.#encoder.event(message, number));
        slow ||= !flowing && response.writableLength > SLOW_BYTES;
      },
      { ready: () => !slow, ...this.#encoder.since(sinceOf(request)) },
    );
  }

  /** Streams end; sockets are told by whoever has opened them. */
  close(): void {
    this.#timer?.stop();
    this.#timer = null;
    for (const response of this.#streams) response.end();
  }

  #add(client: Client): void {
    this.#clients.add(client);
    this.#timer ??= this.#beatLater(this.#context.clock);
  }

  #beatLater(clock: Clock): Timer {
    return clock.after(HEARTBEAT_MS, () => {
      for (const client of this.#clients) {
        const { identity } = client;
        const over = identity.kind === 'session' && !this.#options.sessions.isOpen(identity.session);
        if (over) client.end();
        else client.beat();
      }
      this.#timer = this.#clients.size > 0 ? this.#beatLater(clock) : null;
    });
  }
}

/** A browser says where it was by itself (`Last-Event-ID`); others ask with `since`. */
function sinceOf({ headers, query }: FastifyRequest): string | null {
  const last = headers['last-event-id'];
  if (typeof last === 'string') return last;
  const { since } = query as { since?: unknown };
  return typeof since === 'string' ? since : null;
}
