import { createServer } from 'node:http';
import { setTimeout as passes } from 'node:timers/promises';
import { Content } from '../kit/content.ts';
import { say } from '../kit/engine-lines.ts';

// link-child.ts HOST PORT SEED SIZE: one file, about 4 MB/s, with ranges; says `{listening}`, and `{from}` for every request.

const [host, port, seed, size] = process.argv.slice(2);
const content = new Content(Number(seed), Number(size));
const PART = 64 * 1024;

const server = createServer(async (request, response) => {
  const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
  say({ from });
  const range = `bytes ${from}-${content.size - 1}/${content.size}`;
  response.writeHead(206, { 'content-range': range, 'content-length': content.size - from, etag: '"one"' });
  for (let at = from; at < content.size && !response.destroyed; at += PART) {
    response.write(content.slice(at, Math.min(content.size, at + PART)));
    await passes(16);
  }
  response.end();
});
server.listen(Number(port), host, () => say({ listening: true }));
