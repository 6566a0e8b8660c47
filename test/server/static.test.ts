import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { problemOf, sendProblem } from '../../main/server/problem.ts';
import { staticRoutes } from '../../main/server/static.ts';
import { systemClock } from '../../main/world/clock.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const SCRIPT = 'console.log("here")';
const SECRET = 'nobody may see this';

interface Served {
  readonly folder: string;
  /** The path exactly as it is given: `fetch` would tidy it up. */
  raw(path: string, method?: string): Promise<{ readonly status: number; readonly answer: string }>;
  get(path: string, init?: RequestInit): Promise<Response>;
}

async function served(): Promise<Served> {
  const outside = await tempFolder();
  const folder = join(outside, 'interface');
  await mkdir(join(folder, 'assets', 'inner'), { recursive: true });
  await mkdir(join(folder, 'folder.js'));
  await writeFile(join(outside, 'secret.json'), SECRET);
  for (const [name, content] of [
    ['index.html', '<!doctype html><title>Satchel</title>'],
    ['icon.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['assets/index-BxK3f9aZ.js', SCRIPT],
    ['assets/inner/readme-document.txt', 'words'],
    ['assets/notes.db', SECRET],
    ['.env.json', SECRET],
    ['assets/.hidden.json', SECRET],
  ] as const) {
    await writeFile(join(folder, name), content);
  }
  await symlink(join(outside, 'secret.json'), join(folder, 'assets', 'link.json'));
  await symlink(outside, join(folder, 'assets', 'up'));
  const app = Fastify();
  app.setErrorHandler((thrown, request, reply) => sendProblem(reply, problemOf(thrown, request.id)));
  const open: string[] = [];
  app.addHook('onRoute', ({ url, config }) => void (config?.open && open.push(url)));
  staticRoutes(app, { folder, clock: systemClock });
  expect(new Set(open)).toEqual(new Set(['/', '/:file', '/assets/*']));
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => app.close());
  return {
    folder,
    get: (path, init) => fetch(`${address}${path}`, init),
    raw: async (path, method = 'GET') => {
      const socket = connect(Number(new URL(address).port), '127.0.0.1');
      await once(socket, 'connect');
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      const answer = await text(socket);
      return { status: Number(answer.slice(9, 12)), answer };
    },
  };
}

test('the page comes fresh each time, under a policy that lets nothing else in', async () => {
  const { get } = await served();
  const page = await get('/');
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<title>Satchel</title>');
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
  const again = await get('/', { headers: { 'if-none-match': page.headers.get('etag') ?? '' } });
  expect(again.status).toBe(304);
  expect(await (await get('/index.html')).text()).toContain('<title>Satchel</title>');
});

test('what has its hash in its name is kept for ever, nothing else', async () => {
  const { get } = await served();
  const script = await get('/assets/index-BxK3f9aZ.js');
  expect(await script.text()).toBe(SCRIPT);
  expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  for (const path of ['/icon.svg', '/assets/inner/readme-document.txt']) {
    const file = await get(path);
    expect([file.status, file.headers.get('cache-control')], path).toEqual([200, 'no-cache']);
  }
  const head = await get('/assets/index-BxK3f9aZ.js', { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe(String(SCRIPT.length));
  expect(await head.text()).toBe('');
});

test.each([
  ['/../secret.json'],
  ['/..%2fsecret.json'],
  ['/%2e%2e/secret.json'],
  ['/%2e%2e%2fsecret.json'],
  ['/assets/../../secret.json'],
  ['/assets/..%2f..%2fsecret.json'],
  ['/assets/%2e%2e/%2e%2e/secret.json'],
  ['/assets/%252e%252e/%252e%252e/secret.json'],
  ['/assets/..%5c..%5csecret.json'],
  ['/assets/..\\..\\secret.json'],
  ['/assets//secret.json'],
  ['/assets/%2fsecret.json'],
  ['/assets/index-BxK3f9aZ.js%00.json'],
  ['/assets/up/secret.json'],
  ['/assets/link.json'],
  ['/.env.json'],
  ['/%2eenv.json'],
  ['/assets/.hidden.json'],
  ['/assets/notes.db'],
  ['/folder.js'],
  ['/assets/inner'],
  ['/assets/inner/'],
  ['/assets/'],
  ['/assets'],
  ['/nothing.js'],
  ['/index.html/x.js'],
])('%s is not there', async (path) => {
  const { raw } = await served();
  const { status, answer } = await raw(path);
  expect([400, 404]).toContain(status);
  expect(answer).not.toContain(SECRET);
  expect(answer).not.toContain('inner');
  expect((await raw(path, 'HEAD')).status).toBe(status);
});
