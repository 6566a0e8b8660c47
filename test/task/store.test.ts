import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ItemRecord, TaskRecord } from '../../main/task/record.ts';
import { openStore } from '../../main/task/store.ts';
import { MIGRATIONS } from '../../main/task/store-schema.ts';
import { openDatabase } from '../../main/world/database.ts';
import { Disk } from '../../main/world/disk.ts';
import { Database } from '../../main/world/sqlite.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { historyEntry, itemRecord, taskRecord } from './records.ts';
import { found, remember, scene } from './store-kit.ts';

const child = join(import.meta.dirname, 'store-child.ts');
const error = { code: 'network', message: 'm', detail: 'd', retryAt: '2026-01-01T00:00:00.000Z' } as const;

/** Entries that the search indexes of both files still know something of. */
function indexed(folder: string): number {
  const counts = ['satchel.db', 'archive.db'].map((file) => {
    const database = new Database(join(folder, file), { readOnly: true });
    const row = database.prepare('SELECT count(*) AS n FROM history_text_docsize').get();
    database.close();
    return Number(row?.['n']);
  });
  return counts.reduce((sum, count) => sum + count);
}

/** Every field differs from the default of its column. */
const FULL: TaskRecord = {
  ...taskRecord(7),
  kind: 'package',
  state: 'failed',
  run: 3,
  error,
  priority: -5,
  rank: 1.5,
  limitRate: 2048,
  connections: 4,
  onConflict: 'overwrite',
  onChanged: 'restart',
  category: 'Video',
  dirByType: true,
  asking: true,
  place: { folder: '/p', name: 'n', journalId: 'j' },
  startOver: true,
  finished: { path: '/p/n', bytes: 2 ** 53 - 1, modified: 7 },
  replacing: { path: '/p/m', bytes: 0, modified: 8 },
  removing: 'delete',
  duplicateOf: 'task-1',
  startedAt: 5,
  finishedAt: 6,
  compress: 7,
  items: [
    itemRecord(2, {
      out: 'o',
      state: 'done',
      received: 2 ** 52 + 1,
      total: 2 ** 53 - 1,
      resumable: true,
      checksum: 'sha256:00',
      etag: '"e"',
      error,
      secret: Uint8Array.of(0, 255, 7),
      tries: 3,
      startOver: true,
      leftOut: 'because',
    }),
    itemRecord(1, { url: '', path: '/p/local.bin', resumable: false }),
  ],
};

