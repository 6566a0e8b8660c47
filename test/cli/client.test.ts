import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { Task } from '../../main/contract/task.ts';
import { task } from '../doors/messages.ts';
import { Content } from '../kit/content.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { clientDesk, rowsOf, stranger, tasksOf } from './client-kit.ts';
import { buildFirst, expectFile, linesOf, names, run } from './kit.ts';

buildFirst();

/** One line, with this code, and no token in it. */
const saying = (code: string, what = '') =>
  new RegExp(`^satchel: [^\\n]*\\(${code}\\)[^\\n]*${what.replaceAll('.', '\\.')}[^\\n]*\\n$`);

describe('add', () => {
  test('several addresses, in order; what it prints are their ids', async () => {
    const { server, client, serve } = await clientDesk();
    const a = serve('/a.bin');
    const b = serve('/b.bin', 30_000);
    const added = await client(['add', '/a.bin', '/b.bin', '/a.bin', '-d', 'sub']);
    expect(added).toMatchObject({ status: 0, stderr: 'satchel: 1 given twice, added once\n' });
    const ids = linesOf(added.stdout).map((line) => line.split('  ')[0] ?? '');
    const { tasks } = await server.json<{ tasks: Task[] }>('/api/v1/tasks');
    expect(tasks.map(({ id, name }) => [id, name])).toEqual([
      [ids[0], 'a.bin'],
      [ids[1], 'b.bin'],
    ]);
    expect(await client(['add', '/c.bin', '--paused', '--wait'])).toMatchObject({ status: 2 });
    expect(await client(['add', '/b.bin', '-o', 'again.bin', '--wait'])).toMatchObject({ status: 0 });
    await expectFile(join(server.downloads, 'again.bin'), b);
    await client(['add', '/a.bin', '-o', 'deep/x.bin', '-d', 'sub', '--wait']);
    await expectFile(join(server.downloads, 'sub', 'deep', 'x.bin'), a);
  });

  test('all or none: with an address that is none nothing is added', async () => {
    const { server, client } = await clientDesk();
    const exit = await client(['add', '/a.bin', 'ftp://user:s3cret@x.test/b', '/c.bin']);
    expect(exit).toMatchObject({ status: 2, stdout: '' });
    expect(exit.stderr).toMatch(saying('bad-url', 'x.test'));
    expect(exit.stderr).not.toContain('s3cret');
    expect((await server.json<{ tasks: Task[] }>('/api/v1/tasks')).tasks).toEqual([]);
  });

  test('every option reaches the task', async () => {
    const { server, client } = await clientDesk();
    const sum = `crc32:${'0'.repeat(8)}`;
    const exit = await client([
      ...['add', '/a.bin', '--paused', '-o', 'ünï.bin', '-d', 'in', '-x', '3', '--limit-rate', '1M'],
      ...['--checksum', sum, '--priority', '-7', '--json', '--user', 'me:s3:cret', '--user-agent', 'agent'],
      ...['-H', 'X-One: 1', '-H', 'x-one: 2', '--referer', 'http://r.test/'],
    ]);
    expect(exit).toMatchObject({ status: 0, stderr: '' });
    const [task] = tasksOf(exit);
    expect(task).toMatchObject({
      ...{ kind: 'file', state: 'paused', name: 'ünï.bin', dir: join(server.downloads, 'in') },
      ...{ limitRate: 1024 * 1024, priority: -7, items: [{ checksum: sum }] },
    });
    server.source.serve('/a.bin', { content: new Content(1, 10) });
    await client(['resume', task?.id ?? '']);
    const { headers } = await server.source.once(({ path }) => path === '/a.bin');
    expect(headers).toMatchObject({
      ...{ 'x-one': '2', 'user-agent': 'agent', referer: 'http://r.test/' },
      authorization: `Basic ${Buffer.from('me:s3:cret').toString('base64')}`,
    });
  });

  test('an input file, with what stands below its addresses', async () => {
    const { server, client } = await clientDesk();
    const text = '# list\n/a\n out=x.bin\n dir=deep\n/b\n checksum=crc32:00000000\n'.replaceAll(
      /^\/(\w)$/gm,
      (_, path: string) => server.source.url(`/${path}`),
    );
    const list = await client(['add', '-i', '-', '-d', 'top', '--paused', '--json'], { input: text });
    expect(tasksOf(list).map(({ name, dir, state }) => [name, dir, state])).toEqual([
      ['x.bin', join(server.downloads, 'top', 'deep'), 'paused'],
      ['b', join(server.downloads, 'top'), 'paused'],
    ]);
    await writeFile(join(server.folder, 'list.txt'), `${server.source.url('/c')}\nnonsense\n`);
    const bad = await client(['add', '-i', 'list.txt']);
    expect(bad).toMatchObject({ status: 2, stdout: '' });
    expect(bad.stderr).toMatch(/line 2: /);
  });

  test('a list as it was exported', async () => {
    const { server, client } = await clientDesk();
    await server.add('/a.bin', { paused: true, priority: 5 });
    const { text } = await server.json<{ text: string }>('/api/v1/export');
    await writeFile(join(server.folder, 'list.json'), text);
    const exit = await client(['add', '-i', 'list.json', '--paused', '--json']);
    expect(exit.status).toBe(0);
    expect(tasksOf(exit)).toMatchObject([{ name: 'a.bin', priority: 5, state: 'paused' }]);
    expect((await client(['add', '-i', 'list.json', '-x', '3'])).status).toBe(2);
  });

  test('one package of everything', async () => {
    const { server, client, serve } = await clientDesk();
    serve('/a.bin');
    serve('/b.bin');
    const text = `${server.source.url('/b.bin')}\n out=y.bin\n dir=in\n`;
    const args = [
      'add',
      '/a.bin',
      '-i',
      '-',
      '--zip',
      'both.zip',
      '--compress',
      'store',
      '--json',
      '--paused',
    ];
    const exit = await client(args, { input: text });
    expect(exit).toMatchObject({ status: 0, stderr: '' });
    const [task] = tasksOf(exit);
    expect(task).toMatchObject({ kind: 'package', name: 'both.zip', compress: 'store' });
    expect(task?.items.map(({ name }) => name)).toEqual(['a.bin', 'in/y.bin']);
  });

  test.each<[string, string[], RegExp]>([
    ['no address', [], /no address was given/],
    ['-o with two addresses', ['/a', '/b', '-o', 'x'], /one address only/],
    [
      '--checksum with --zip',
      ['/a', '--zip', 'x.zip', '--checksum', 'crc32:00000000'],
      /do not go with --zip/,
    ],
    ['--compress without --zip', ['/a', '--compress', 'store'], /--compress is for --zip/],
    ['--zip -', ['/a', '--zip', '-'], /--zip - is for get/],
    ['a name that is none', ['/a', '-o', 'sub/..'], /not a name for a file/],
    ['a priority beyond', ['/a', '--priority', '1001'], /--priority must be a whole number from -1000/],
    ['a low rate', ['/a', '--limit-rate', '5'], /--limit-rate must be 1K or more/],
    ['a bad header', ['/a', '-H', 's3cret'], /--header wants/],
    [
      '--user besides Authorization',
      ['/a', '--user', 'a:s3cret', '-H', 'authorization: x'],
      /do not go together/,
    ],
    ['a checksum the server refuses', ['/a', '--checksum', 'sha3:00'], /unknown checksum algorithm/],
  ])('%s: status 2, nothing added', async (_, args, message) => {
    const { server, client } = await clientDesk();
    const exit = await client(['add', ...args]);
    expect(exit).toMatchObject({ status: 2, stdout: '' });
    expect(exit.stderr).toMatch(message);
    expect(exit.stderr).not.toContain('s3cret');
    expect((await server.json<{ tasks: Task[] }>('/api/v1/tasks')).tasks).toEqual([]);
  });
});

