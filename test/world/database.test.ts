import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../main/world/database.ts';
import { Disk } from '../../main/world/disk.ts';
import { Database } from '../../main/world/sqlite.ts';
import { FaultDisk } from '../kit/fault-disk.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { makeFirst, names, open, opened, things } from './database-kit.ts';
import { FIRST, second } from './database-versions.ts';

const child = join(import.meta.dirname, 'database-child.ts');
const BOTH = [FIRST, second()];
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

/** Whether the child got as far as having opened it. */
async function runChild(...args: string[]): Promise<boolean> {
  const running = spawn(process.execPath, [child, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  running.stdout.on('data', (text) => {
    output += text;
  });
  running.stderr.on('data', (text) => {
    errors += text;
  });
  const [status, signal] = (await once(running, 'close')) as [number | null, string | null];
  expect([status, signal, errors]).toEqual([null, 'SIGKILL', '']);
  return output === 'opened\n';
}

describe('a new database', () => {
  test('has all versions at once, and keeps what it answered when it is killed', async () => {
    const path = join(await tempFolder(), 'a.db');
    expect(await runChild(path, 'after')).toBe(true);
    const database = await opened(open(path, BOTH));
    expect(names(database)).toEqual(['new']);
    expect(database.pragma('user_version')).toBe(2);
    expect(database.recovered).toBeNull();
  });

  test('can be read by its user only, with its log, under any umask', async () => {
    const before = process.umask(0);
    const folder = await tempFolder();
    try {
      const path = join(folder, 'a.db');
      const database = await opened(open(path));
      database.exec("INSERT INTO thing (name) VALUES ('x')");
      const files = (await readdir(folder)).toSorted();
      expect(files).toEqual(['a.db', 'a.db-shm', 'a.db-wal']);
      for (const file of files) expect([file, await modeOf(join(folder, file))]).toEqual([file, 0o600]);
    } finally {
      process.umask(before);
    }
  });

  test('that others may read is made private again', async () => {
    const path = join(await tempFolder(), 'a.db');
    await makeFirst(path, 1);
    await chmod(path, 0o644);
    await opened(open(path));
    expect(await modeOf(path)).toBe(0o600);
  });

  test('is safe from a power cut: synchronous is FULL, and foreign keys are on', async () => {
    const database = await opened(open(join(await tempFolder(), 'a.db')));
    const pragmas = ['journal_mode', 'synchronous', 'foreign_keys'].map((name) => database.pragma(name));
    expect(pragmas).toEqual(['wal', 2, 1]);
  });

  test('killed at any call to the disk is there, or is made by the next one', async () => {
    for (let n = 1; ; n++) {
      const path = join(await tempFolder(), 'a.db');
      const wasOpened = await runChild(path, 'disk', String(n));
      const database = await opened(open(path, BOTH));
      expect(names(database)).toEqual(wasOpened ? ['new'] : []);
      expect(database.recovered).toBeNull();
      if (wasOpened) break;
      expect(n).toBeLessThan(30);
    }
  }, 60_000);
});

describe('an older database', () => {
  test('is migrated, and the old file is kept until the new one has run once and ended well', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'a.db');
    await makeFirst(path, 100);
    const migrated = await open(path, BOTH);
    expect(names(migrated)).toEqual(things(100));
    expect(migrated.prepare('SELECT sum(size) AS s FROM thing').get()).toEqual({ s: 0 });
    migrated.close();
    expect((await readdir(folder)).toSorted()).toEqual(['a.db', 'a.db.v1.bak']);
    const old = await opened(open(join(folder, 'a.db.v1.bak')));
    expect(names(old)).toEqual(things(100));
    old.close();
    (await open(path, BOTH)).close();
    expect(await readdir(folder)).toEqual(['a.db']);
  });

  test('is migrated with what still lies in the log of a killed process', async () => {
    const path = join(await tempFolder(), 'a.db');
    await runChild(path, 'after');
    const third = 'ALTER TABLE thing ADD COLUMN third TEXT';
    expect((await stat(`${path}-wal`)).size).toBeGreaterThan(0);
    const database = await opened(open(path, [...BOTH, third]));
    expect(database.prepare('SELECT name, third FROM thing').all()).toEqual([{ name: 'new', third: null }]);
  });

  test.each(['disk', 'disk+'])(
    'killed at any call (%s) is the old one or the new one, whole',
    async (when) => {
      const seen = new Set<string>();
      for (let n = 1; ; n++) {
        const folder = await tempFolder();
        const path = join(folder, 'a.db');
        await makeFirst(path, 50);
        const wasOpened = await runChild(path, when, String(n));
        const raw = new Database(path);
        const version = Number(raw.pragma('user_version'));
        expect(raw.pragma('integrity_check')).toBe('ok');
        expect(names(raw).filter((name) => name !== 'new')).toEqual(things(50));
        raw.close();
        seen.add(`version ${version}`);
        if ((await readdir(folder)).includes('a.db.migrating')) seen.add('left-over copy');
        const database = await opened(open(path, BOTH));
        expect(names(database)).toEqual(wasOpened ? [...things(50), 'new'] : things(50));
        expect(database.recovered).toBeNull();
        expect((await readdir(folder)).filter((name) => name.includes('migrating'))).toEqual([]);
        if (wasOpened) break;
        expect(n).toBeLessThan(60);
      }
      expect([...seen].toSorted()).toEqual(['left-over copy', 'version 1', 'version 2']);
    },
    120_000,
  );

  test('killed in the middle of a migration is the old one', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'a.db');
    await makeFirst(path, 50);
    const before = await readFile(path);
    expect(await runChild(path, 'migration')).toBe(false);
    expect(await readdir(folder)).toContain('a.db.migrating');
    expect((await readFile(path)).equals(before)).toBe(true);
    const database = await opened(open(path, BOTH));
    expect(names(database)).toEqual(things(50));
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    [
      'leaves rows that refer to nothing',
      (database: Database) => {
        database.exec('CREATE TABLE part (of INTEGER REFERENCES thing (id)); INSERT INTO part VALUES (999)');
      },
    ],
  ] as const)('stays as it is where its migration %s', async (_, migration) => {
    const folder = await tempFolder();
    const path = join(folder, 'a.db');
    await makeFirst(path, 5);
    await expect(open(path, [FIRST, migration])).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['a.db']);
    expect(names(await opened(open(path)))).toEqual(things(5));
  });

  test('stays as it is where the disk fails', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'a.db');
    await makeFirst(path, 5);
    const fault = { name: 'error', call: 'rename', nth: 1, errno: 'ENOSPC' } as const;
    const faulty = new FaultDisk(folder, [fault]);
    const opening = openDatabase({ disk: new Disk(faulty.fileSystem), path, migrations: BOTH });
    await expect(opening).rejects.toMatchObject({ code: 'disk-full' });
    expect(faulty.happened('error')).toBe(1);
    expect(names(await opened(open(path)))).toEqual(things(5));
  });
});

describe('a database of a newer version', () => {
  test('is refused and not touched', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'a.db');
    await runChild(path, 'after');
    const look = async () =>
      Promise.all(['', '-wal'].map(async (suffix) => (await readFile(path + suffix)).toString('hex')));
    const before = await look();
    const error = await open(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'permission', detail: expect.stringContaining('newer') });
    expect(await look()).toEqual(before);
    expect((await readdir(folder)).filter((name) => name.includes('corrupt'))).toEqual([]);
  });
});
