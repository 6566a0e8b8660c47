import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Task } from '../../main/contract/task.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { clientDesk, closedAddress, stranger } from './client-kit.ts';
import { buildFirst, linesOf, run, satchel } from './kit.ts';

buildFirst();

const FAILED = { status: 1, stdout: '' };
/** One line, with this code, and no token in it. */
const saying = (code: string, what = '') =>
  new RegExp(`^satchel: [^\\n]*\\(${code}\\)[^\\n]*${what.replaceAll('.', '\\.')}[^\\n]*\\n$`);

describe('where to', () => {
  test('the Satchel that runs on the data folder; else --server, SATCHEL_SERVER, with their tokens', async () => {
    const { server, client } = await clientDesk();
    const { address } = server.serving;
    const task = await server.add('/a.bin', { paused: true });
    const tokenFile = join(server.folder, 'token.txt');
    await writeFile(tokenFile, `${server.token}\n`);
    const elsewhere = { SATCHEL_DATA_DIR: await tempFolder() };
    const dataDir = String(server.options['dataDir']);
    for (const [args, env] of [
      [[], {}],
      [['--data-dir', dataDir], elsewhere],
      [['--data-dir', dataDir], { ...elsewhere, SATCHEL_SERVER: 'http://127.0.0.1:9' }],
      [['--server', address, '--token', server.token], elsewhere],
      [['--server', `${address}/`, '--token-file', tokenFile], elsewhere],
      [['--server', address.replace('http://', '')], { ...elsewhere, SATCHEL_TOKEN: server.token }],
      [[], { ...elsewhere, SATCHEL_SERVER: address, SATCHEL_TOKEN: server.token }],
      // It is that of another server.
      [[], { SATCHEL_TOKEN: 'another' }],
    ] as const) {
      const { status, stdout, stderr } = await client(['ls', '--json', ...args], { env });
      expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({ id: task.id, state: 'paused' });
    }
  });

  test('a wrong token, and none, are unauthorized; the token is not repeated', async () => {
    const { server, client } = await clientDesk();
    const { address } = server.serving;
    const env = { SATCHEL_DATA_DIR: await tempFolder() };
    const wrong = ['--token', 'wr0ng-t0ken'];
    for (const [command, own] of [
      [['ls', ...wrong], {}],
      [['ls', '--watch', ...wrong], {}],
      [['pause', '--all', ...wrong], {}],
      [['add', '/a.bin', '--wait', ...wrong], {}],
      [['ls', '--server', address], { env }],
      [['ls', '--watch', '--server', address, ...wrong], { env }],
    ] as const) {
      const { stderr, ...exit } = await client(command, own);
      expect({ command, ...exit }).toMatchObject({ command, ...FAILED });
      expect(stderr).toMatch(saying('unauthorized', address));
      expect(stderr).not.toContain('wr0ng');
    }
    expect((await server.json<{ tasks: Task[] }>('/api/v1/tasks')).tasks).toEqual([]);
  });

  test.each([
    ['ls'],
    ['ls', '--watch'],
    ['pause', '--all'],
    ['rm', '--done'],
    ['add', 'http://x.test/a', '--wait'],
  ])('nothing runs: %s %s', async (...command) => {
    const cwd = await tempFolder();
    const exit = await run([...command, '--data-dir', cwd], { cwd });
    expect(exit).toMatchObject(FAILED);
    expect(exit.stderr).toMatch(saying('not-running', 'satchel serve'));
  });

  test('nobody listens at --server', async () => {
    const cwd = await tempFolder();
    for (const more of [[], ['--watch']]) {
      const address = await closedAddress();
      const exit = await run(['ls', ...more, '--server', address], { cwd });
      expect(exit).toMatchObject(FAILED);
      expect(exit.stderr).toMatch(saying('not-running', address));
    }
  });

  test('a server that was killed: what it has left behind is not believed, whoever has its port now', async () => {
    const folder = await tempFolder();
    const dataDir = join(folder, 'data');
    const serving = satchel(
      ['serve', '--port', '0', '--data-dir', dataDir, '--downloads', join(folder, 'dl')],
      { cwd: folder },
    );
    await serving.said('serves at http');
    const file = join(dataDir, 'instance.json');
    const { address, pid } = JSON.parse(await readFile(file, 'utf8')) as { address: string; pid: number };
    expect((await run(['ls', '--data-dir', dataDir], { cwd: folder })).status).toBe(0);
    process.kill(pid, 'SIGKILL');
    await serving.exit;
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ address });
    const another = await stranger((_, response) => response.end('{}'), Number(new URL(address).port));
    for (const command of [['ls'], ['ls', '--watch'], ['rm', '--done']]) {
      const exit = await run([...command, '--data-dir', dataDir], { cwd: folder });
      expect(exit).toMatchObject(FAILED);
      expect(exit.stderr).toMatch(saying('not-running'));
    }
    expect(another.requests).toEqual([]);
  });

  test.each<[string, number, Record<string, string>, string]>([
    ['a page', 200, { 'content-type': 'text/html' }, '<html>\u001b[31mhello</html>'],
    ['JSON of something else', 200, { 'content-type': 'application/json' }, '{"tasks":[{"id":1}]}'],
    ['an error page', 502, { 'content-type': 'text/html' }, 'bad gateway'],
    [
      'problem details with a code that is none',
      400,
      { 'content-type': 'application/problem+json' },
      '{"code":"x"}',
    ],
    ['broken JSON', 200, { 'content-type': 'application/json' }, '{"tasks":['],
  ])('%s is told in one sentence', async (_, status, headers, body) => {
    const cwd = await tempFolder();
    const another = await stranger((__, response) => response.writeHead(status, headers).end(body));
    for (const command of [['ls'], ['ls', '--watch'], ['add', 'http://x.test/a', '--wait']]) {
      const exit = await run([...command, '--server', another.address, '--token', 't0ken'], { cwd });
      expect(exit).toMatchObject(FAILED);
      expect(exit.stderr).toMatch(saying('not-running', `${another.address} is no Satchel`));
      for (const text of ['t0ken', '\u001b']) expect(exit.stderr).not.toContain(text);
    }
    expect(another.requests.length).toBeGreaterThan(2);
  });

  test('nobody is followed elsewhere with the token', async () => {
    const cwd = await tempFolder();
    const other = await stranger((_, response) => response.end());
    const first = await stranger((request, response) => {
      response.writeHead(307, {
        location: `${other.address}${request.url}`,
        'content-type': 'application/json',
      });
      response.end('{}');
    });
    for (const command of [['ls'], ['ls', '--watch'], ['pause', '--all']]) {
      const exit = await run([...command, '--server', first.address, '--token', 't0ken'], { cwd });
      expect(exit).toMatchObject(FAILED);
      expect(exit.stderr).toMatch(saying('not-running', 'HTTP 307'));
    }
    expect(first.requests).toHaveLength(3);
    expect(other.requests).toEqual([]);
  });

  test('a token that would go out in clear is warned of; to this machine it does not', async () => {
    const { server, client } = await clientDesk({ allowHost: ['0.0.0.0'] });
    const given = ['--token', server.token];
    const { port } = new URL(server.serving.address);
    const env = { SATCHEL_DATA_DIR: await tempFolder() };
    const clear = await client(['ls', '--server', `http://0.0.0.0:${port}`, ...given], { env });
    expect(clear.status).toBe(0);
    expect(clear.stderr).toMatch(/^satchel: warning: [^\n]*in clear[^\n]*\n$/);
    expect(clear.stderr).not.toContain(server.token);
    const home = await client(['ls', '--server', `http://127.0.0.1:${port}`, ...given], { env });
    expect(home).toMatchObject({ status: 0, stderr: '' });
  });

  test.each<[string, string[], RegExp]>([
    [
      'both --server and --data-dir',
      ['--server', 'http://127.0.0.1:9', '--data-dir', '.'],
      /--server and --data-dir/,
    ],
    ['both tokens', ['--token', 's3cret', '--token-file', 'x'], /--token and --token-file/],
    ['a token with a line end', ['--token', 's3cret\nX: y'], /--token: a token is printable/],
    ['an empty token', ['--token', ''], /--token must not be empty/],
    ['a token file that is not there', ['--token-file', 'none'], /--token-file: the file cannot be read/],
    ['another scheme', ['--server', 'ftp://127.0.0.1'], /--server must be an address/],
    ['a password in the address', ['--server', 'http://me:s3cret@127.0.0.1:9'], /no user and password/],
  ])('%s: status 2', async (_, args, message) => {
    const cwd = await tempFolder();
    const { status, stdout, stderr } = await run(['ls', ...args], { cwd });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(linesOf(stderr)).toHaveLength(1);
    expect(stderr).not.toContain('s3cret');
  });
});
