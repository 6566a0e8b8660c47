import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import websocket from '@fastify/websocket';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { SatchelError } from '../contract/errors.ts';
import { newId } from '../world/ids.ts';
import { aria2Routes } from './aria2/routes.ts';
import { contentRoutes } from './content.ts';
import type { ServerContext } from './context.ts';
import { docsRoutes } from './docs.ts';
import { eventRoutes } from './events.ts';
import { guard } from './guard.ts';
import { healthRoutes } from './health.ts';
import { metricsRoutes } from './metrics.ts';
import { type OriginRules, Origins } from './origins.ts';
import { pageRoutes } from './pages.ts';
import { pairingRoutes } from './pairing-routes.ts';
import type { Pairings } from './pairings.ts';
import { problemOf, sendProblem } from './problem.ts';
import { MemoryRateStore, type RateLimit } from './rate-limit.ts';
import { addCommandRoutes } from './routes.ts';
import { sessionRoutes } from './session-routes.ts';
import type { Sessions } from './sessions.ts';
import type { SignInCodes } from './sign-in-codes.ts';
import { staticRoutes } from './static.ts';
import { traceRequests } from './trace-requests.ts';
import { uploadRoutes } from './uploads.ts';
import { WrongTokens } from './wrong-tokens.ts';
import { zipRoutes } from './zip.ts';

export interface AppOptions extends OriginRules {
  readonly context: ServerContext;
  readonly sessions: Sessions;
  readonly pairings: Pairings;
  readonly codes: SignInCodes;
  readonly limit: RateLimit;
  readonly log: Logger;
  /** The folder of the web interface; null where there is none. */
  readonly pages: string | null;
  /** How long a whole request may take to come, its body included. */
  readonly requestMs?: number;
}

/** A whole request, its body included, must be here in so long: one that trickles in holds a connection for nothing. */
const REQUEST_MS = 60_000;
const BODY_BYTES = 1024 * 1024;
/** The largest message a WebSocket client may send; aria2's clients send torrents in them, which we refuse. */
const MESSAGE_BYTES = 8 * 1024 * 1024;

/** RFC 6455 §7.4.1. */
const GOING_AWAY = 1001;

/** The server's parts, put together: log → authenticate → limit → handle. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { context, sessions, pairings, codes, limit, log, requestMs = REQUEST_MS, pages } = options;
  const { clock, isToken } = context;
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: ({ headers }) => requestId(headers['x-request-id']) ?? newId(clock.now()),
    bodyLimit: BODY_BYTES,
    requestTimeout: requestMs,
    // Node looks at the whole request only where the head alone has less time.
    http: {
      connectionsCheckingInterval: requestMs / 20,
      headersTimeout: requestMs / 4,
      requestTimeout: requestMs,
    },
    frameworkErrors: (error, request, reply) => sendProblem(reply, problemOf(error, String(request.id))),
    // A path parameter is an id of ours, or nothing.
    routerOptions: { maxParamLength: 200 },
  }) as unknown as FastifyInstance;
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // It is for whoever ends TLS in front of us to say so.
    strictTransportSecurity: false,
  });
  await app.register(websocket, {
    options: { maxPayload: MESSAGE_BYTES, perMessageDeflate: false },
    // Whoever may connect could else fill the log, with a stack for each of its frames that is none.
    errorHandler: (error, socket, request) => {
      request.log.info({ code: (error as NodeJS.ErrnoException).code }, 'broken off');
      socket.terminate();
    },
    preClose: (done) => {
      for (const client of app.websocketServer.clients) client.close(GOING_AWAY, 'closing');
      done();
    },
  });
  takeJson(app);
  traceRequests(app);
  logRequests(app);
  answerErrors(app);
  const wrongTokens = new WrongTokens(clock);
  const origins = new Origins(options);
  guard(app, {
    isToken,
    sessions,
    pairings,
    wrongTokens,
    origins,
    limit,
    rates: new MemoryRateStore(clock, limit),
  });
  sessionRoutes(app, { isToken, sessions, codes, wrongTokens });
  addCommandRoutes(app, context);
  eventRoutes(app, context, { sessions, clients: context.clients });
  contentRoutes(app, context);
  zipRoutes(app, context);
  uploadRoutes(app, context);
  pairingRoutes(app, context, { pairings, wrongTokens });
  aria2Routes(app, context, { wrongTokens });
  if (pages === null) pageRoutes(app, context);
  else staticRoutes(app, { folder: pages, clock });
  docsRoutes(app, context);
  healthRoutes(app, context);
  metricsRoutes(app, context);
  return app;
}

function requestId(given: unknown): string | null {
  return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : null;
}

/** Browsers and others send the type along with no body at all. */
function takeJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body as string, done);
  });
}

/** One line when it comes, one when it is answered; never what stands in its query, headers or body. */
function logRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    const { method, routeOptions, socket } = request;
    request.log.debug({ method, route: routeOptions.url, from: socket.remoteAddress }, 'request');
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) request.log.info(told(request, reply), 'broken off');
    });
  });
  app.addHook('onResponse', async (request, reply) => request.log.info(told(request, reply), 'answered'));
}

function told({ method, routeOptions, identity }: FastifyRequest, reply: FastifyReply) {
  const ms = Math.round(reply.elapsedTime * 10) / 10;
  return {
    method,
    route: routeOptions.url ?? null,
    status: reply.statusCode,
    ms,
    who: identity?.kind ?? null,
  };
}

function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((thrown, request, reply) => {
    const problem = problemOf(thrown, request.id);
    if (problem.code === 'internal') request.log.error({ err: thrown }, 'failed');
    else request.log.info({ code: problem.code }, 'refused');
    if (thrown instanceof SatchelError && thrown.code === 'rate-limited') {
      reply.header('retry-after', String(Math.max(1, Math.ceil((thrown.retryAfterMs ?? 1000) / 1000))));
    }
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="satchel"');
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler(() => {
    throw new SatchelError('not-found', 'no such address');
  });
}
