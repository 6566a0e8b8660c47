import { onTestFinished } from 'vitest';
import { type Migration, openDatabase } from '../../main/world/database.ts';
import { Disk } from '../../main/world/disk.ts';
import type { Database } from '../../main/world/sqlite.ts';
import { FIRST } from './database-versions.ts';

export const open = (path: string, migrations: readonly Migration[] = [FIRST]): Promise<Database> =>
  openDatabase({ disk: new Disk(), path, migrations });

/** A database of the first version with so many rows. */
export async function makeFirst(path: string, rows: number): Promise<void> {
  const database = await open(path);
  database.transaction(() => {
    const insert = database.prepare('INSERT INTO thing (name) VALUES (?)');
    for (let i = 0; i < rows; i++) insert.run(`thing ${i}`);
  });
  database.close();
}

export const names = (database: Database): unknown[] =>
  database
    .prepare('SELECT name FROM thing ORDER BY id')
    .all()
    .map(({ name }) => name);

export const things = (rows: number): string[] => Array.from({ length: rows }, (_, i) => `thing ${i}`);

/** Closes it when the test ends. */
export async function opened(opening: Promise<Database>): Promise<Database> {
  const database = await opening;
  onTestFinished(() => {
    try {
      database.close();
    } catch {
      // The test has closed it.
    }
  });
  return database;
}
