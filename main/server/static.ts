import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SatchelError } from '../contract/errors.ts';
import type { Clock } from '../world/clock.ts';
import { Disk, type DiskFile } from '../world/disk.ts';
import { answerFile } from './file-answer.ts';

export interface StaticFiles {
  /** Absolute: a page `index.html`, what belongs to it in `assets/`, and icons and the like beside it. */
  readonly folder: string;
  readonly clock: Clock;
}

/** What a web interface is made of; a file of another kind is not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** The page and all that it loads and asks is ours; nobody else's page may frame it, and it posts no forms. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** No dot at its front, no separator of any system, nothing that is encoded once more. */
const NAME = /^[A-Za-z0-9_][\w.-]*$/;
/** As bundlers name what never changes under its name; eight small letters may be a word. */
const HASHED = /-(?=[\w-]*[A-Z\d])[\w-]{8}\.\w+$/;
const FOREVER = 'public, max-age=31536000, immutable';

/** The files of the web interface, to whoever asks: there is nothing in them that is not the same for all. */
export function staticRoutes(app: FastifyInstance, { folder, clock }: StaticFiles): void {
  const disk = new Disk();
  const route = (url: string, pathOf: (rest: string) => string) =>
    app.route<{ Params: { '*'?: string; file?: string } }>({
      method: ['GET', 'HEAD'],
      url,
      config: { open: true },
      handler: async (request, reply) => {
        const path = pathOf(request.params['*'] ?? request.params.file ?? '');
        return send(request, reply, { path, disk, folder, clock });
      },
    });
  route('/', () => 'index.html');
  route('/:file', (file) => file);
  route('/assets/*', (rest) => `assets/${rest}`);
}

interface Sent extends StaticFiles {
  readonly disk: Disk;
  /** Below the folder, with `/`. */
  readonly path: string;
}

async function send(
  request: FastifyRequest,
  reply: FastifyReply,
  { path, disk, folder, clock }: Sent,
): Promise<FastifyReply> {
  const contentType = TYPES[extname(path)];
  if (contentType === undefined || !path.split('/').every((name) => NAME.test(name))) throw none();
  const isKept = path.startsWith('assets/') && HASHED.test(path);
  const headers = { 'cache-control': isKept ? FOREVER : 'no-cache', 'content-security-policy': POLICY };
  const file = await openBelow(disk, folder, path);
  return answerFile(request, reply, { file, contentType, headers, now: clock.now() });
}

/** Throws `not-found`, a link among them: whoever builds an interface makes none. */
async function openBelow(disk: Disk, folder: string, path: string): Promise<DiskFile> {
  let there = folder;
  for (const name of path.split('/')) {
    there = join(there, name);
    const kind = (await disk.facts(there).catch(() => null))?.kind;
    if (kind === undefined || kind === 'other') throw none();
  }
  if ((await disk.facts(there))?.kind !== 'file') throw none();
  return disk.openToRead(there);
}

function none(): SatchelError {
  return new SatchelError('not-found', 'no such address');
}
