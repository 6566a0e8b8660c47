import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { SatchelError } from '../contract/errors.ts';
import { API } from '../contract/routes.ts';
import { SESSION_COOKIE } from './guard.ts';
import { callerOf } from './network-address.ts';
import type { Session, Sessions } from './sessions.ts';
import type { SignInCodes } from './sign-in-codes.ts';
import type { WrongTokens } from './wrong-tokens.ts';

/** With the token, or with the code of a sign-in link. */
export const SignIn = z.union([
  z.strictObject({ token: z.string().max(2048) }),
  z.strictObject({ code: z.string().max(2048) }),
]);

/** The page takes the code out of its address; what stands behind `#` is sent to no server. */
export function signInLink(address: string, code: string): string {
  return `${address}/#sign-in=${code}`;
}

export interface SessionRoutesOptions {
  readonly isToken: (text: string) => boolean;
  readonly sessions: Sessions;
  readonly codes: SignInCodes;
  readonly wrongTokens: WrongTokens;
}

/** Signing in with the token, and out again. */
export function sessionRoutes(app: FastifyInstance, options: SessionRoutesOptions): void {
  const { isToken, sessions, codes, wrongTokens } = options;
  app.post(`${API}/session`, { config: { open: true }, bodyLimit: 16 * 1024 }, async (request, reply) => {
    const { success, data } = SignIn.safeParse(request.body);
    if (!success) throw new SatchelError('bad-input', 'token: must be given');
    if ('code' in data ? !codes.use(data.code) : !isToken(data.token)) {
      await wrongTokens.wait(callerOf(request.socket.remoteAddress));
      throw new SatchelError('unauthorized');
    }
    const { jwt, session } = await sessions.begin();
    setCookie(reply, jwt, session);
    reply.header('cache-control', 'no-store');
    return { jwt, expiresAt: new Date(session.expiresAt * 1000).toISOString() };
  });
  app.post(`${API}/session/link`, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    return { link: signInLink(`${request.protocol}://${request.host}`, codes.issue()) };
  });
  app.delete(`${API}/session`, async ({ identity }, reply) => {
    if (identity.kind !== 'session') throw new SatchelError('bad-input', 'there is no session to end');
    await sessions.end(identity.session);
    reply.clearCookie(SESSION_COOKIE, { path: '/' });
    return reply.code(204).send();
  });
}

function setCookie(reply: FastifyReply, jwt: string, session: Session): void {
  reply.setCookie(SESSION_COOKIE, jwt, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    expires: new Date(session.expiresAt * 1000),
  });
}
