import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { Database } from '../../main/world/sqlite.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { makeFirst, names, open, opened } from './database-kit.ts';
import { FIRST } from './database-versions.ts';

describe('a damaged file', () => {
  const damages = {
    'no database at all': () => Buffer.from('this is no database, but a text that is long enough'.repeat(99)),
    'cut short': (file: Buffer) => file.subarray(0, file.length - 4096 * 3),
    'with pages overwritten': (file: Buffer) =>
      Buffer.concat([file.subarray(0, 4096), Buffer.alloc(8192, 7), file.subarray(12_288)]),
    'with another format in its header': (file: Buffer) =>
      Buffer.concat([Buffer.alloc(100), file.subarray(100)]),
  };
  test.each(Object.entries(damages))('%s, is moved aside and a fresh one begun', async (_, damage) => {
    const folder = await tempFolder();
    const path = join(folder, 'a.db');
    await makeFirst(path, 2000);
    const damaged = damage(await readFile(path));
    await writeFile(path, damaged);
    await writeFile(`${path}-wal`, 'the log of the damaged one');
    const database = await opened(open(path));
    expect(names(database)).toEqual([]);
    const { recovered } = database;
    expect(recovered).toMatch(/a\.db\.corrupt-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/);
    expect((await readFile(recovered ?? '')).equals(damaged)).toBe(true);
    database.close();
    const again = await opened(open(path));
    expect(again.recovered).toBeNull();
  });

  test('too large to be checked each time is checked whole once a statement has met the damage', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'a.db');
    const migrations = [`${FIRST}; CREATE TABLE big (body BLOB)`];
    const made = await open(path, migrations);
    made.transaction(() => {
      const insert = made.prepare('INSERT INTO big VALUES (zeroblob(3000))');
      for (let i = 0; i < 12_000; i++) insert.run();
    });
    made.close();
    const whole = await readFile(path);
    expect(whole.length).toBeGreaterThan(32 * 1024 * 1024);
    await writeFile(path, whole.fill(7, whole.length / 2, whole.length / 2 + 65_536));
    const damaged = await open(path, migrations);
    expect(damaged.recovered).toBeNull();
    expect(() => damaged.prepare('SELECT sum(length(body)) FROM big').get()).toThrow(
      expect.objectContaining({ code: 'disk-error' }),
    );
    damaged.close();
    const database = await opened(open(path, migrations));
    expect(database.recovered).toContain('corrupt');
  });
});

describe('errors', () => {
  test('say nothing of the values that were bound', async () => {
    const database = await opened(
      open(join(await tempFolder(), 'a.db'), [
        'CREATE VIRTUAL TABLE t USING fts5(x); CREATE TABLE u (a TEXT UNIQUE)',
      ]),
    );
    const find = database.prepare('SELECT x FROM t WHERE t MATCH ?');
    const insert = database.prepare('INSERT INTO u VALUES (?)');
    insert.run('hunter2');
    for (const work of [
      () => find.all('"hunter2'),
      () => find.all('hunter2:x'),
      () => insert.run('hunter2'),
    ]) {
      let error: unknown;
      try {
        work();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(SatchelError);
      const { message, detail, cause, stack } = error as SatchelError;
      expect(JSON.stringify([message, detail, cause, stack])).not.toContain('hunter2');
      expect(detail).toMatch(/^SQLite \d+, /);
    }
  });

  test('a full file is disk-full, and what was asked for is undone whole', async () => {
    const database = await opened(open(join(await tempFolder(), 'a.db')));
    database.exec('PRAGMA max_page_count = 20');
    const insert = database.prepare('INSERT INTO thing (name) VALUES (?)');
    const fill = () => {
      for (let i = 0; i < 100; i++) insert.run('x'.repeat(4000));
    };
    expect(() => database.transaction(fill)).toThrow(expect.objectContaining({ code: 'disk-full' }));
    expect(names(database)).toEqual([]);
    database.transaction(() => insert.run('small'));
    expect(names(database)).toEqual(['small']);
  });

  test('a read-only one is permission, one that another process holds already-running', async () => {
    const path = join(await tempFolder(), 'a.db');
    const database = await opened(open(path));
    const reader = new Database(path, { readOnly: true });
    onTestFinished(() => reader.close());
    expect(() => reader.exec("INSERT INTO thing (name) VALUES ('x')")).toThrow(
      expect.objectContaining({ code: 'permission' }),
    );
    const other = new Database(path);
    onTestFinished(() => other.close());
    other.exec('PRAGMA busy_timeout = 0; BEGIN IMMEDIATE');
    database.exec('PRAGMA busy_timeout = 0');
    expect(() => database.exec("INSERT INTO thing (name) VALUES ('x')")).toThrow(
      expect.objectContaining({ code: 'already-running' }),
    );
  });

  test('what the work of a transaction throws comes out as it is, and undoes it', async () => {
    const database = await opened(open(join(await tempFolder(), 'a.db')));
    const own = new Error('own');
    expect(() =>
      database.transaction(() => {
        database.exec("INSERT INTO thing (name) VALUES ('x')");
        throw own;
      }),
    ).toThrow(own);
    expect(names(database)).toEqual([]);
  });
});
