import { randomBytes } from 'node:crypto';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ZipArchive } from 'archiver';

// stream-child.ts source | archiver: the two servers beside ours, each a process of its own for bench/stream.ts.

const MIB = 1024 ** 2;
/** Every answer is cut behind so many bytes where the address says `cut`. */
const CUT_BYTES = 64 * MIB;
/** No divisor of any size here: bytes spliced in at a wrong place would be seen. */
const PATTERN_BYTES = 61 * MIB + 7919;
const CHUNK_BYTES = 256 * 1024;

let pattern = Buffer.alloc(0);
/** When the first byte of a body went out, ms since 1970; told once, after `reset`. */
let firstAt: number | null = null;

function chunkAt(offset: number, most: number): Buffer {
  const from = offset % PATTERN_BYTES;
  return pattern.subarray(from, Math.min(from + most, PATTERN_BYTES));
}

/** `/NAME?size=BYTES&cut=1`, with ranges and a strong ETag. */
function sendSource(request: IncomingMessage, response: ServerResponse): void {
  const { searchParams, pathname } = new URL(request.url ?? '/', 'http://x');
  const size = Number(searchParams.get('size'));
  const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from);
  const end = to === '' ? size : Number(to) + 1;
  const ranged = request.headers.range !== undefined;
  response.writeHead(ranged ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': end - start,
    'accept-ranges': 'bytes',
    etag: `"${pathname.slice(1)}-${size}"`,
    ...(ranged ? { 'content-range': `bytes ${start}-${end - 1}/${size}` } : {}),
  });
  const cutAt = searchParams.has('cut') ? start + CUT_BYTES : Number.POSITIVE_INFINITY;
  let at = start;
  const send = () => {
    while (at < Math.min(end, cutAt)) {
      const chunk = chunkAt(at, Math.min(CHUNK_BYTES, end - at, cutAt - at));
      firstAt ??= performance.timeOrigin + performance.now();
      at += chunk.length;
      if (!response.write(chunk)) return void response.once('drain', send);
    }
    if (at === end) response.end();
    else request.socket.destroySoon();
  };
  send();
}

/** A list of addresses as one stored ZIP, by archiver as it comes: the usual way to do this. */
async function sendArchive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of request) text += chunk;
  const urls = JSON.parse(text) as string[];
  response.writeHead(200, { 'content-type': 'application/zip' });
  const archive = new ZipArchive({ store: true });
  archive.pipe(response);
  for (const [n, url] of urls.entries()) {
    const body = await new Promise<IncomingMessage>((resolve) => void get(url, resolve));
    const added = new Promise((resolve) => archive.once('entry', resolve));
    archive.append(body, { name: `${n}.bin` });
    await added;
  }
  await archive.finalize();
}

const isSource = process.argv[2] === 'source';
if (isSource) pattern = randomBytes(PATTERN_BYTES);
const server = createServer((request, response) => {
  if (isSource) sendSource(request, response);
  else void sendArchive(request, response);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', (message) => {
  if (message === 'first') process.send?.(firstAt);
  if (message === 'reset') firstAt = null;
  if (message === 'end') process.exit();
});
