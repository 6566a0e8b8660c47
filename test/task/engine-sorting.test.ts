import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Category } from '../../main/contract/settings.ts';
import { EngineDesk } from '../kit/engine.ts';
import { FakeClock } from '../kit/fake-clock.ts';

const CATEGORIES: Category[] = [
  { name: 'Video', extensions: ['mp4'], dir: 'films', ask: false },
  { name: 'Archives', extensions: ['zip', 'gz'], dir: 'packed', ask: false },
  { name: 'Secret', extensions: ['pdf'], dir: 'papers', ask: true },
  { name: 'Other', extensions: [], dir: null, ask: false },
];

describe('categories', () => {
  test('a file goes into the folder of its kind, by the name in its address', async () => {
    const desk = await EngineDesk.open({ categories: CATEGORIES });
    const content = desk.serve('/film.mp4');
    const { id, dir, category } = await desk.add('/film.mp4');
    expect({ dir, category }).toEqual({ dir: join(desk.downloads, 'films'), category: 'Video' });
    await desk.reaches(id, 'done');
    expect(await desk.files()).toEqual(['films/film.mp4']);
    await desk.demand('films/film.mp4', content);
  });

  test.each([
    [
      'its name in the answer',
      { headers: { 'content-disposition': 'attachment; filename="x.zip"' } },
      'x.zip',
    ],
    ['its media type', { type: 'application/zip' }, 'download.zip'],
  ])('that is known only from %s', async (_, resource, name) => {
    const desk = await EngineDesk.open({ categories: CATEGORIES });
    desk.serve('/download', resource);
    const { id, category } = await desk.add('/download?id=1');
    expect(category).toBe('Other');
    const task = await desk.reaches(id, 'done');
    expect(task).toMatchObject({ category: 'Archives', dir: join(desk.downloads, 'packed') });
    expect(await desk.files()).toEqual([`packed/${name}`]);
  });

  test('a folder that the user has named stays', async () => {
    const desk = await EngineDesk.open({ categories: CATEGORIES });
    desk.serve('/film.mp4');
    const { id } = await desk.add('/film.mp4', { dir: 'mine' });
    await desk.reaches(id, 'done');
    expect(await desk.files()).toEqual(['mine/film.mp4']);
  });
});

describe('ask me', () => {
  test.each([
    ['of its category', { categories: CATEGORIES }, '/a.pdf'],
    ['of all', { askWhere: true }, '/a.bin'],
  ])(
    'because %s: it waits, paused, and fetches nothing, until the user has said where',
    async (_, settings, path) => {
      const desk = await EngineDesk.open(settings);
      desk.serve(path);
      const { id, asking, state } = await desk.add(path);
      expect({ asking, state }).toEqual({ asking: true, state: 'paused' });
      expect(await desk.call('tasks.resumeAll', {})).toEqual({ count: 0 });
      await desk.again();
      expect((await desk.task(id)).asking).toBe(true);
      expect(desk.server.requests).toHaveLength(0);
      await desk.call('tasks.update', { id, dir: 'there' });
      const done = await desk.reaches(id, 'done');
      expect(done.asking).toBe(false);
      expect(await desk.files()).toEqual([`there${path}`]);
    },
  );
});

