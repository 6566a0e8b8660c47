import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import type { Message } from '../../main/contract/events.ts';
import { clientDesk, rowsOf, stranger } from './client-kit.ts';
import { buildFirst, expectFile, linesOf, messages, type Running, satchel } from './kit.ts';

buildFirst();

const HEAD = 'time left  name';

/** Ends it as Ctrl-C does. */
async function interrupt({ child, exit }: Running) {
  child.kill('SIGINT');
  return exit;
}

/** What runs on the terminal that script(1) has made. */
async function innermost(pid: number): Promise<number> {
  const [child] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ');
  return child ? innermost(Number(child)) : pid;
}

const eventsOf = (all: readonly Message[]) =>
  all.flatMap((one) => (one.type === 'event' ? [one.event_type] : []));

describe('ls --watch', () => {
  test('in a pipe: rows as they change, names last; Ctrl-C ends it with 130', async () => {
    const { server, client, start, serve } = await clientDesk();
    serve('/a.bin');
    const old = await server.add('/old', { name: 'öld', paused: true });
    const watching = start(['ls', '--watch']);
    await watching.said('öld');
    expect((await client(['add', '/a.bin', '/missing'])).status).toBe(0);
    await watching.said('done ');
    await watching.said('(not-found)');
    await client(['rm', old.id]);
    await watching.said('removed');
    const exit = await interrupt(watching);
    expect(exit).toMatchObject({ status: 130, stderr: '' });
    const rows = rowsOf(exit);
    const statesOf = (name: string) => rows.filter((row) => row.name === name).map(({ state }) => state);
    expect(statesOf('öld')).toEqual(['paused', 'removed']);
    expect(statesOf('a.bin').at(-1)).toBe('done');
    expect(statesOf('missing  (not-found)')).toEqual(['failed']);
    expect(exit.stdout).not.toContain('\u001b');
  });

  test('only what is asked for; what is so no longer is told once', async () => {
    const { server, client, start } = await clientDesk();
    const a = await server.add('/a.bin', { paused: true });
    await server.add('/b.bin', { paused: true });
    const watching = start(['ls', '--watch', '--state', 'paused', 'a.b']);
    await watching.said('a.bin');
    await client(['resume', a.id]);
    await watching.said('failed');
    const rows = rowsOf(await interrupt(watching));
    expect(rows.every(({ name }) => name.startsWith('a.bin'))).toBe(true);
    expect(rows.map(({ state }) => state)[0]).toBe('paused');
  });

  test('--json: the messages as they are', async () => {
    const { client, start, serve } = await clientDesk();
    serve('/a.bin');
    const watching = start(['ls', '--watch', '--json']);
    await watching.said('"snapshot"');
    await client(['add', '/a.bin']);
    await watching.said('task.done');
    const { status, stdout } = await interrupt(watching);
    expect(status).toBe(130);
    const all = messages(stdout);
    expect(all[0]).toMatchObject({ type: 'snapshot', seq: 1, tasks: [] });
    expect(eventsOf(all)).toEqual(['task.added', 'task.started', 'task.done']);
    const numbers = all.flatMap((one) => (one.type === 'event' ? [] : [one.seq]));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect((await client(['ls', '--watch', '--json', 'word'])).status).toBe(2);
  });

  test('outlives the server: says so, and goes on where the next one listens', async () => {
    const { server, client, start } = await clientDesk();
    const gone = await server.add('/gone', { paused: true });
    const watching = start(['ls', '--watch']);
    await watching.said('gone');
    const before = server.serving.address;
    await server.close();
    await watching.said('Trying again in');
    await server.start();
    expect(server.serving.address).not.toBe(before);
    await server.add('/new', { paused: true });
    await watching.said('new');
    await client(['rm', gone.id]);
    await watching.said('removed');
    const exit = await interrupt(watching);
    expect(exit.status).toBe(130);
    expect(exit.stderr).toMatch(/^satchel: [^\n]*Trying again in \d+ s\n/);
    expect(exit.stdout.split(HEAD)).toHaveLength(2);
  });

  test('ends when it is no longer let in', async () => {
    const { server, start } = await clientDesk();
    const { token } = server;
    const { address } = server.serving;
    const watching = start(['ls', '--watch', '--server', address, '--token', token]);
    await watching.said(HEAD);
    const { port } = new URL(address);
    await server.close();
    await watching.said('Trying again in');
    const problem = { 'content-type': 'application/problem+json' };
    const other = await stranger(
      (_, response) => response.writeHead(401, problem).end('{"code":"unauthorized"}'),
      Number(port),
    );
    const exit = await watching.exit;
    expect(exit.status).toBe(1);
    expect(linesOf(exit.stderr).at(-1)).toMatch(/^satchel: .*\(unauthorized\)/);
    expect(exit.stderr).not.toContain(token);
    expect(other.requests.map(({ url }) => url)).toEqual(['/api/v1/events']);
  });

  test('ends when nobody reads any more', async () => {
    const { client, start } = await clientDesk();
    const watching = start(['ls', '--watch']);
    await watching.said(HEAD);
    watching.child.stdout?.destroy();
    await client(['add', '/a', '--paused']);
    expect((await watching.exit).status).toBe(0);
  });

  test('on a terminal: drawn in place, the cursor comes back', async () => {
    const { server, client, start, serve } = await clientDesk();
    serve('/a.bin');
    await server.add('/日本語.bin', { paused: true });
    const watching = start(['ls', '--watch'], { onTerminal: true });
    await watching.said('1 paused');
    await client(['add', '/a.bin']);
    await watching.said('1 done');
    process.kill(await innermost(watching.child.pid ?? 0), 'SIGINT');
    const { status, stdout } = await watching.exit;
    expect(status).toBe(130);
    expect(stdout).toContain('\u001b[?25l');
    expect(stdout.lastIndexOf('\u001b[?25h')).toBeGreaterThan(stdout.lastIndexOf('\u001b[?25l'));
  });

  test.each<[string, string]>([
    ['no JSON', 'hello'],
    ['a snapshot that is none', '{"type":"snapshot","seq":1,"tasks":[{}]}'],
    ['a number', '5'],
  ])('a server that sends %s is told in one sentence', async (_, text) => {
    const other = await stranger((__, response) => response.end());
    const sockets = new WebSocketServer({ noServer: true });
    const cwd = (await clientDesk()).server.folder;
    other.server.on('upgrade', (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (websocket) => websocket.send(text)),
    );
    const exit = await satchel(['ls', '--watch', '--server', other.address], { cwd }).exit;
    expect(exit).toMatchObject({ status: 1, stdout: '' });
    expect(exit.stderr).toMatch(
      /^satchel: Satchel is not running \(not-running\): [^\n]*is no Satchel[^\n]*\n$/,
    );
  });

  test('what a later version tells besides is passed over', async () => {
    const other = await stranger((_, response) => response.end());
    const sockets = new WebSocketServer({ noServer: true });
    const cwd = (await clientDesk()).server.folder;
    other.server.on('upgrade', (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (websocket) => {
        websocket.send('{"type":"weather","rain":true}');
        websocket.send('{"type":"event","event_type":"task.sung","payload":{"taskId":"X"}}');
        websocket.send('{"type":"snapshot","seq":1,"tasks":[],"more":1}');
      }),
    );
    const watching = satchel(['ls', '--watch', '--server', other.address], { cwd });
    await watching.said(HEAD);
    expect(await interrupt(watching)).toMatchObject({ status: 130, stderr: '' });
    const json = satchel(['ls', '--watch', '--json', '--server', other.address], { cwd });
    await json.said('"more":1');
    const { stdout } = await interrupt(json);
    expect(linesOf(stdout)).toHaveLength(3);
  });
});