describe('ls', () => {
  test('a table, with names in any script; as JSON the tasks as they are', async () => {
    const { server, client, serve } = await clientDesk();
    serve('/a.bin', 5000);
    expect((await client(['add', '/a.bin', '--wait'])).status).toBe(0);
    await server.add('/b', { name: '日本語 ünï 🎒.bin', paused: true });
    const exit = await client(['ls']);
    expect(exit).toMatchObject({ status: 0, stderr: '' });
    const { tasks } = await server.json<{ tasks: Task[] }>('/api/v1/tasks');
    expect(rowsOf(exit)).toEqual([
      { id: tasks[0]?.id, state: 'done', progress: '100 %', name: 'a.bin' },
      { id: tasks[1]?.id, state: 'paused', progress: '?', name: '日本語 ünï 🎒.bin' },
    ]);
    expect(tasksOf(await client(['ls', '--json']))).toEqual(tasks);
  });

  test('on a terminal: within its width, by the ends of the ids', async () => {
    const { server, client } = await clientDesk();
    const { id } = await server.add('/b', { name: `${'日本語'.repeat(40)}.bin`, paused: true });
    const { status, stdout } = await client(['ls'], { onTerminal: true });
    expect(status).toBe(0);
    const lines = linesOf(stdout.replaceAll('\r', ''));
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    expect(lines[1]).toMatch(new RegExp(`^${id.slice(-6)} .*日本語.*…$`));
  });

  test('what a terminal would obey is made harmless, whoever says it', async () => {
    const cwd = await tempFolder();
    const evil = '\u001b[31mred\u009b2J\u202e\u0007\r\nline';
    const one = task('01KAPZJ5M00000000000000001', { name: evil, error: { code: 'tls', message: evil } });
    const type = { 'content-type': 'application/json' };
    const other = await stranger(({ method, url = '' }, response) => {
      const known = url.startsWith('/api/v1/tasks?') ? { tasks: [one], nextCursor: null } : { task: one };
      if (method === 'DELETE') response.writeHead(204).end();
      else response.writeHead(200, type).end(JSON.stringify(known));
    });
    for (const args of [
      ['ls'],
      ['ls', '--json'],
      ['pause', '0001'],
      ['rm', '0001'],
      ['rm', '0001', '--json'],
    ]) {
      const { status, stdout, stderr } = await run([...args, '--server', other.address], { cwd });
      expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' });
      expect(linesOf(stdout)).toHaveLength(args[0] === 'ls' && args.length === 1 ? 2 : 1);
      expect(stdout).toContain('red');
      for (const char of ['\u001b', '\u009b', '\u0007', '\r']) expect(stdout).not.toContain(char);
      if (!args.includes('--json')) expect(stdout).not.toContain('\u202e');
    }
  });

  test('only those asked for, by words and by state', async () => {
    const { server, client } = await clientDesk();
    await server.add('/one', { name: 'Red apple.bin', paused: true });
    await server.add('/two', { name: 'red car.bin', paused: true });
    const names = async (...args: string[]) => rowsOf(await client(['ls', ...args])).map(({ name }) => name);
    expect(await names('RED')).toEqual(['Red apple.bin', 'red car.bin']);
    expect(await names('red', 'app')).toEqual(['Red apple.bin']);
    expect(await names('two')).toEqual(['red car.bin']);
    expect(await names('--state', 'done')).toEqual([]);
    expect(await names('--state', 'paused', 'car')).toEqual(['red car.bin']);
    const bad = await client(['ls', '--state', 'idle']);
    expect(bad).toMatchObject({ status: 2, stdout: '' });
  });

  test('more than one page: each task once, in order', async () => {
    const { server, client } = await clientDesk();
    const tasks = Array.from({ length: 2001 }, (_, n) => ({ url: server.source.url(`/${n}`), paused: true }));
    await server.json('/api/v1/tasks/batch', { json: { tasks } });
    const all = tasksOf(await client(['ls', '--json']));
    expect(all.map(({ name }) => name)).toEqual(tasks.map((_, n) => String(n)));
    expect(rowsOf(await client(['ls']))).toHaveLength(2001);
  });
});