describe('a preview', () => {
  test('has the sizes of those whose servers answer in time, asked once each, and does not wait for others', async () => {
    const clock = new FakeClock();
    const desk = await EngineDesk.open({}, { clock });
    desk.serve('/a.bin', { size: 123_456 });
    desk.serve('/none.bin', { faults: [{ name: 'no-answer' }] });
    const paths = ['/a.bin', '/none.bin', '/missing.bin', '/a.bin#again'];
    const text = paths.map((path) => desk.server.url(path)).join('\n');
    let items: [number | null, boolean | null][] | null = null;
    const started = clock.monotonic();
    void desk.call('tasks.preview', { text }).then((answer) => {
      items = answer.items.map(({ total, resumable }) => [total, resumable]);
    });
    await desk.until(() => items !== null);
    expect(items).toEqual([
      [123_456, true],
      [null, null],
      [null, null],
      [123_456, true],
    ]);
    expect(clock.monotonic() - started).toBeGreaterThanOrEqual(2000);
    expect(clock.monotonic() - started).toBeLessThan(2500);
    expect(desk.server.requests.map(({ path }) => path).toSorted()).toEqual([
      '/a.bin',
      '/missing.bin',
      '/none.bin',
    ]);
    expect(await desk.files()).toEqual([]);
    const before = desk.server.requests.length;
    const quick = await desk.call('tasks.preview', { text, sizes: false });
    for (const { total, resumable } of quick.items) expect([total, resumable]).toEqual([null, null]);
    expect(desk.server.requests.length).toBe(before);
  });

  test('says what cannot be gone on with, and asks four at a time', async () => {
    const desk = await EngineDesk.open();
    const paths = Array.from({ length: 9 }, (_, n) => `/${n}.bin`);
    const slow = { size: 100, faults: [{ name: 'ignore-range' }], firstByteDelayMs: 20 } as const;
    for (const path of paths) desk.serve(path, slow);
    const text = paths.map((path) => desk.server.url(path)).join('\n');
    const { items } = await desk.call('tasks.preview', { text });
    expect(items.map(({ total, resumable }) => [total, resumable])).toEqual(paths.map(() => [100, false]));
    expect(desk.server.requests).toHaveLength(9);
    expect(desk.server.peakOpenRequests).toBe(4);
  });
});

describe('duplicates', () => {
  test('of the same address and of the same name are named before anything is added', async () => {
    const desk = await EngineDesk.open();
    desk.serve('/a.bin');
    const first = await desk.add('/a.bin', { paused: true });
    const { items } = await desk.call('tasks.preview', {
      text: `${desk.server.url('/a.bin#part')}\n${desk.server.url('/other/a.bin')}\n${desk.server.url('/b.bin')}\n`,
    });
    expect(items.map(({ duplicates }) => duplicates.map(({ taskId, by }) => [taskId, by]))).toEqual([
      [[first.id, 'url']],
      [[first.id, 'name']],
      [],
    ]);
  });

  test('are found in the history too', async () => {
    const desk = await EngineDesk.open();
    desk.serve('/a.bin');
    const { id } = await desk.add('/a.bin');
    await desk.reaches(id, 'done');
    await desk.call('tasks.clearDone', {});
    const { items } = await desk.call('tasks.preview', { text: desk.server.url('/a.bin') });
    expect(items[0]?.duplicates).toMatchObject([{ taskId: id, by: 'url', state: null }]);
  });

  test('by content: another address with the same ETag and length', async () => {
    const desk = await EngineDesk.open();
    desk.serve('/a.bin', { etag: '"same"' });
    desk.serve('/mirror.bin', { etag: '"same"' });
    desk.serve('/third.bin', { etag: '"same"', size: 1000 });
    const first = await desk.add('/a.bin');
    await desk.reaches(first.id, 'done');
    const second = await desk.add('/mirror.bin');
    expect((await desk.reaches(second.id, 'done')).duplicateOf).toBe(first.id);
    const third = await desk.add('/third.bin');
    expect((await desk.reaches(third.id, 'done')).duplicateOf).toBeNull();
  });
});

