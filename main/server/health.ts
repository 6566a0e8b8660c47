import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { asSatchelError, type ErrorCode } from '../contract/errors.ts';
import { Disk } from '../world/disk.ts';
import type { ServerContext } from './context.ts';

/**
 * For whoever starts and stops processes, without sign-in: `/healthz` says that this one is alive, `/readyz` whether it
 * can take on work, with the codes of what keeps it from that and nothing else.
 */
export function healthRoutes(app: FastifyInstance, context: ServerContext, disk = new Disk()): void {
  const open = { config: { open: true } };
  app.get('/healthz', open, async (_, reply) => {
    reply.header('cache-control', 'no-store');
    return { status: 'ok' };
  });
  app.get('/readyz', open, async (_, reply) => {
    reply.header('cache-control', 'no-store');
    // Once the server closes, Fastify answers 503 to whatever still comes; the engine closes after it.
    const code = await obstacle(context, disk);
    if (code === null) return { status: 'ready' };
    reply.code(503);
    return { status: 'not-ready', reasons: [code] };
  });
}

/**
 * What keeps it from taking on work, or null. The database is asked for nothing before it must keep something, so its
 * folder is looked at too. Writes nothing: this is asked every few seconds, and would keep a disk from ever resting.
 */
async function obstacle({ engine }: ServerContext, disk: Disk): Promise<ErrorCode | null> {
  const answer = await engine.call('status', {});
  if (!answer.ok) return answer.error.code;
  const { path } = engine.dataFolder;
  try {
    if ((await disk.freeBytes(path)) === 0) return 'disk-full';
    // It is there as long as we are. Opened for writing it tells of a disk that has become read-only.
    await (await disk.open(join(path, 'instance.json'))).close();
    return null;
  } catch (thrown) {
    return asSatchelError(thrown).code;
  }
}
