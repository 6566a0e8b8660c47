import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// window-child.ts: a server beside the window's benchmark, in a process of its own: every file comes slowly, for hours.

/** Of every file, so that none is done while something is measured. */
const SIZE = 1024 ** 3;
/** A tick's bytes: together with the pause 200 kB/s a file. */
const CHUNK = Buffer.alloc(10_000);
const TICK_MS = 50;

const server = createServer((request, response) => {
  const [, from = '0'] = /^bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from);
  const ranged = request.headers.range !== undefined;
  response.writeHead(ranged ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': SIZE - start,
    'accept-ranges': 'bytes',
    etag: `"${request.url}"`,
    ...(ranged ? { 'content-range': `bytes ${start}-${SIZE - 1}/${SIZE}` } : {}),
  });
  const timer = setInterval(() => response.write(CHUNK), TICK_MS);
  response.on('close', () => clearInterval(timer));
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => process.exit());
process.on('disconnect', () => process.exit());
