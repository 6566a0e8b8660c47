import { mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CommandInput, CommandName } from '../../main/contract/commands.ts';
import { openTasks, type Tasks } from '../../main/task/open-tasks.ts';
import { AddressRule } from '../../main/world/address-rule.ts';
import { systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { Content } from '../kit/content.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';

interface Desk {
  readonly folder: string;
  readonly downloads: string;
  readonly outside: string;
  readonly tasks: Tasks;
  /** The code of the answer, or `ok`. */
  code<N extends CommandName>(command: N, input: CommandInput<N>): Promise<string>;
}

/** A task manager as `satchel serve` has it; `except` may be fetched from all the same. */
async function open({
  except = [],
  confined = true,
}: {
  except?: string[];
  confined?: boolean;
} = {}): Promise<Desk> {
  const folder = await realpath(await tempFolder());
  const [downloads, outside] = [join(folder, 'downloads'), join(folder, 'outside')];
  for (const each of [downloads, outside]) await mkdir(each);
  const disk = new Disk();
  const tasks = await openTasks({
    ...{ disk, clock: systemClock, random: Math.random, box: null, version: '0', confined, downloads },
    dataDir: join(folder, 'data'),
    trash: (path) => disk.remove(path),
    netrc: async () => [],
    rule: new AddressRule({ except }),
  });
  onTestFinished(() => tasks.close());
  await tasks.call('settings.update', { proxy: 'none' });
  const code: Desk['code'] = async (command, input) => {
    const answer = await tasks.call(command, input);
    return answer.ok ? 'ok' : answer.error.code;
  };
  return { folder, downloads, outside, tasks, code };
}

/** Until the task has ended. */
async function ended(tasks: Tasks, id: string) {
  for (;;) {
    const answer = await tasks.call('tasks.get', { id });
    if (!answer.ok) throw new Error(answer.error.code);
    const { task } = answer.value;
    if (task.state === 'done' || task.state === 'failed') return task;
    await new Promise(setImmediate);
  }
}

const PUBLIC = 'http://example.org/a.bin';
const INNER = 'http://169.254.169.254/latest/meta-data';

describe('rule 30: addresses that are not public', () => {
  test('are refused wherever one can be given, all or none', async () => {
    const { tasks, code } = await open();
    const paused = { paused: true };
    expect(await code('tasks.add', { url: INNER, ...paused })).toBe('address-refused');
    expect(await code('tasks.add', { url: 'http://localhost:22/', ...paused })).toBe('address-refused');
    expect(
      await code('tasks.addAll', {
        tasks: [
          { url: PUBLIC, ...paused },
          { url: INNER, ...paused },
        ],
      }),
    ).toBe('address-refused');
    expect(await code('tasks.add', { url: PUBLIC, spares: [INNER], ...paused })).toBe('address-refused');
    expect(
      await code('tasks.add', { kind: 'package', items: [{ url: PUBLIC }, { url: INNER }], ...paused }),
    ).toBe('address-refused');
    expect(await code('list.import', { text: `${PUBLIC}\n${INNER}\n`, ...paused })).toBe('address-refused');
    const list = await tasks.call('tasks.list', {});
    expect(list).toMatchObject({ value: { tasks: [] } });
    const added = await tasks.call('tasks.add', { kind: 'package', items: [{ url: PUBLIC }], ...paused });
    const { id, items } = (added as { value: { task: { id: string; items: { id: string }[] } } }).value.task;
    expect(await code('items.add', { id, items: [{ url: INNER }] })).toBe('address-refused');
    expect(await code('items.update', { id, itemId: items[0]?.id ?? '', url: INNER })).toBe(
      'address-refused',
    );
    const file = await tasks.call('tasks.add', { url: PUBLIC, ...paused });
    const one = (file as { value: { task: { id: string } } }).value.task;
    expect(await code('tasks.update', { id: one.id, url: INNER })).toBe('address-refused');
    const preview = await tasks.call('tasks.preview', { text: `${PUBLIC}\n${INNER}`, sizes: false });
    expect(preview).toMatchObject({
      value: { items: [{ error: null }, { error: { code: 'address-refused' } }] },
    });
  });

  test('are not reached by a redirect either', async () => {
    const inner = await FaultServer.start();
    onTestFinished(() => inner.close());
    inner.serve('/secret', { content: new Content(1, 1000) });
    const outer = await FaultServer.start();
    onTestFinished(() => outer.close());
    const port = new URL(outer.origin).port;
    outer.serve('/a.bin', {
      content: new Content(1, 1000),
      faults: [{ name: 'redirect', to: inner.url('/secret').replace('127.0.0.1', '127.0.0.3') }],
    });
    const { tasks } = await open({ except: ['127.0.0.1'] });
    const answer = await tasks.call('tasks.add', { url: `http://127.0.0.1:${port}/a.bin` });
    const { id } = (answer as { value: { task: { id: string } } }).value.task;
    expect(await ended(tasks, id)).toMatchObject({ state: 'failed', error: { code: 'address-refused' } });
    expect(outer.requests).toHaveLength(1);
    expect(inner.requests).toHaveLength(0);
  });
});

describe('paths outside the folder of the downloads', () => {
  test('are refused wherever one can be given', async () => {
    const { tasks, code, downloads, outside, folder } = await open();
    await symlink(outside, join(downloads, 'link'));
    await symlink(join(outside, 'nothing-yet'), join(downloads, 'dangling'));
    await mkdir(join(downloads, 'in'));
    await symlink(join(downloads, 'in'), join(downloads, 'link-in'));
    await writeFile(join(outside, 'secret'), 'secret');
    await writeFile(join(downloads, 'file'), 'file');
    await symlink(join(outside, 'secret'), join(downloads, 'link-secret'));
    const bad = [
      ...[
        outside,
        '..',
        '../outside',
        'in/../../outside',
        'link',
        'link/below',
        'dangling',
        'dangling/below',
      ],
      ...['/', '/etc', `${downloads}x`, `${downloads}/../outside`, folder, 'file/below/../../../outside'],
    ];
    for (const dir of bad)
      expect(await code('tasks.add', { url: PUBLIC, dir, paused: true }), dir).toBe('path-unsafe');
    for (const dir of ['in', 'new/below', 'link-in', downloads, '.', 'in/../in', '..in']) {
      expect(await code('tasks.add', { url: PUBLIC, dir, paused: true }), dir).toBe('ok');
    }
    const list = await tasks.call('tasks.list', {});
    const [first] = (list as { value: { tasks: { id: string }[] } }).value.tasks;
    expect(await code('tasks.update', { id: first?.id ?? '', dir: '../outside' })).toBe('path-unsafe');
    for (const path of [join(outside, 'secret'), join(downloads, 'link-secret'), '/etc/passwd']) {
      expect(await code('tasks.add', { kind: 'package', items: [{ path }], paused: true }), path).toBe(
        'path-unsafe',
      );
    }
    const inside: CommandInput<'tasks.add'> = {
      kind: 'package',
      items: [{ path: join(downloads, 'file') }],
      paused: true,
    };
    const added = await tasks.call('tasks.add', inside);
    const { id, items } = (added as { value: { task: { id: string; items: { id: string }[] } } }).value.task;
    expect(await code('items.add', { id, items: [{ path: '/etc/passwd' }] })).toBe('path-unsafe');
    expect(await code('items.update', { id, itemId: items[0]?.id ?? '', path: '/etc/passwd' })).toBe(
      'path-unsafe',
    );
    expect(await code('settings.update', { dir: outside })).toBe('path-unsafe');
    expect(await code('settings.update', { caFile: '/etc/passwd' })).toBe('path-unsafe');
    const category = { name: 'Films', extensions: ['mkv'], ask: false };
    expect(await code('settings.update', { categories: [{ ...category, dir: '../outside' }] })).toBe(
      'path-unsafe',
    );
    expect(await code('settings.update', { categories: [{ ...category, dir: 'films' }] })).toBe('ok');
    expect(await code('list.import', { text: `${PUBLIC}\n  dir=../outside\n`, paused: true })).toBe(
      'path-unsafe',
    );
  });

  test('are not written to through a link that was put there later', async () => {
    const source = await FaultServer.start();
    onTestFinished(() => source.close());
    source.serve('/a.bin', { content: new Content(1, 1000) });
    const { tasks, downloads, outside } = await open({ except: ['127.0.0.1'] });
    await mkdir(join(downloads, 'in'));
    const answer = await tasks.call('tasks.add', { url: source.url('/a.bin'), dir: 'in', paused: true });
    const { id } = (answer as { value: { task: { id: string } } }).value.task;
    await rm(join(downloads, 'in'), { recursive: true });
    await symlink(outside, join(downloads, 'in'));
    await tasks.call('tasks.resume', { id });
    expect(await ended(tasks, id)).toMatchObject({ state: 'failed', error: { code: 'path-unsafe' } });
    expect(await new Disk().list(outside)).toEqual([]);
    expect(source.requests).toHaveLength(0);
  });

  test('lead where they lead for one that is not confined', async () => {
    const { tasks, code, outside } = await open({ confined: false });
    expect(await code('tasks.add', { url: PUBLIC, dir: outside, paused: true })).toBe('ok');
    expect(await tasks.demandInside(outside)).toBe(outside);
  });
});
