import type { FastifyInstance } from 'fastify';
import { API } from '../contract/routes.ts';
import type { ServerContext } from './context.ts';

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Satchel: HTTP API</title>
<link rel="stylesheet" href="${API}/docs/style.css">
<div id="api"></div>
<script src="${API}/docs/ui.js"></script>
<script src="${API}/docs/start.js"></script>
</html>
`;
const START = `SwaggerUIBundle({ url: '${API}/openapi.json', dom_id: '#api', deepLinking: true });\n`;
/** The page sets styles on its elements; it runs no script but its own, and reaches nobody else. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The description of the API, and a page to read it and to try it. */
export function docsRoutes(app: FastifyInstance, { version }: ServerContext): void {
  let described: string | null = null;
  app.get(`${API}/openapi.json`, async (_, reply) => {
    const { openApi } = await import('./openapi.ts');
    described ??= JSON.stringify(openApi(version));
    return reply.type('application/json; charset=utf-8').send(described);
  });
  app.get(`${API}/docs`, async (_, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', POLICY).send(PAGE),
  );
  app.get(`${API}/docs/start.js`, async (_, reply) => reply.type('text/javascript').send(START));
  app.get(`${API}/docs/ui.js`, async (_, reply) =>
    reply.type('text/javascript').send((await import('./docs-assets.ts')).script),
  );
  app.get(`${API}/docs/style.css`, async (_, reply) =>
    reply.type('text/css').send((await import('./docs-assets.ts')).style),
  );
}
