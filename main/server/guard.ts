import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SatchelError } from '../contract/errors.ts';
import { EXTENSION_IDS } from '../contract/hand-over.ts';
import { callerOf } from './network-address.ts';
import type { Origins } from './origins.ts';
import type { Pairings } from './pairings.ts';
import type { RateLimit, RateStore } from './rate-limit.ts';
import type { Session, Sessions } from './sessions.ts';
import type { WrongTokens } from './wrong-tokens.ts';

export const SESSION_COOKIE = 'satchel_session';

/** Who asks. */
export type Identity =
  | { readonly kind: 'token' }
  | { readonly kind: 'session'; readonly session: Session }
  /** A browser that hands downloads over. */
  | { readonly kind: 'paired' }
  | { readonly kind: 'anonymous'; readonly caller: string };

declare module 'fastify' {
  interface FastifyRequest {
    identity: Identity;
  }
}

export interface GuardOptions {
  readonly isToken: (text: string) => boolean;
  readonly sessions: Sessions;
  readonly pairings: Pairings;
  readonly wrongTokens: WrongTokens;
  readonly origins: Origins;
  readonly limit: RateLimit;
  readonly rates: RateStore;
}

/** What every request passes before its handler: where it comes from, who asks, how often. In this order. */
export function guard(app: FastifyInstance, options: GuardOptions): void {
  app.decorateRequest('identity', null as never);
  app.addHook('onRequest', async (request, reply) => {
    const { origins } = options;
    const { host, origin } = request.headers;
    origins.demandHost(host);
    const mayBe = request.routeOptions.config?.extension === true && isExtension(origin);
    if (!mayBe && !origins.allows(origin, host))
      throw new SatchelError('forbidden', 'Origin: not a page of ours');
    origins.mark(request, reply);
    if (isPreflight(request)) return origins.preflight(request, reply);
  });
  app.addHook('onRequest', async (request) => {
    request.identity = await identify(request, options);
  });
  app.addHook('onRequest', async (request, reply) => limitRate(request, reply, options));
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  const { origin, 'access-control-request-method': wanted } = headers;
  return method === 'OPTIONS' && origin !== undefined && wanted !== undefined;
}

/** Throws `unauthorized`, after a while where a wrong token was given. */
async function identify(request: FastifyRequest, options: GuardOptions): Promise<Identity> {
  const { isToken, sessions, pairings, wrongTokens } = options;
  const caller = callerOf(request.socket.remoteAddress);
  const { open = false, paired = false } = request.routeOptions.config ?? {};
  const bearer = bearerOf(request);
  const cookie = request.cookies[SESSION_COOKIE];
  if (bearer !== null && isToken(bearer)) return { kind: 'token' };
  if (bearer !== null && paired && pairings.knows(bearer)) return { kind: 'paired' };
  for (const jwt of [bearer, cookie]) {
    const session = jwt === null || jwt === undefined ? null : await sessions.check(jwt);
    if (session !== null && (jwt === bearer || isOwnPage(request))) return { kind: 'session', session };
  }
  if (open) return { kind: 'anonymous', caller };
  // An old cookie is no guess.
  if (bearer !== null) await wrongTokens.wait(caller);
  throw new SatchelError('unauthorized');
}

/** Ours, by its id; Firefox gives each of its users another one, and there the code or the token must do. */
function isExtension(origin: string | undefined): boolean {
  if (origin === undefined) return false;
  return (
    origin.startsWith('moz-extension://') || EXTENSION_IDS.some((id) => origin === `chrome-extension://${id}`)
  );
}

function bearerOf({ headers }: FastifyRequest): string | null {
  const [, token] = /^Bearer +([\x21-\x7e]+) *$/i.exec(headers.authorization ?? '') ?? [];
  return token ?? null;
}

/**
 * A browser sends cookies along whoever's page asks. It does not send ours (SameSite=Strict), nor may a foreign page ask
 * (Origin); this is for a page of another port or name of the same site, which both let through.
 */
function isOwnPage({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}

/** Throws `rate-limited`. Headers: draft-ietf-httpapi-ratelimit-headers-10. */
async function limitRate(request: FastifyRequest, reply: FastifyReply, options: GuardOptions): Promise<void> {
  const { limit, rates } = options;
  const { allowed, remaining, retryAfterMs, resetMs } = await rates.take(keyOf(request.identity));
  const window = Math.ceil(limit.burst / limit.rate);
  reply.header('ratelimit-policy', `"default";q=${limit.burst};w=${window}`);
  reply.header('ratelimit', `"default";r=${remaining};t=${Math.ceil(resetMs / 1000)}`);
  if (!allowed) throw new SatchelError('rate-limited', undefined, { retryAfterMs });
}

function keyOf(identity: Identity): string {
  if (identity.kind === 'session') return `session ${identity.session.id}`;
  return identity.kind === 'anonymous' ? `address ${identity.caller}` : identity.kind;
}
