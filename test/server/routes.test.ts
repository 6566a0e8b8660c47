import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../main/contract/commands.ts';
import { ERRORS, SatchelError } from '../../main/contract/errors.ts';
import { commandRoutes } from '../../main/contract/routes.ts';
import { problemOf } from '../../main/server/problem.ts';
import { Content } from '../kit/content.ts';
import { ServerDesk } from '../kit/server.ts';

type Json = Record<string, unknown>;

const MISSING = '01K00000000000000000000000';

describe('commands over HTTP', () => {
  test('every one has a route of its own', () => {
    const routes = [...commandRoutes()];
    expect([...new Set(routes.map(({ command }) => command))].toSorted()).toEqual(
      Object.keys(COMMANDS).toSorted(),
    );
    const places = routes.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(places).size).toBe(places.length);
  });

  test('a task is added, listed, changed, paused, resumed and removed', async () => {
    const desk = await ServerDesk.open();
    desk.source.serve('/a.bin', { content: new Content(1, 1000) });
    const added = await desk.fetch('/api/v1/tasks', {
      json: { kind: 'file', url: desk.source.url('/a.bin'), paused: true },
    });
    expect(added.status).toBe(201);
    const { task } = (await added.json()) as { task: { id: string; state: string } };
    expect(task.state).toBe('paused');
    const at = `/api/v1/tasks/${task.id}`;
    expect(await desk.json(at)).toMatchObject({ task: { id: task.id } });
    expect(await desk.json(at, { method: 'PATCH', json: { priority: 5 } })).toMatchObject({
      task: { priority: 5 },
    });
    expect(await desk.json(`${at}/resume`, { method: 'POST' })).toMatchObject({ task: { id: task.id } });
    while ((await desk.task(task.id)).state !== 'done') await new Promise(setImmediate);
    expect(await desk.problem(`${at}/pause`, { method: 'POST' })).toBe('409 bad-transition');
    const removed = await desk.fetch(`${at}?files=delete`, { method: 'DELETE' });
    expect([removed.status, await removed.text()]).toEqual([204, '']);
    expect(await desk.problem(at)).toBe('404 not-found');
    expect(await desk.json('/api/v1/history?limit=5')).toMatchObject({ entries: [{ taskId: task.id }] });
    expect((await desk.fetch(`/api/v1/history/${task.id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await desk.json('/api/v1/history')).toMatchObject({ entries: [] });
  });

  test('several are added all or none', async () => {
    const desk = await ServerDesk.open();
    const good = { kind: 'file', url: desk.source.url('/a.bin'), paused: true };
    const batch = (tasks: unknown[]) => desk.fetch('/api/v1/tasks/batch', { json: { tasks } });
    expect((await batch([good, { ...good, url: 'ftp://example.org/' }])).status).toBe(400);
    expect(await desk.json('/api/v1/tasks')).toEqual({ tasks: [], nextCursor: null });
    const answer = await batch([good, good]);
    expect(answer.status).toBe(201);
    expect(((await answer.json()) as { tasks: unknown[] }).tasks).toHaveLength(2);
  });

  test('the list comes by pages, by state and by words', async () => {
    const desk = await ServerDesk.open();
    const tasks = Array.from({ length: 25 }, (_, i) => ({
      url: desk.source.url(`/file-${i}.bin`),
      paused: true,
    }));
    await desk.json('/api/v1/tasks/batch', { json: { tasks } });
    const names: unknown[] = [];
    let cursor: unknown = '';
    while (cursor !== null) {
      const more = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await desk.json<{ tasks: Json[]; nextCursor: unknown }>(`/api/v1/tasks?limit=10${more}`);
      expect(page.tasks.length).toBeLessThanOrEqual(10);
      names.push(...page.tasks.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(names).toEqual(tasks.map((_, i) => `file-${i}.bin`));
    const found = await desk.json<{ tasks: Json[] }>('/api/v1/tasks?q=file-24&state=paused');
    expect(found.tasks).toHaveLength(1);
    expect((await desk.json<{ tasks: Json[] }>('/api/v1/tasks?state=done')).tasks).toEqual([]);
  });
});

describe('what is wrong with a request is said', () => {
  test.each<[string, string, Parameters<ServerDesk['problem']>[1], string]>([
    ['no such task', `/api/v1/tasks/${MISSING}`, {}, '404 not-found'],
    ['no such address', '/api/v1/nothing', {}, '404 not-found'],
    ['another method', '/api/v1/tasks', { method: 'PUT' }, '404 not-found'],
    [
      'no JSON',
      '/api/v1/tasks',
      { body: '{', headers: { 'content-type': 'application/json' } },
      '400 bad-input',
    ],
    [
      'another type',
      '/api/v1/tasks',
      { body: 'url=x', headers: { 'content-type': 'text/plain' } },
      '415 bad-input',
    ],
    ['a list', '/api/v1/tasks', { json: [] }, '400 bad-input'],
    ['an unknown key', '/api/v1/tasks', { json: { url: 'http://e.org/', colour: 1 } }, '400 bad-input'],
    ['a bad url', '/api/v1/tasks', { json: { url: 'javascript:alert(1)' } }, '400 bad-url'],
    ['a file url', '/api/v1/tasks', { json: { url: 'file:///etc/passwd' } }, '400 bad-url'],
    ['an unknown parameter', '/api/v1/tasks?page=2', {}, '400 bad-input'],
    ['a parameter twice', '/api/v1/tasks?limit=1&limit=2', {}, '400 bad-input'],
    ['no number', '/api/v1/tasks?limit=ten', {}, '400 bad-input'],
    [
      'another id in the body',
      `/api/v1/tasks/${MISSING}`,
      { method: 'PATCH', json: { id: 'x' } },
      '400 bad-input',
    ],
    [
      'a prototype',
      '/api/v1/tasks',
      { body: '{"__proto__":{"admin":true}}', headers: { 'content-type': 'application/json' } },
      '400 bad-input',
    ],
    ['a long parameter', `/api/v1/tasks/${'x'.repeat(3000)}`, {}, '414 bad-input'],
  ])('%s', async (_, path, ask, expected) => {
    const desk = await ServerDesk.open();
    expect(await desk.problem(path, ask)).toBe(expected);
  });

  test('as problem details, with an id that is in the log too', async () => {
    const desk = await ServerDesk.open();
    const answer = await desk.fetch(`/api/v1/tasks/${MISSING}`, { headers: { 'x-request-id': 'mine-1' } });
    expect(answer.headers.get('x-request-id')).toBe('mine-1');
    expect(await answer.json()).toEqual({
      type: 'urn:satchel:error:not-found',
      title: ERRORS['not-found'].sentence,
      status: 404,
      code: 'not-found',
      detail: `no task ${MISSING}`,
      next: ERRORS['not-found'].next,
      instance: 'urn:satchel:request:mine-1',
    });
    expect(desk.log.filter((line) => line.includes('"reqId":"mine-1"')).length).toBeGreaterThan(0);
  });

  test.each(Object.keys(ERRORS) as (keyof typeof ERRORS)[])('%s has its status', (code) => {
    const { status, code: said, detail } = problemOf(new SatchelError(code, 'seen'), 'r');
    expect([status, said]).toEqual([ERRORS[code].httpStatus, code]);
    // What broke inside is nobody else's business.
    expect(detail).toBe(code === 'internal' ? undefined : 'seen');
  });

  test('what breaks inside is internal, and says nothing of it', () => {
    const problem = problemOf(new Error('secret path /home/x'), 'r');
    expect(problem).toMatchObject({ code: 'internal', status: 500 });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });
});

describe('bodies', () => {
  test('that are too large are refused, by what they say and by what they are', async () => {
    const desk = await ServerDesk.open();
    const big = JSON.stringify({ token: 'x'.repeat(20_000) });
    const headers = { 'content-type': 'application/json' };
    expect(await desk.problem('/api/v1/session', { body: big, headers, token: null })).toBe('413 bad-input');
    const settings = JSON.stringify({ userAgent: 'x'.repeat(2 * 1024 * 1024) });
    expect(await desk.problem('/api/v1/settings', { method: 'PATCH', body: settings, headers })).toBe(
      '413 bad-input',
    );
    const chunks = [
      'POST /api/v1/session HTTP/1.1',
      'Transfer-Encoding: chunked',
      '',
      `5000\r\n${'x'.repeat(0x5000)}`,
    ];
    expect(await raw(desk, chunks)).toMatch(/^HTTP\/1.1 413 /);
  });

  test('that trickle in are cut off, and meanwhile others are answered', async () => {
    const desk = await ServerDesk.open({}, { requestMs: 2000 });
    const slow = raw(desk, ['POST /api/v1/session HTTP/1.1', 'Content-Length: 100', '', '{"to']);
    expect((await desk.fetch('/api/v1/status')).status).toBe(200);
    expect(await slow).toMatch(/^HTTP\/1.1 408 /);
  });
});

/** The answer to these lines; the connection stays open until the server closes it. */
function raw(desk: ServerDesk, [first = '', ...lines]: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(desk.url(''));
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  const type = 'Content-Type: application/json';
  socket.write([first, `Host: ${hostname}`, 'Connection: close', type, ...lines].join('\r\n'));
  return text(socket);
}

describe('the log', () => {
  test('has a line for each request, and nothing that lets anybody in', async () => {
    const desk = await ServerDesk.open();
    const secrets = ['TOPSECRET1', 'TOPSECRET2', 'TOPSECRET3', 'TOPSECRET4'];
    const [one, two, three, four] = secrets;
    const { jwt } = await desk.json<{ jwt: string }>('/api/v1/session', { json: { token: desk.token } });
    await desk.fetch(`/api/v1/tasks?q=${one}`);
    await desk.fetch('/api/v1/tasks', {
      json: {
        url: `http://user:${two}@127.0.0.1:9/?sig=${three}`,
        headers: { authorization: `Bearer ${four}` },
        paused: true,
      },
    });
    await desk.fetch('/api/v1/tasks', { token: jwt });
    await desk.fetch('/api/v1/tasks', { token: null, headers: { cookie: `satchel_session=${jwt}` } });
    await desk.fetch(`/api/v1/nothing/${one}`);
    await desk.problem('/api/v1/session', { json: { token: two }, token: null });
    const log = desk.log.join('');
    expect(desk.log.filter((line) => line.includes('"msg":"answered"')).length).toBeGreaterThanOrEqual(6);
    for (const secret of [...secrets, desk.token, jwt]) expect(log).not.toContain(secret);
    for (const line of desk.log) expect(() => JSON.parse(line)).not.toThrow();
  });
});