describe('tasks', () => {
  test('come back as they were, field by field', async () => {
    const at = await scene();
    at.store.save({ tasks: [FULL, taskRecord(1)] });
    const [one, full] = (await at.again()).load();
    expect(one).toEqual(taskRecord(1));
    expect(full).toEqual(FULL);
  });

  test('of the version without packages are all there after the migration, with nothing new in them', async () => {
    const folder = await tempFolder();
    const first = await openDatabase({
      disk: new Disk(),
      path: join(folder, 'satchel.db'),
      migrations: MIGRATIONS.slice(0, 1),
    });
    first.exec(`
      INSERT INTO task VALUES ('t', 'file', 'n', '/d', 'paused', 3, NULL, 1, 2.5, NULL, 4, NULL, NULL, NULL, 1, 0, NULL,
        0, NULL, NULL, NULL, NULL, 5, 6, NULL);
      INSERT INTO item VALUES ('t', 'i', 0, 'https://example.org/a', 'o', 'n', 'paused', 7, 8, 1, NULL, '"e"', NULL, x'00ff');
      INSERT INTO secret VALUES ('proxy', x'01');
    `);
    first.close();
    const { store } = await scene(folder);
    const [task, ...others] = store.load();
    expect(others).toEqual([]);
    expect(task).toMatchObject({ id: 't', state: 'paused', run: 3, rank: 2.5, createdAt: 5, compress: null });
    const known = {
      url: 'https://example.org/a',
      out: 'o',
      received: 7,
      total: 8,
      secret: Uint8Array.of(0, 255),
    };
    const fresh = { path: null, tries: 0, startOver: false, leftOut: null };
    expect(task?.items).toEqual([expect.objectContaining({ id: 'i', ...known, ...fresh })]);
    expect(store.secret('proxy')).toEqual(Uint8Array.of(1));
  });

  test('of which only some items are said to have changed are saved with these alone', async () => {
    const at = await scene();
    const task = taskRecord(1, { items: [itemRecord(1), itemRecord(2), itemRecord(3)] });
    at.store.save({ tasks: [task] });
    const [first, second, third] = task.items as [ItemRecord, ItemRecord, ItemRecord];
    for (const item of task.items) item.received = 5;
    at.store.save({ tasks: [task], items: new Map([[task, new Set([second])]]) });
    const received = async () => (await at.again()).load()[0]?.items.map((item) => item.received);
    expect(await received()).toEqual([0, 5, 0]);
    // One that has never been saved has no place yet: then all are looked at.
    task.items.splice(0, 3, third, itemRecord(4, { received: 9 }), first, second);
    const some = new Set([task.items[1] as ItemRecord]);
    at.store.save({ tasks: [task], items: new Map([[task, some]]) });
    expect(await received()).toEqual([5, 9, 5, 5]);
  });

  test('come in the order of their rank, those being removed too', async () => {
    const { store } = await scene();
    const ranks = [3, 0.5, -1, 0.25, 7];
    store.save({ tasks: ranks.map((rank, n) => taskRecord(n, { rank, removing: n === 4 ? 'keep' : null })) });
    expect(store.load().map(({ rank }) => rank)).toEqual([-1, 0.25, 0.5, 3, 7]);
  });

  test('are replaced, with items added, moved, changed and gone', async () => {
    const at = await scene();
    const items = [1, 2, 3].map((n) => itemRecord(n));
    const task = taskRecord(1, { items });
    at.store.save({ tasks: [task] });
    items.splice(0, 3, items[2]!, itemRecord(4), items[0]!);
    items[2]!.received = 99;
    task.state = 'paused';
    at.store.save({ tasks: [task] });
    expect((await at.again()).load()).toEqual([task]);
    expect(task.items.map(({ id }) => id)).toEqual(['item-3', 'item-4', 'item-1']);
  });

  test('a removed one is gone with its items, and may come again', async () => {
    const at = await scene();
    at.store.save({ tasks: [taskRecord(1), taskRecord(2)] });
    at.store.save({ removed: ['task-1', 'never there'] });
    expect(at.store.load()).toEqual([taskRecord(2)]);
    at.store.save({ tasks: [taskRecord(1, { items: [] })] });
    expect((await at.again()).load()).toEqual([taskRecord(1, { items: [] }), taskRecord(2)]);
  });

  test('a change that cannot be saved is undone whole, and saved when it can be', async () => {
    const { store } = await scene();
    const good = taskRecord(1);
    const bad = taskRecord(2, { name: undefined as unknown as string });
    const change = { tasks: [good, bad], history: [historyEntry(5)] };
    expect(() => store.save(change)).toThrow();
    expect(store.load()).toEqual([]);
    expect(found(store, '')).toEqual([]);
    bad.name = 'now it has one';
    store.save(change);
    expect(store.load()).toEqual([good, bad]);
    expect(found(store, '')).toEqual(['file-5.bin']);
  });

  test('what was answered before a kill is there, and nothing by halves', async () => {
    const folder = await tempFolder();
    const saving = spawn(process.execPath, [child, folder, 'save'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    await new Promise<void>((resolve) => {
      saving.stdout.on('data', (text: Buffer) => {
        said += text.toString();
        if (said.includes('\n40\n')) resolve();
      });
    });
    saving.kill('SIGKILL');
    await once(saving, 'close');
    const answered = said.split('\n').filter(Boolean).length;
    const { store } = await scene(folder);
    const tasks = store.load();
    expect(tasks.length).toBeGreaterThanOrEqual(answered);
    expect(answered).toBeGreaterThan(40);
    for (const [n, task] of tasks.entries()) {
      expect(task.id).toBe(`task-${n}`);
      expect(task.items.map(({ id }) => id)).toEqual([`a-${n}`, `b-${n}`]);
    }
    expect(found(store, '')).toHaveLength(tasks.length);
  });
});

describe('the files', () => {
  test('are private, and those that are damaged are moved aside and named', async () => {
    const at = await scene();
    at.store.save({ tasks: [taskRecord(1)], history: [historyEntry(1)] });
    for (const file of await readdir(at.folder))
      expect([file, (await stat(join(at.folder, file))).mode & 0o777]).toEqual([file, 0o600]);
    at.store.archive(Number.MAX_SAFE_INTEGER, 10);
    at.store.close();
    await writeFile(join(at.folder, 'satchel.db'), 'nonsense'.repeat(1000));
    const opened = await openStore({ disk: new Disk(), folder: at.folder });
    at.store = opened.store;
    expect(opened.recovered).toEqual([expect.stringContaining('satchel.db.corrupt-')]);
    expect(at.store.load()).toEqual([]);
    // The order goes on behind what the archive still has.
    remember(at.store, ['later.bin']);
    expect(found(at.store, '')).toEqual(['later.bin', 'file-1.bin']);
  });
});

describe('secrets', () => {
  test('are kept, replaced and removed', async () => {
    const at = await scene();
    expect(at.store.secret('a')).toBeNull();
    at.store.setSecret('a', Uint8Array.of(1, 0, 2));
    at.store.setSecret('a', Uint8Array.of(3, 0));
    at.store.setSecret('b', Uint8Array.of(9));
    at.store.setSecret('b', null);
    const store = await at.again();
    expect(store.secret('a')).toEqual(Uint8Array.of(3, 0));
    expect(store.secret('b')).toBeNull();
  });
});

describe('history', () => {
  test('comes back as it was, newest first, page by page', async () => {
    const at = await scene();
    const entries = [
      historyEntry(1, { error, outcome: 'failed', category: 'Video' }),
      historyEntry(2, { total: null, etag: null, outcome: 'removed' }),
      historyEntry(3, { url: '' }),
    ];
    at.store.save({ history: entries });
    const store = await at.again();
    const first = store.searchHistory({ q: '', limit: 2, before: null });
    expect(first.entries).toEqual([entries[2], entries[1]]);
    expect(store.searchHistory({ q: '', limit: 2, before: first.next })).toEqual({
      entries: [entries[0]],
      next: null,
    });
  });

  test('a task that ends again has one row, the newest', async () => {
    const { store } = await scene();
    remember(store, ['first.bin', 'b.bin']);
    store.save({ history: [historyEntry(0, { name: 'again.bin' })] });
    expect(found(store, '')).toEqual(['again.bin', 'b.bin']);
    expect(found(store, 'first')).toEqual([]);
    expect(found(store, 'again')).toEqual(['again.bin']);
  });

  test.each(['x', '-1', '1.5', '99999999999999999', '1; DROP TABLE task'])(
    'a page that is none (%s) is bad-input',
    async (before) => {
      const { store } = await scene();
      expect(() => store.searchHistory({ q: '', limit: 2, before })).toThrow(
        expect.objectContaining({ code: 'bad-input' }),
      );
    },
  );

  test('one entry can be removed, from both files', async () => {
    const { store, folder } = await scene();
    remember(store, ['a.bin', 'b.bin', 'c.bin']);
    store.archive(Number.MAX_SAFE_INTEGER, 2);
    store.removeHistory('task-0');
    store.removeHistory('task-2');
    store.removeHistory('none');
    expect(found(store, '')).toEqual(['b.bin']);
    expect(found(store, 'bin')).toEqual(['b.bin']);
    expect(indexed(folder)).toBe(1);
  });

  test('all of it can be removed, and is then nowhere in the files', async () => {
    const at = await scene();
    at.store.save({ tasks: [taskRecord(1)] });
    remember(
      at.store,
      Array.from({ length: 50 }, (_, n) => `embarrassing-${n}.bin`),
    );
    at.store.archive(Number.MAX_SAFE_INTEGER, 25);
    const inFiles = async () => {
      const files = await readdir(at.folder);
      const contents = await Promise.all(files.map((file) => readFile(join(at.folder, file))));
      return contents.some((content) => content.includes('embarrass'));
    };
    expect(await inFiles()).toBe(true);
    at.store.removeHistory('all');
    expect(found(at.store, '')).toEqual([]);
    expect(found(at.store, 'embarrassing')).toEqual([]);
    expect(at.store.load()).toEqual([taskRecord(1)]);
    expect(await inFiles()).toBe(false);
    remember(at.store, ['new.bin']);
    expect(found(at.store, 'new')).toEqual(['new.bin']);
  });
});
