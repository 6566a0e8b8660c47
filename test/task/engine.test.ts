import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS, type CommandName } from '../../main/contract/commands.ts';
import { ERRORS } from '../../main/contract/errors.ts';
import { openEngine } from '../../main/engine.ts';
import { EngineDesk } from '../kit/engine.ts';

describe('commands', () => {
  const bad: [string, unknown][] = [
    ['tasks.add', { url: 'ftp://example.org/a' }],
    ['tasks.add', { url: 'javascript:alert(1)' }],
    ['tasks.add', { url: '' }],
    ['tasks.add', {}],
    ['tasks.add', { url: 'http://h/', unknown: 1 }],
    ['tasks.add', { url: 'http://h/', headers: { 'a b': 'c' } }],
    ['tasks.add', { url: 'http://h/', headers: { host: 'x\r\ny: z' } }],
    ['tasks.add', { url: 'http://h/', checksum: 'sha256:00' }],
    ['tasks.add', { url: 'http://h/', limitRate: 1 }],
    ['tasks.add', { url: 'http://h/', position: -1 }],
    ['tasks.add', { kind: 'package' }],
    ['tasks.add', { kind: 'package', items: [] }],
    ['tasks.add', { kind: 'package', items: [{}] }],
    ['tasks.add', { kind: 'package', items: [{ url: 'http://h/', path: '/a' }] }],
    ['tasks.add', { kind: 'package', items: [{ url: 'http://h/' }, { path: 'relative' }] }],
    ['tasks.add', { kind: 'package', items: [{ path: '/a', headers: { a: 'b' } }] }],
    ['tasks.add', { kind: 'package', url: 'http://h/', items: [{ url: 'http://h/' }] }],
    ['tasks.add', { kind: 'package', compress: 10, items: [{ url: 'http://h/' }] }],
    ['tasks.add', { url: 'http://h/', compress: 'store' }],
    ['items.add', { id: 'nobody', items: [{ url: 'http://h/' }] }],
    ['tasks.finishWithout', { id: 'nobody' }],
    ['tasks.openPartial', { id: 'nobody', name: 'a.zip' }],
    ['tasks.addAll', { tasks: [] }],
    ['tasks.addAll', { tasks: [{ url: 'http://h/' }, { url: 'nothing' }] }],
    ['tasks.get', { id: 'nobody' }],
    ['tasks.get', {}],
    ['tasks.get', null],
    ['tasks.pause', { id: 'nobody' }],
    ['tasks.remove', { id: 'nobody' }],
    ['tasks.remove', { id: 'nobody', files: 'burn' }],
    ['tasks.list', { limit: 0 }],
    ['tasks.list', { cursor: 'nowhere' }],
    ['tasks.list', { state: 'lost' }],
    ['tasks.update', { id: 'nobody', name: 'x' }],
    ['list.import', { text: '{"satchel":2}' }],
    ['list.import', { text: '{' }],
    ['history.search', { cursor: 'nowhere' }],
    ['settings.update', { jobs: 0 }],
    ['settings.update', { dir: 'relative' }],
    ['settings.update', { caFile: '/nowhere/at/all.pem' }],
    ['settings.update', { proxy: 'gopher://h' }],
    ['settings.update', { colour: 'blue' }],
    ['no.such.command', {}],
    ['constructor', {}],
  ];

  test('with bad input are answered with a code, and change nothing', async () => {
    const desk = await EngineDesk.open();
    const before = (await desk.call('settings.get', {})).settings;
    for (const [command, input] of bad) {
      const error = await desk.refused(command as CommandName, input as never);
      expect([command, input, Object.keys(ERRORS).includes(error.code)]).toEqual([command, input, true]);
      expect([command, input, error.code]).not.toEqual([command, input, 'internal']);
    }
    expect((await desk.call('tasks.list', {})).tasks).toEqual([]);
    expect((await desk.call('settings.get', {})).settings).toEqual(before);
  });

  test('in a state they are not for are refused with bad-transition, and change nothing', async () => {
    const desk = await EngineDesk.open();
    desk.serve('/a.bin');
    const { id } = await desk.add('/a.bin', { paused: true });
    for (const command of ['tasks.pause', 'tasks.retry'] as const) {
      expect((await desk.refused(command, { id })).code).toBe('bad-transition');
    }
    await desk.call('tasks.resume', { id });
    const done = await desk.reaches(id, 'done');
    for (const command of ['tasks.pause', 'tasks.resume', 'tasks.retry', 'tasks.start'] as const) {
      expect((await desk.refused(command, { id })).code).toBe('bad-transition');
    }
    expect((await desk.refused('tasks.update', { id, url: desk.server.url('/b') })).code).toBe(
      'bad-transition',
    );
    expect(await desk.task(id)).toEqual(done);
  });

  test('answer as the map of commands says', async () => {
    const desk = await EngineDesk.open();
    desk.serve('/a.bin');
    const { id } = await desk.add('/a.bin');
    await desk.reaches(id, 'done');
    const inputs: Partial<Record<CommandName, unknown>> = {
      'tasks.list': {},
      'tasks.get': { id },
      'tasks.preview': { text: desk.server.url('/a.bin') },
      'list.export': {},
      'history.search': {},
      'settings.get': {},
      status: {},
    };
    for (const [command, input] of Object.entries(inputs)) {
      const value = await desk.call(command as CommandName, input as never);
      expect(() => COMMANDS[command as CommandName].answer.parse(value)).not.toThrow();
    }
  });

  test('after its end, the engine answers that it does not run', async () => {
    const desk = await EngineDesk.open();
    const { engine } = desk;
    await desk.close();
    expect(await engine.call('tasks.list', {})).toMatchObject({ ok: false, error: { code: 'not-running' } });
  });
});

