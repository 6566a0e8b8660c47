import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Net } from 'electron';
import { offered } from './offered.ts';
import { handlerOf } from './protocol.ts';
import { schemeOf } from './scheme-urls.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

/** `online` is what the user's network is like. */
export const net = offered('net', {
  online: true,
  isOnline(): boolean {
    return this.online;
  },
  async fetch(input: string | Request, init?: RequestInit & { bypassCustomProtocolHandlers?: boolean }) {
    const address = typeof input === 'string' ? input : input.url;
    const scheme = schemeOf(address);
    const handler = init?.bypassCustomProtocolHandlers ? null : handlerOf(scheme);
    if (handler !== null) return handler(new Request(input, init));
    return scheme === 'file' ? fileResponse(fileURLToPath(address)) : fetch(input, init);
  },
} satisfies Pick<Net, 'online' | 'isOnline' | 'fetch'>);

async function fileResponse(path: string): Promise<Response> {
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  try {
    return new Response(await readFile(path), { headers: { 'content-type': type } });
  } catch {
    throw new Error('net::ERR_FILE_NOT_FOUND');
  }
}