describe('the list as text', () => {
  test('goes out and in with all but what is secret', async () => {
    const desk = await EngineDesk.open();
    for (const name of ['/a.bin', '/b.bin']) desk.serve(name);
    await desk.add('/a.bin', {
      name: 'named.bin',
      dir: 'there',
      checksum: `sha256:${'0'.repeat(64)}`,
      priority: 3,
      limitRate: 5000,
      connections: 2,
      onConflict: 'skip',
      paused: true,
      headers: { 'x-secret': 'hidden' },
    });
    await desk.add('/b.bin', { paused: true });
    const before = (await desk.call('tasks.list', {})).tasks;
    const { text } = await desk.call('list.export', {});
    expect(text).not.toContain('hidden');
    for (const { id } of before) await desk.call('tasks.remove', { id });
    await desk.call('list.import', { text });
    const after = (await desk.call('tasks.list', {})).tasks;
    const facts = ({ id: _, createdAt: __, items, ...rest }: (typeof after)[number]) => ({
      ...rest,
      items: items.map(({ id: ___, ...item }) => item),
    });
    expect(after.map(facts)).toEqual(before.map(facts));
    expect(after).toMatchObject([{ name: 'named.bin', priority: 3, state: 'paused' }, { name: 'b.bin' }]);
  });

  test('one address a line', async () => {
    const desk = await EngineDesk.open();
    const urls = ['/a', '/b'].map((path) => desk.server.url(path));
    await desk.call('list.import', { text: `${urls.join('\n')}\n  out=named\n`, paused: true });
    const { tasks } = await desk.call('tasks.list', {});
    expect(tasks.map(({ name, state }) => [name, state])).toEqual([
      ['a', 'paused'],
      ['named', 'paused'],
    ]);
    expect(await desk.call('list.export', { format: 'urls' })).toEqual({ text: `${urls.join('\n')}\n` });
  });

  test('that cannot be read adds nothing, and says where', async () => {
    const desk = await EngineDesk.open();
    const text = `${desk.server.url('/a')}\nftp://example.org/b\n`;
    const error = await desk.refused('list.import', { text });
    expect(error).toMatchObject({ code: 'bad-input', detail: expect.stringContaining('2') });
    expect((await desk.call('tasks.list', {})).tasks).toEqual([]);
  });
});

describe('names', () => {
  test('given before, while and after', async () => {
    const desk = await EngineDesk.open({ connections: 1 });
    const content = desk.serve('/a.bin');
    const gate = desk.server.gate('/a.bin', 100_000);
    const { id } = await desk.add('/a.bin', { paused: true });
    await desk.call('tasks.update', { id, name: 'before.bin' });
    await desk.call('tasks.resume', { id });
    await desk.receives(id, 100_000);
    expect(await desk.files()).toEqual(['before.bin.part', 'before.bin.satchel']);
    await desk.call('tasks.update', { id, name: 'while.bin' });
    gate.release();
    const done = await desk.reaches(id, 'done');
    expect(done).toMatchObject({ name: 'while.bin', path: join(desk.downloads, 'while.bin') });
    expect(await desk.files()).toEqual(['while.bin']);
    await desk.call('tasks.update', { id, name: 'after.bin' });
    expect(await desk.files()).toEqual(['after.bin']);
    expect(await desk.task(id)).toMatchObject({ name: 'after.bin', path: join(desk.downloads, 'after.bin') });
    await desk.demand('after.bin', content);
    await desk.again();
    expect((await desk.task(id)).path).toBe(join(desk.downloads, 'after.bin'));
  });

  test('that are taken are refused, and nothing is replaced', async () => {
    const desk = await EngineDesk.open();
    desk.serve('/a.bin');
    const { id } = await desk.add('/a.bin');
    await desk.reaches(id, 'done');
    await writeFile(join(desk.downloads, 'mine.bin'), 'mine');
    expect((await desk.refused('tasks.update', { id, name: 'mine.bin' })).code).toBe('name-conflict');
    expect(await readFile(join(desk.downloads, 'mine.bin'), 'utf8')).toBe('mine');
    expect(await desk.task(id)).toMatchObject({ name: 'a.bin' });
  });

  test('that lead elsewhere stay in the folder', async () => {
    const desk = await EngineDesk.open();
    desk.serve('/a.bin');
    const { id } = await desk.add('/a.bin', { name: '../../out.bin' });
    await desk.reaches(id, 'done');
    expect(await desk.files()).toHaveLength(1);
  });
});
