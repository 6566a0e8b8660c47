import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Content } from '../kit/content.ts';

/** A site whose files are only for whoever has been given a cookie by its page. */
export interface CookieSite {
  readonly address: string;
  /** Of those who asked for a file, in order. */
  readonly asked: IncomingMessage[];
  close(): Promise<void>;
}

const COOKIE = 'let-in=by the page';

export async function openCookieSite(content: Content): Promise<CookieSite> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (path === '/') {
      response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': `${COOKIE}; HttpOnly` });
      response.end(
        '<a id=get href="/report.pdf">report</a><a href="/more.bin">more</a><form method=post action="/made.bin"><button>make</button></form>',
      );
      return;
    }
    asked.push(request);
    if (!request.headers.cookie?.includes(COOKIE)) {
      response.writeHead(403).end();
      return;
    }
    const disposition = { 'content-disposition': `attachment; filename="${path.slice(1)}"` };
    const type = { 'content-type': 'application/octet-stream', ...disposition };
    const bytes = content.slice(0, content.size);
    response.writeHead(200, { ...type, 'content-length': bytes.length, etag: '"1"' }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
