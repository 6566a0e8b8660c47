import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { SatchelError } from '../contract/errors.ts';
import { HAND_OVER_BYTES } from '../contract/hand-over.ts';
import { API } from '../contract/routes.ts';
import type { ServerContext } from './context.ts';
import { answerHandOver } from './hand-over.ts';
import { callerOf } from './network-address.ts';
import type { Pairings } from './pairings.ts';
import { SignInCodes } from './sign-in-codes.ts';
import type { WrongTokens } from './wrong-tokens.ts';

export const PairRequest = z.strictObject({
  code: z.string().max(2048),
  name: z.string().max(1024).default(''),
});

export interface PairingRoutesOptions {
  readonly pairings: Pairings;
  readonly wrongTokens: WrongTokens;
}

const SMALL_BYTES = 16 * 1024;
/** Crockford's base 32: none of its letters looks like a digit. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 40 bits: short enough to be typed, and too many to be guessed in ten minutes at the rate that is let in. */
const CODE_LETTERS = 8;

/** For browsers without a native host: they pair once, with a code that the user takes from Satchel to them. */
export function pairingRoutes(
  app: FastifyInstance,
  { engine, clock, version }: ServerContext,
  { pairings, wrongTokens }: PairingRoutesOptions,
): void {
  const codes = new SignInCodes(clock, shortCode);
  app.post(`${API}/pairings`, async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return reply.code(201).send({ code: codes.issue().replace(/^.{4}/, '$&-') });
  });
  app.get(`${API}/pairings`, async () => ({ pairings: pairings.list() }));
  app.delete<{ Params: { id: string } }>(`${API}/pairings/:id`, async ({ params }, reply) => {
    await pairings.remove(params.id);
    return reply.code(204).send();
  });
  const fromExtensions = { extension: true, open: true };
  app.post(`${API}/pair`, { config: fromExtensions, bodyLimit: SMALL_BYTES }, async (request, reply) => {
    const { data } = PairRequest.safeParse(request.body);
    if (data === undefined) throw new SatchelError('bad-input', 'code: must be given');
    if (!codes.use(asIssued(data.code))) {
      await wrongTokens.wait(callerOf(request.socket.remoteAddress));
      throw new SatchelError('unauthorized');
    }
    const name = data.name === '' ? (request.headers['user-agent'] ?? '') : data.name;
    reply.header('cache-control', 'no-store');
    return { token: await pairings.add(name) };
  });
  const handOver = { config: { extension: true, paired: true }, bodyLimit: HAND_OVER_BYTES };
  app.post(`${API}/hand-over`, handOver, async ({ body }) =>
    answerHandOver(body, { engine, version, offer: (text) => engine.offer(text) }),
  );
}

function shortCode(): string {
  return Array.from(randomBytes(CODE_LETTERS), (byte) => LETTERS.charAt(byte % LETTERS.length)).join('');
}

/** As somebody has read and typed it. */
function asIssued(typed: string): string {
  const letters = typed.toUpperCase().replace(/[^0-9A-Z]/g, '');
  return letters.replaceAll('O', '0').replace(/[IL]/g, '1');
}
