import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { SatchelError } from '../contract/errors.ts';
import { API } from '../contract/routes.ts';
import { UPLOAD_PIECE_BYTES } from '../contract/uploads.ts';
import type { ServerContext } from './context.ts';

export const UploadRequest = z.strictObject({ size: z.number().int().nonnegative() });
const At = z.object({ at: z.string().regex(/^\d{1,15}$/) });

/** Files that a browser hands over piece by piece, so that they can be packed: it does not know where they lie. */
export function uploadRoutes(app: FastifyInstance, { engine }: ServerContext): void {
  const { uploads } = engine;
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.post(`${API}/uploads`, async ({ body }, reply) => {
    const { data } = UploadRequest.safeParse(body);
    if (data === undefined) throw new SatchelError('bad-input', 'size: how many bytes it has');
    return reply.code(201).send({ id: await uploads.begin(data.size) });
  });
  app.put<{ Params: { id: string } }>(
    `${API}/uploads/:id`,
    { bodyLimit: UPLOAD_PIECE_BYTES },
    async ({ params, query, body }) => {
      const { data } = At.safeParse(query);
      if (data === undefined) throw new SatchelError('bad-input', 'at: where the bytes belong');
      const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
      return uploads.append(params.id, Number(data.at), bytes);
    },
  );
  app.delete<{ Params: { id: string } }>(`${API}/uploads/:id`, async ({ params }, reply) => {
    await uploads.drop(params.id);
    return reply.code(204).send();
  });
}
