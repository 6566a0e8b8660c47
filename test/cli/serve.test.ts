import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { Task } from '../../main/contract/task.ts';
import { Content, differsAt } from '../kit/content.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { buildFirst, MIB, type Running, run, satchel } from './kit.ts';

buildFirst();

interface Server extends Running {
  readonly address: string;
  readonly token: string;
}

const argsFor = (folder: string, ...more: readonly string[]) => [
  'serve',
  ...['--port', '0', '--data-dir', join(folder, 'data'), '--downloads', join(folder, 'downloads')],
  ...['--allow-private', '--rate', '10000', '--burst', '10000', ...more],
];

async function serve(folder: string, ...more: readonly string[]): Promise<Server> {
  const running = satchel(argsFor(folder, ...more), { cwd: folder });
  let printed = '';
  running.child.stdout?.on('data', (said: string) => {
    printed += said;
  });
  await running.said('Satchel serves at ');
  const address = /http:\/\/\S+:\d+/.exec(printed)?.[0] ?? '';
  const instance = JSON.parse(await readFile(join(folder, 'data', 'instance.json'), 'utf8')) as {
    address: string;
    tokenFile: string;
  };
  expect(instance.address).toBe(address);
  return { ...running, address, token: (await readFile(instance.tokenFile, 'utf8')).trim() };
}

function ask(server: Server, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${server.token}`, ...(init.headers as Record<string, string>) };
  return fetch(`${server.address}${path}`, { ...init, headers });
}

async function post<T>(server: Server, path: string, json: unknown = {}): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const answer = await ask(server, path, { method: 'POST', headers, body: JSON.stringify(json) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

async function taskOf(server: Server, id: string): Promise<Task> {
  return ((await (await ask(server, `/api/v1/tasks/${id}`)).json()) as { task: Task }).task;
}

test('says where it is, and shows a new token once', async () => {
  const folder = await tempFolder();
  const first = await serve(folder);
  await first.said(first.token);
  expect((await stat(join(folder, 'data', 'token'))).mode & 0o777).toBe(0o600);
  first.child.kill('SIGTERM');
  expect((await first.exit).status).toBe(0);
  const second = await serve(folder);
  expect(second.token).toBe(first.token);
  second.child.kill('SIGINT');
  const { status, stdout, stderr } = await second.exit;
  expect(status).toBe(0);
  expect(stdout + stderr).not.toContain(second.token);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  'told to end by %s in the midst of everything, it keeps every byte, exits 0 within 5 s, and goes on next time',
  async (signal) => {
    const folder = await tempFolder();
    const source = await FaultServer.start();
    try {
      const content = new Content(3, 8 * MIB);
      source.serve('/a.bin', { content });
      const gates = Array.from({ length: 8 }, () => source.gate('/a.bin', MIB / 2));
      const server = await serve(folder);
      const { task } = await post<{ task: Task }>(server, '/api/v1/tasks', { url: source.url('/a.bin') });
      while ((await taskOf(server, task.id)).received < MIB / 4) await new Promise(setImmediate);
      // Somebody who listens, somebody who sends half a request, and somebody who does nothing.
      const { hostname, port } = new URL(server.address);
      const events = await ask(server, '/api/v1/events', { headers: { accept: 'text/event-stream' } });
      const half = connect(Number(port), hostname);
      half.on('error', () => {});
      half.write('POST /api/v1/session HTTP/1.1\r\nContent-Length: 9\r\n');
      const idle = connect(Number(port), hostname);
      idle.on('error', () => {});
      const begun = performance.now();
      server.child.kill(signal);
      const { status, stderr } = await server.exit;
      expect(performance.now() - begun).toBeLessThan(5000);
      expect(stderr).not.toMatch(/"level":"(error|fatal)"/);
      expect(status).toBe(0);
      await text(events.body ?? new ReadableStream()).catch(() => {});
      idle.destroy();
      const before = source.sentTotal;
      for (const gate of gates) gate.release();
      const again = await serve(folder);
      while ((await taskOf(again, task.id)).state !== 'done') await new Promise(setImmediate);
      expect(await differsAt(content, join(folder, 'downloads', 'a.bin'))).toBeNull();
      expect(source.sentTotal - before).toBeLessThan(8 * MIB);
    } finally {
      await source.close();
    }
  },
);

describe('is refused', () => {
  test('a second time on the same data folder, with exit status 1 and the reason', async () => {
    const folder = await tempFolder();
    await serve(folder);
    const { status, stderr } = await run(argsFor(folder), { cwd: folder });
    expect(status).toBe(1);
    expect(stderr).toContain('already-running');
  });

  test('on a port that is taken', async () => {
    const folder = await tempFolder();
    const server = await serve(folder);
    const { port } = new URL(server.address);
    const other = await tempFolder();
    const args = argsFor(other, '--port', port);
    const { status, stderr } = await run(args, { cwd: other });
    expect(status).toBe(1);
    expect(stderr).toContain('already-running');
    // Nothing of it is left that would keep another from starting.
    const after = await serve(other);
    expect((await ask(after, '/api/v1/status')).status).toBe(200);
  });

  test.each([
    { what: 'where others can reach it, without a token', args: ['--host', '0.0.0.0'], says: '--token' },
    { what: 'with a port that is none', args: ['--port', '70000'], says: '--port' },
    { what: 'with an origin that is none', args: ['--allow-origin', 'example.org'], says: '--allow-origin' },
    { what: 'with a log level that is none', args: ['--log-level', 'loud'], says: '--log-level' },
    { what: 'with two tokens', args: ['--token', 'a', '--token-file', 'b'], says: '--token-file' },
    { what: 'with a token that no header can carry', args: ['--token', 'a b'], says: 'token' },
  ])('$what', async ({ args, says }) => {
    const folder = await tempFolder();
    const { status, stderr } = await run(argsFor(folder, ...args), { cwd: folder });
    expect(status).toBe(2);
    expect(stderr).toContain('bad-input');
    expect(stderr).toContain(says);
  });
});
