import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClientRequest, ClientRequestConstructorOptions, Net } from 'electron';
import { notOffered, offered } from './offered.ts';
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
  /** By Node: without a cache, cookies or the proxy of the system. A redirect is an answer like any other. */
  request(options: ClientRequestConstructorOptions | string): ClientRequest {
    if (typeof options === 'string') throw notOffered('net.request with an address');
    const { session: _session, redirect: _redirect, ...asked } = options;
    const { request } = asked.protocol === 'https:' ? https : http;
    return request(asked as http.RequestOptions) as unknown as ClientRequest;
  },
} satisfies Pick<Net, 'online' | 'isOnline' | 'fetch' | 'request'>);

async function fileResponse(path: string): Promise<Response> {
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  try {
    return new Response(await readFile(path), { headers: { 'content-type': type } });
  } catch {
    throw new Error('net::ERR_FILE_NOT_FOUND');
  }
}
