import { basename } from 'node:path';
import { create as disposition } from 'content-disposition';
import type { FastifyInstance } from 'fastify';
import { unwrap } from '../contract/answer.ts';
import { SatchelError } from '../contract/errors.ts';
import { API } from '../contract/routes.ts';
import { Disk, type DiskFile } from '../world/disk.ts';
import type { ServerContext } from './context.ts';
import { answerFile } from './file-answer.ts';

/** What it is, only its reader may decide: a page from somewhere must not become one of ours. */
const HARMLESS = 'application/octet-stream';
const HEADERS = { 'cache-control': 'private, no-cache', 'content-security-policy': 'sandbox' };

/** Finished files, so that a browser or another download manager can get them from here, and go on where it was. */
export function contentRoutes(app: FastifyInstance, { engine, clock }: ServerContext): void {
  const disk = new Disk();
  app.route<{ Params: { id: string } }>({
    method: ['GET', 'HEAD'],
    url: `${API}/tasks/:id/content`,
    handler: async (request, reply) => {
      const { task } = unwrap(await engine.call('tasks.get', { id: request.params.id }));
      if (task.state !== 'done') throw new SatchelError('bad-transition', `its content while ${task.state}`);
      const headers = { ...HEADERS, 'content-disposition': disposition(basename(task.path)) };
      const file = await openInside(disk, await engine.demandInside(task.path));
      return answerFile(request, reply, { file, headers, contentType: HARMLESS, now: clock.now() });
    },
  });
}

/** Opens what is there under its real path, and nothing that was put in its place since. Throws `not-found`. */
async function openInside(disk: Disk, path: string): Promise<DiskFile> {
  const there = await disk.facts(path);
  if (there?.kind !== 'file') throw new SatchelError('not-found', 'the file is gone');
  const file = await disk.openToRead(path);
  if ((await file.facts()).id === there.id) return file;
  await file.close();
  throw new SatchelError('not-found', 'the file is gone');
}