describe('add --wait', () => {
  test('0 when all is done, 1 when one has failed; each is told of', async () => {
    const { server, client, serve } = await clientDesk();
    const content = serve('/a.bin');
    const well = await client(['add', '/a.bin', '--wait']);
    expect(well).toMatchObject({ status: 0, stderr: '' });
    expect(linesOf(well.stdout).at(-1)).toMatch(/^✓ a\.bin {2}19\.5 KiB in .* → .*a\.bin$/);
    await expectFile(join(server.downloads, 'a.bin'), content);
    const bad = await client(['add', '/a.bin', '/missing', '--wait', '-d', 'sub']);
    expect(bad.status).toBe(1);
    expect(bad.stdout).toContain('✓ a.bin');
    expect(bad.stderr).toMatch(/^✗ missing: [^\n]*\(not-found\)[^\n]*\n$/);
  });

  test('--json: a snapshot of them, then what happens to them and to no other', async () => {
    const { server, start, serve } = await clientDesk();
    serve('/a.bin');
    serve('/other.bin');
    const gate = server.source.gate('/a.bin', 0);
    const waiting = start(['add', '/a.bin', '--wait', '--json']);
    await gate.reached;
    const other = start(['add', '/other.bin', '--wait']);
    expect((await other.exit).status).toBe(0);
    gate.release();
    const { status, stdout, stderr } = await waiting.exit;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const all = messages(stdout);
    const [first] = all;
    const id = first?.type === 'snapshot' ? first.tasks[0]?.id : '';
    expect(first).toMatchObject({ seq: 1, tasks: [{ name: 'a.bin' }] });
    expect(eventsOf(all)).toEqual(['task.added', 'task.started', 'task.done']);
    for (const one of all) {
      if (one.type === 'event') expect(one.payload.taskId).toBe(id);
      if (one.type === 'progress') expect(one.tasks.map(({ taskId }) => taskId)).toEqual([id]);
    }
    const numbers = all.flatMap((one) => (one.type === 'event' ? [] : [one.seq]));
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  test('somebody removes it: 1', async () => {
    const { server, client, start, serve } = await clientDesk();
    serve('/a.bin');
    const gate = server.source.gate('/a.bin', 0);
    const waiting = start(['add', '/a.bin', '--wait']);
    await waiting.said('started');
    await gate.reached;
    const [{ id } = { id: '' }] = rowsOf(await client(['ls']));
    expect((await client(['rm', id])).status).toBe(0);
    const exit = await waiting.exit;
    expect(exit.status).toBe(1);
    expect(exit.stderr).toMatch(/^✗ a\.bin: [^\n]*\(cancelled\): somebody has removed it[^\n]*\n$/);
  });

  test('paused and resumed by somebody else: it waits on', async () => {
    const { server, client, start, serve } = await clientDesk();
    serve('/a.bin');
    const gate = server.source.gate('/a.bin', 0);
    const waiting = start(['add', '/a.bin', '--wait']);
    await waiting.said('started');
    await gate.reached;
    await client(['pause', '--all']);
    await waiting.said('a.bin: paused');
    gate.release();
    await client(['resume', '--all']);
    const exit = await waiting.exit;
    expect(exit).toMatchObject({ status: 0, stderr: '' });
    expect(exit.stdout).not.toContain('run the same command again');
  });

  test('Ctrl-C: 130, and the download goes on', async () => {
    const { server, client, start, serve } = await clientDesk();
    const content = serve('/a.bin');
    const gate = server.source.gate('/a.bin', 0);
    const waiting = start(['add', '/a.bin', '--wait']);
    await waiting.said('started');
    await gate.reached;
    const exit = await interrupt(waiting);
    expect(exit.status).toBe(130);
    expect(exit.stdout).toContain('the downloads go on');
    const watching = start(['ls', '--watch']);
    await watching.said('running');
    gate.release();
    await watching.said('done ');
    await expectFile(join(server.downloads, 'a.bin'), content);
    expect((await client(['ls', '--state', 'done'])).stdout).toContain('a.bin');
  });

  test('the server is started anew meanwhile: it goes on waiting for its own', async () => {
    const { server, start, serve } = await clientDesk();
    serve('/a.bin');
    serve('/b.bin');
    const gates = ['/a.bin', '/b.bin'].map((path) => server.source.gate(path, 0));
    const waiting = start(['add', '/a.bin', '/b.bin', '--wait']);
    await Promise.all(gates.map(({ reached }) => reached));
    await waiting.said('b.bin: started');
    await server.close();
    for (const gate of gates) gate.release();
    await waiting.said('Trying again in');
    await server.start();
    const exit = await waiting.exit;
    expect(exit.status).toBe(0);
    expect(linesOf(exit.stdout).filter((line) => line.startsWith('✓'))).toHaveLength(2);
  });

  test('what is refused ends it', async () => {
    const { client } = await clientDesk();
    const exit = await client(['add', 'ftp://x.test/', '--wait']);
    expect(exit).toMatchObject({ status: 2, stdout: '' });
    expect(exit.stderr).toMatch(/\(bad-url\)/);
  });

  test('bars on a terminal', async () => {
    const { start, serve } = await clientDesk();
    serve('/a.bin', 300_000);
    const { exit } = start(['add', '/a.bin', '--wait'], { onTerminal: true });
    const { status, stdout } = await exit;
    expect(status).toBe(0);
    expect(stdout).toMatch(/✓.*a\.bin/);
  });
});