test('a second engine on the same folder is already-running, and the first is none the worse', async () => {
  const desk = await EngineDesk.open();
  const { dataDir, downloads } = desk;
  await expect(openEngine({ dataDir, downloads, version: '0' })).rejects.toMatchObject({
    code: 'already-running',
  });
  await desk.call('status', {});
  await desk.again();
});

test('closing in the middle of everything leaves nothing running, and goes on next time', async () => {
  const desk = await EngineDesk.open({ jobs: 3 });
  const contents = ['/1', '/2', '/3', '/4', '/5'].map((name, seed) => desk.serve(name, { seed }));
  const gates = ['/1', '/2', '/3'].map((name) => desk.server.gate(name, 100_000));
  const { tasks } = await desk.call('tasks.addAll', {
    tasks: [1, 2, 3, 4, 5].map((n) => ({ url: desk.server.url(`/${n}`) })),
  });
  await Promise.all(gates.map(({ reached }) => reached));
  await desk.close();
  await desk.server.until(() => desk.server.requests.every(({ ended }) => ended !== 'open'));
  for (const gate of gates) gate.release();
  await desk.start();
  for (const { id } of tasks) await desk.reaches(id, 'done');
  for (const [n, content] of contents.entries()) await desk.demand(String(n + 1), content);
  expect(await desk.files()).toEqual(['1', '2', '3', '4', '5']);
});

describe('a lost database', () => {
  async function half() {
    const desk = await EngineDesk.open({ connections: 1 });
    const content = desk.serve('/a.bin');
    const gate = desk.server.gate('/a.bin', 100_000);
    const { id } = await desk.add('/a.bin');
    await desk.receives(id, 100_000);
    await desk.close();
    gate.release();
    return { desk, content };
  }

  test.each([
    [
      'that is gone',
      async (folder: string) => {
        for (const name of await readdir(folder)) if (/\.db/.test(name)) await rm(join(folder, name));
      },
    ],
    [
      'that is damaged',
      (folder: string) => writeFile(join(folder, 'satchel.db'), Buffer.alloc(8192, 'rubbish ')),
    ],
  ])('%s: the same address added again goes on with its journal', async (_, lose) => {
    const { desk, content } = await half();
    await lose(desk.dataDir);
    await desk.start();
    expect((await desk.call('tasks.list', {})).tasks).toEqual([]);
    const { id } = await desk.add('/a.bin');
    await desk.reaches(id, 'done');
    expect(desk.server.requests.at(-1)?.range).toBe('bytes=100000-199999');
    expect(await desk.files()).toEqual(['a.bin']);
    await desk.demand('a.bin', content);
  });

  test('that is damaged is told of', async () => {
    const { desk } = await half();
    await writeFile(join(desk.dataDir, 'satchel.db'), Buffer.alloc(8192, 'rubbish '));
    await desk.start();
    const { problems } = await desk.call('status', {});
    expect(problems).toEqual([expect.stringContaining('damaged database')]);
  });
});

test('settings hold at once and over a restart', async () => {
  const desk = await EngineDesk.open();
  const there = join(desk.folder, 'elsewhere');
  await desk.call('settings.update', { dir: there, onConflict: 'skip', userAgent: 'Test/1' });
  const content = desk.serve('/a.bin');
  const first = await desk.add('/a.bin');
  expect((await desk.reaches(first.id, 'done')).path).toBe(join(there, 'a.bin'));
  expect(desk.server.requests[0]?.headers['user-agent']).toBe('Test/1');
  await desk.again();
  expect((await desk.call('settings.get', {})).settings).toMatchObject({ dir: there, onConflict: 'skip' });
  const second = await desk.add('/a.bin');
  await desk.reaches(second.id, 'done');
  expect(await readdir(there)).toEqual(['a.bin']);
  expect(content.size).toBe(200_000);
});
