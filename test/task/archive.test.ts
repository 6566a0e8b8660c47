import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore, type Store } from '../../main/task/store.ts';
import { Disk } from '../../main/world/disk.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { historyEntry } from './records.ts';
import { found, remember, scene } from './store-kit.ts';

const child = join(import.meta.dirname, 'store-child.ts');

describe('the archive', () => {
  const ALL = Number.MAX_SAFE_INTEGER;
  const names = Array.from({ length: 450 }, (_, n) => `file-${n}.bin`);
  const newest = names.toReversed();
  /** Rows of `archive.db`, opened on its own: without the first file, only it is searched. */
  async function archived(folder: string): Promise<string[]> {
    const { store } = await openStore({ disk: new Disk(), folder: await onlyArchive(folder) });
    try {
      return found(store, '');
    } finally {
      store.close();
    }
  }
  async function onlyArchive(folder: string): Promise<string> {
    const copy = await tempFolder();
    for (const file of await readdir(folder))
      if (file.startsWith('archive.db'))
        await writeFile(join(copy, file), await readFile(join(folder, file)));
    return copy;
  }

  test('takes the oldest, as many as asked for, older than asked for', async () => {
    const at = await scene();
    remember(at.store, names.slice(0, 10));
    expect(at.store.archive(1006, 4)).toBe(4);
    expect(await archived(at.folder)).toEqual(newest.slice(-4));
    expect(at.store.archive(1006, 100)).toBe(2);
    expect(at.store.archive(1006, 100)).toBe(0);
    expect(await archived(at.folder)).toEqual(newest.slice(-6));
    expect(found(at.store, '')).toEqual(newest.slice(-10));
  });

  test('is searched with the rest, newest first over both, by every page size', async () => {
    const { store } = await scene();
    remember(store, names.slice(0, 9));
    store.archive(1005, 100);
    for (let limit = 1; limit <= 10; limit++) {
      const all: string[] = [];
      for (let before: string | null = null, pages = 0; pages === 0 || before !== null; pages++) {
        const page = store.searchHistory({ q: 'file', limit, before });
        expect(page.entries.length).toBe(Math.min(limit, 9 - all.length));
        all.push(...page.entries.map(({ name }) => name));
        before = page.next;
      }
      expect(all).toEqual(newest.slice(-9));
    }
  });

  test('is in order with the rest where the clock has gone backwards', async () => {
    const { store } = await scene();
    store.save({ history: [9000, 9001, 1000, 9002].map((endedAt, n) => historyEntry(n, { endedAt })) });
    expect(store.archive(5000, 10)).toBe(1);
    for (let limit = 1; limit <= 4; limit++) {
      const all: string[] = [];
      for (let before: string | null = null, pages = 0; pages === 0 || before !== null; pages++) {
        const page = store.searchHistory({ q: '', limit, before });
        all.push(...page.entries.map(({ name }) => name));
        before = page.next;
      }
      expect(all).toEqual(newest.slice(-4));
    }
  });

  test('an entry that ended again after it was archived is shown once, as the newest', async () => {
    const at = await scene();
    remember(at.store, names.slice(0, 4));
    at.store.archive(ALL, 3);
    at.store.save({ history: [historyEntry(1, { name: 'again.bin', endedAt: 5000 })] });
    const wanted = ['again.bin', 'file-3.bin', 'file-2.bin', 'file-0.bin'];
    expect(found(at.store, '')).toEqual(wanted);
    expect(found(at.store, 'file-1')).toEqual([]);
    at.store.archive(ALL, 100);
    expect(found(await at.again(), '')).toEqual(wanted);
    expect(await archived(at.folder)).toEqual(wanted);
  });

  test('killed at any moment shows each entry once, and the next call mends it', async () => {
    const seen = new Set<string>();
    for (let n = 1; ; n++) {
      const at = await scene();
      remember(at.store, names);
      at.store.close();
      const moving = spawn(process.execPath, [child, at.folder, 'archive', String(n)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      moving.stdout.on('data', (text: Buffer) => {
        said += text.toString();
      });
      await once(moving, 'close');
      const reopened = await openStore({ disk: new Disk(), folder: at.folder });
      at.store = reopened.store;
      expect(found(at.store, '')).toEqual(newest);
      expect(found(at.store, 'file')).toEqual(newest);
      const left = at.store.archive(ALL, 1000);
      seen.add(`${left} left`);
      expect(found(at.store, '')).toEqual(newest);
      expect(await archived(at.folder)).toEqual(newest);
      if (said !== '') break;
      expect(n).toBeLessThan(10);
    }
    expect([...seen]).toEqual(['450 left', '250 left', '50 left', '0 left']);
  }, 60_000);

  test('that is gone takes nothing else with it', async () => {
    const at = await scene();
    remember(at.store, names.slice(0, 4));
    at.store.archive(ALL, 2);
    at.store.close();
    for (const suffix of ['', '-wal', '-shm'])
      await rm(join(at.folder, `archive.db${suffix}`), { force: true });
    at.store = (await openStore({ disk: new Disk(), folder: at.folder })).store;
    expect(found(at.store, '')).toEqual(['file-3.bin', 'file-2.bin']);
    expect(at.store.archive(ALL, 10)).toBe(2);
  });
});

describe('duplicates', () => {
  const all = (store: Store, look: Parameters<Store['duplicates']>[0]) =>
    store.duplicates(look).map(({ taskId }) => taskId);

  test('are found by address, path or content, newest first, in both files', async () => {
    const { store } = await scene();
    store.save({
      history: [
        historyEntry(0, { url: 'https://EXAMPLE.org/a%2fb#part' }),
        historyEntry(1, { path: '/home/anna/x' }),
        historyEntry(2, { etag: '"same"', total: 5 }),
        historyEntry(3, { url: 'https://example.org/a%2Fb', etag: '"same"', total: 6 }),
        historyEntry(4, { path: '/home/anna/x', etag: null, total: 5 }),
      ],
    });
    for (let moved = 0; moved <= 5; moved += 5) {
      if (moved > 0) expect(store.archive(Number.MAX_SAFE_INTEGER, moved)).toBe(5);
      expect(all(store, { sourceKey: 'https://example.org/a%2Fb' })).toEqual(['task-3', 'task-0']);
      expect(all(store, { path: '/home/anna/x' })).toEqual(['task-4', 'task-1']);
      expect(all(store, { content: { etag: '"same"', total: 5 } })).toEqual(['task-2']);
      expect(all(store, { sourceKey: 'https://example.org/a%2Fb', path: '/home/anna/x' })).toEqual([
        'task-4',
        'task-3',
        'task-1',
        'task-0',
      ]);
      expect(all(store, {})).toEqual([]);
    }
  });
});
