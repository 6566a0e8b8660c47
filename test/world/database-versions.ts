import type { Migration } from '../../main/world/database.ts';

export const FIRST: Migration = 'CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT';

/** Rebuilds the table with another column; `between` is called when half of it is done. */
export const second =
  (between: () => void = () => {}): Migration =>
  (database) => {
    database.exec(`
      CREATE TABLE thing2 (id INTEGER PRIMARY KEY, name TEXT NOT NULL, size INTEGER) STRICT;
      INSERT INTO thing2 SELECT id, name, 0 FROM thing;
      DROP TABLE thing;
    `);
    between();
    database.exec('ALTER TABLE thing2 RENAME TO thing');
  };
