import type { FastifyInstance } from 'fastify';
import { API } from '../contract/routes.ts';
import type { ServerContext } from './context.ts';

/** Until there is a web interface, whoever opens the address in a browser is told what it is. */
export function pageRoutes(app: FastifyInstance, { version }: ServerContext): void {
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Satchel</title>
<h1>Satchel ${version} is running</h1>
<p>This is its server. Programs use it by <a href="${API}/docs">its HTTP API</a>; you can use it with <code>satchel ls</code>.</p>
</html>
`;
  app.get('/', { config: { open: true } }, async (_, reply) =>
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page),
  );
}
