import { create as disposition } from 'content-disposition';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import { API } from '../contract/routes.ts';
import type { PreparedZip } from '../engine.ts';
import type { ServerContext } from './context.ts';
import { ZipLinks } from './zip-links.ts';
import { ZipResponse } from './zip-response.ts';

/** Enough for 50,000 addresses. */
const BODY_BYTES = 8 * 1024 * 1024;

/** ZIPs that are streamed while what is in them is fetched, at once or by a link that a browser can open. */
export function zipRoutes(app: FastifyInstance, { engine, clock }: ServerContext): void {
  const links = new ZipLinks(clock);
  const limit = { bodyLimit: BODY_BYTES };
  app.post(`${API}/zip`, limit, async (request, reply) => {
    await stream(await engine.prepareZip(request.body), request, reply);
  });
  app.post(`${API}/zip/links`, limit, async (request, reply) => {
    // What is wrong with it is told now, not to whoever opens the link.
    await engine.prepareZip(request.body);
    const { id, expiresAt } = links.add(request.body);
    reply.code(201).header('cache-control', 'no-store');
    return { url: `/zip/${id}`, expiresAt: new Date(expiresAt).toISOString() };
  });
  const open = { config: { open: true } };
  // Whoever only looks (a chat's preview, a scanner of mails) does not use it up.
  app.head<{ Params: { id: string } }>('/zip/:id', open, async ({ params }, reply) => {
    const prepared = await engine.prepareZip(known(links.look(params.id)));
    return reply.headers(headersOf(prepared)).send();
  });
  const get = { ...open, exposeHeadRoute: false };
  app.get<{ Params: { id: string } }>('/zip/:id', get, async (request, reply) => {
    const prepared = await engine.prepareZip(known(links.take(request.params.id)));
    await stream(prepared, request, reply);
  });
}

function known(request: unknown): unknown {
  if (request === null) throw new SatchelError('not-found', 'this link is used up, or has expired');
  return request;
}

/**
 * Streams it as the answer. Throws what fails before the first source has answered; what fails later cuts the
 * connection. A client that goes away ends the fetching.
 */
async function stream(prepared: PreparedZip, { log }: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { raw } = reply;
  const output = new ZipResponse(raw);
  const begin = () => {
    if (raw.destroyed) return;
    reply.hijack();
    raw.writeHead(200, { ...reply.getHeaders(), ...headersOf(prepared) } as Record<string, string>);
    raw.flushHeaders();
    output.begin();
  };
  try {
    await prepared.write(output, new AbortController().signal, begin);
  } catch (thrown) {
    if (!reply.sent) throw thrown;
    log.info({ code: asSatchelError(thrown).code }, 'the ZIP was cut');
  }
}

function headersOf({ name, length }: PreparedZip): Record<string, string> {
  return {
    'content-type': 'application/zip',
    'content-disposition': disposition(name),
    'cache-control': 'no-store',
    'accept-ranges': 'none',
    ...(length === null ? {} : { 'content-length': String(length) }),
  };
}