describe('pause, resume, retry, restart, rm', () => {
  /** A server at work on something else, so that what is added waits. */
  async function busyDesk() {
    const at = await clientDesk();
    await at.server.json('/api/v1/settings', { method: 'PATCH', json: { jobs: 1 } });
    at.serve('/busy.bin');
    const gate = at.server.source.gate('/busy.bin', 0);
    const busy = await at.server.add('/busy.bin');
    await gate.reached;
    return { ...at, busy, release: () => gate.release() };
  }

  test('by the whole id, its beginning or its end, in whichever case', async () => {
    const { server, client } = await busyDesk();
    const { id } = await server.add('/a.bin');
    const forms = [id, id.toLowerCase().slice(-6), id.slice(-4), id.slice(0, 25).toLowerCase()];
    for (const [at, given] of forms.entries()) {
      const [act, state] = at % 2 === 0 ? ['pause', 'paused '] : ['resume', 'waiting'];
      const exit = await client([act ?? '', given]);
      expect({ given, ...exit }).toMatchObject({ status: 0, stdout: `${id}  ${state}  a.bin\n`, stderr: '' });
    }
    expect(tasksOf(await client(['pause', id.toLowerCase(), '--json']))).toMatchObject([
      { id, state: 'paused' },
    ]);
  });

  test('several: each is tried, and each failure told; none is done twice', async () => {
    const { server, client } = await busyDesk();
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) ids.push((await server.add(`/${name}`)).id);
    const [a = '', b = '', c = ''] = ids;
    const nobody = `01${'Z'.repeat(24)}`;
    const exit = await client(['pause', a, nobody, 'QQQQQQ', 'U!', '01', b, b.slice(-8)]);
    expect(exit.status).toBe(1);
    expect(linesOf(exit.stdout)).toEqual([`${a}  paused   a`, `${b}  paused   b`]);
    expect(linesOf(exit.stderr)).toEqual([
      expect.stringMatching(new RegExp(`^✗ ${nobody}: .*\\(not-found\\)`)),
      expect.stringMatching(/^✗ QQQQQQ: .*\(not-found\)/),
      expect.stringMatching(/^✗ U!: .*\(bad-input\)/),
      expect.stringMatching(/^✗ 01: .*\(bad-input\)/),
    ]);
    const wrong = await client(['resume', c, a]);
    expect(wrong).toMatchObject({ status: 1, stdout: `${a}  waiting  a\n` });
    expect(wrong.stderr).toMatch(/\(bad-transition\)/);
  });

  test('a part of several ids is refused, and they are named', async () => {
    const { server, client } = await busyDesk();
    const tasks = [await server.add('/a', { name: 'a\u001b[31m' }), await server.add('/b')];
    const common = tasks[0]?.id.slice(0, 4) ?? '';
    for (const { id } of tasks) expect(id.startsWith(common)).toBe(true);
    const exit = await client(['pause', common]);
    expect(exit).toMatchObject({ status: 1, stdout: '' });
    expect(exit.stderr).toMatch(/\(bad-input\): 3 tasks fit: /);
    for (const { id } of tasks) expect(exit.stderr).toContain(id);
    expect(exit.stderr).not.toContain('\u001b');
    expect((await server.task(tasks[0]?.id ?? '')).state).toBe('waiting');
  });

  test('--all pauses and resumes everything', async () => {
    const { server, client } = await busyDesk();
    for (const name of ['a', 'b']) await server.add(`/${name}`);
    expect(await client(['pause', '--all'])).toMatchObject({
      status: 0,
      stdout: '3 tasks paused\n',
      stderr: '',
    });
    expect(await client(['pause', '--all', '--json'])).toMatchObject({ status: 0, stdout: '{"count":0}\n' });
    expect(await client(['resume', '--all'])).toMatchObject({ status: 0, stdout: '3 tasks resumed\n' });
    const wrong = await client(['retry', '--all']);
    expect(wrong).toMatchObject({ status: 2, stdout: '' });
    expect(wrong.stderr).toMatch(/unknown option '--all'/);
    for (const args of [['pause'], ['rm'], ['pause', '--all', 'ABCD'], ['rm', '--done', 'ABCD']]) {
      expect((await client(args)).status).toBe(2);
    }
  });

  test('retry and restart what has failed or is done', async () => {
    const { server, client, start, serve } = await clientDesk();
    const failed = await client(['add', '/a.bin', '--wait']);
    expect(failed.status).toBe(1);
    const [{ id } = { id: '' }] = rowsOf(await client(['ls']));
    serve('/a.bin');
    const watching = start(['ls', '--watch']);
    await watching.said('failed');
    expect((await client(['retry', id])).status).toBe(0);
    await watching.said('done');
    expect((await server.task(id)).state).toBe('done');
    expect((await client(['retry', id])).stderr).toMatch(/bad-transition/);
    expect((await client(['restart', id.slice(-5)])).status).toBe(0);
  });

  test('rm: a finished file stays, or goes with --files delete', async () => {
    const { server, client, serve } = await clientDesk();
    const content = serve('/a.bin');
    await client(['add', '/a.bin', '-o', '1.bin', '--wait']);
    await client(['add', '/a.bin', '-o', '2.bin', '--wait']);
    const [one, two] = rowsOf(await client(['ls']));
    const kept = await client(['rm', one?.id ?? '']);
    expect(kept).toMatchObject({ status: 0, stdout: `${one?.id}  removed  1.bin\n`, stderr: '' });
    const deleted = await client(['rm', two?.id ?? '', '--files', 'delete', '--json']);
    expect(tasksOf(deleted)).toMatchObject([{ id: two?.id, name: '2.bin', state: 'done' }]);
    await expectFile(join(server.downloads, '1.bin'), content);
    expect(await names(server.downloads)).toEqual(['1.bin']);
    expect((await client(['rm', one?.id ?? ''])).stderr).toMatch(/no such task \(not-found\)/);
  });

  test('rm --done', async () => {
    const { server, client, serve } = await clientDesk();
    serve('/a.bin');
    const finish = (...more: string[]) => client(['add', '/a.bin', '--wait', ...more]);
    await finish('-o', '1.bin');
    await server.add('/b', { paused: true });
    expect(await client(['rm', '--done'])).toMatchObject({
      status: 0,
      stdout: '1 task removed\n',
      stderr: '',
    });
    await finish('-o', '2.bin');
    await finish('-o', '3.bin');
    expect(tasksOf(await client(['rm', '--done', '--json', '--files', 'delete']))).toHaveLength(2);
    expect(rowsOf(await client(['ls']))).toMatchObject([{ name: 'b', state: 'paused' }]);
    expect(await names(server.downloads)).toEqual(['1.bin']);
  });

  test('who asks too often is told to wait, and does', async () => {
    const { server, client } = await clientDesk({ rate: '20', burst: '3' });
    const ids: string[] = [];
    const tasks = Array.from({ length: 12 }, (_, n) => ({ url: server.source.url(`/${n}`), paused: true }));
    const batch = await server.json<{ tasks: Task[] }>('/api/v1/tasks/batch', { json: { tasks } });
    for (const { id } of batch.tasks) ids.push(id);
    const exit = await client(['rm', ...ids]);
    expect(exit).toMatchObject({ status: 0, stderr: '' });
    expect(linesOf(exit.stdout)).toHaveLength(12);
    expect(server.log.some((line) => line.includes('"statusCode":429') || line.includes('429'))).toBe(true);
  });
});
