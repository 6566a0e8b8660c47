import { extname, join } from 'node:path';
import { protocol, type WebFrameMain } from 'electron';
import { Disk } from '../world/disk.ts';
import { isOurAddress, pathOf, SCHEME } from './addresses.ts';

/** The page and all that it loads is ours; nobody frames it, it posts no forms, and it asks nobody else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What the interface is made of; a file of another kind is not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** A page of a scheme of our own has an origin and a policy of its own. Before the app is ready. */
export function registerScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true };
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges }]);
}

/** Serves what was built into `folder`, and nothing else. */
export function serveScheme(folder: string): void {
  const disk = new Disk();
  protocol.handle(SCHEME, async ({ method, url }) => {
    const path = method === 'GET' ? pathOf(url) : null;
    const type = path === null ? undefined : TYPES[extname(path)];
    if (path === null || type === undefined) return refusal();
    try {
      const file = join(folder, ...path.split('/'));
      if ((await disk.facts(file))?.kind !== 'file') return refusal();
      return new Response(new Uint8Array(await disk.readWhole(file)), { headers: headersOf(type) });
    } catch {
      return refusal();
    }
  });
}

function headersOf(type: string): Record<string, string> {
  return {
    'content-type': type,
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
  };
}

function refusal(): Response {
  return new Response(null, { status: 404, headers: headersOf('text/html; charset=utf-8') });
}

/** Our page, in the main frame of its window. */
export function isOurFrame(frame: WebFrameMain | null): boolean {
  return frame !== null && frame.parent === null && isOurAddress(frame.url);
}
