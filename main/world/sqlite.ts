import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type ErrorCode, SatchelError } from '../contract/errors.ts';

export type SqlValue = null | number | string | Uint8Array;
export type Row = Record<string, SqlValue>;

/** A prepared statement. Errors are those of Database; none says what values were bound. */
export interface Statement {
  /** Gives the number of rows that it changed. */
  run(...values: SqlValue[]): number;
  get(...values: SqlValue[]): Row | undefined;
  all(...values: SqlValue[]): Row[];
}

export interface ConnectOptions {
  /** For a look without any change to the file. */
  readonly readOnly?: boolean;
  /** Off while tables are rebuilt; on otherwise. */
  readonly foreignKeys?: boolean;
}

/** Another program (a viewer, a backup) may hold the file for so long. */
const BUSY_MS = 2000;

/** Result codes of SQLite (sqlite.org/rescode.html), by their lowest byte. */
const RESULT = { CORRUPT: 11, NOTADB: 26 } as const;
const CODES: Readonly<Record<number, ErrorCode>> = {
  3: 'permission', // PERM
  5: 'already-running', // BUSY
  6: 'already-running', // LOCKED
  8: 'permission', // READONLY
  10: 'disk-error', // IOERR
  [RESULT.CORRUPT]: 'disk-error',
  13: 'disk-full', // FULL
  14: 'permission', // CANTOPEN
  23: 'permission', // AUTH
  [RESULT.NOTADB]: 'disk-error',
};

/** `application_id` of our files, and of one that has met corruption: it is checked whole at its next opening. */
export const APPLICATION = 0x53746368;
export const SUSPECT = 0x53743f3f;

/**
 * One connection to an SQLite database. Everything is synchronous, and every failure a SatchelError: disk-full,
 * disk-error, permission, already-running (another process holds it), internal. A commit is on the disk when it
 * returns, after a power cut too.
 */
export class Database {
  readonly path: string;
  /** Where a damaged file that lay at `path` has been moved; null: there was none. */
  readonly recovered: string | null;
  readonly #raw: DatabaseSync;
  #inTransaction = false;
  #suspect = false;

  constructor(path: string, options: ConnectOptions = {}, recovered: string | null = null) {
    this.path = path;
    this.recovered = recovered;
    const { readOnly = false, foreignKeys = true } = options;
    this.#raw = this.#guarded(
      () => new DatabaseSync(path, { readOnly, enableForeignKeyConstraints: foreignKeys, timeout: BUSY_MS }),
    );
  }

  /** Several statements without values. */
  exec(sql: string): void {
    this.#guarded(() => this.#raw.exec(sql), true);
  }

  prepare(sql: string): Statement {
    const statement = this.#guarded(() => this.#raw.prepare(sql), true);
    const call = <T>(work: (statement: StatementSync, values: SQLInputValue[]) => T) => {
      return (...values: SqlValue[]) => this.#guarded(() => work(statement, values));
    };
    return {
      run: call((raw, values) => Number(raw.run(...values).changes)),
      get: call((raw, values) => raw.get(...values) as Row | undefined),
      all: call((raw, values) => raw.all(...values) as Row[]),
    };
  }

  /** All rows of a query without values, each as its columns in order: for many rows, half the time of all(). */
  *lists(sql: string): Iterable<SqlValue[]> {
    const rows = this.#guarded(() => {
      const statement = this.#raw.prepare(sql);
      statement.setReturnArrays(true);
      return statement.iterate() as unknown as Iterator<SqlValue[]>;
    }, true);
    for (;;) {
      const next = this.#guarded(() => rows.next(), true);
      if (next.done) return;
      yield next.value;
    }
  }

  /** A pragma's first value; null where it has none. */
  pragma(name: string): SqlValue {
    const row = this.prepare(`PRAGMA ${name}`).get();
    return row === undefined ? null : (Object.values(row)[0] ?? null);
  }

  /** All that `work` does, or nothing when it throws. Transactions do not nest: one inside another joins it. */
  transaction<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    this.exec('BEGIN IMMEDIATE');
    this.#inTransaction = true;
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (thrown) {
      this.#rollBack();
      throw thrown;
    } finally {
      this.#inTransaction = false;
    }
  }

  close(): void {
    this.#guarded(() => this.#raw.close());
  }

  /** SQLite has rolled back by itself after some errors (a full disk); to ask again would hide the first error. */
  #rollBack(): void {
    if (this.#raw.isTransaction) this.exec('ROLLBACK');
  }

  /** `fixed`: the SQL has no values from outside, so that the message of SQLite may be shown. */
  #guarded<T>(work: () => T, fixed = false): T {
    try {
      return work();
    } catch (thrown) {
      if (!isSqliteError(thrown)) throw thrown;
      if (isCorruption(thrown.errcode)) this.#markSuspect();
      throw sqliteError(thrown, this.path, fixed);
    }
  }

  #markSuspect(): void {
    if (this.#suspect) return;
    this.#suspect = true;
    try {
      this.#raw.exec(`PRAGMA application_id = ${SUSPECT}`);
    } catch {
      // Not even its first page can be written: then the next opening sees that for itself.
    }
  }
}

interface SqliteError extends Error {
  readonly errcode: number;
  readonly errstr: string;
}

function isSqliteError(thrown: unknown): thrown is SqliteError {
  return thrown instanceof Error && 'errcode' in thrown && typeof thrown.errcode === 'number';
}

function isCorruption(errcode: number): boolean {
  const result = errcode & 0xff;
  return result === RESULT.CORRUPT || result === RESULT.NOTADB;
}

/** A damaged database, known by the cause of its error. */
export class DamagedError extends SatchelError {}

/** SQLite's own message may quote what was bound (FTS5's syntax errors do): only its name of the error is kept. */
function sqliteError({ errcode, errstr, message }: SqliteError, path: string, fixed: boolean): SatchelError {
  const detail = `SQLite ${errcode}, ${fixed ? message : errstr}: ${path}`;
  if (isCorruption(errcode)) return new DamagedError('disk-error', detail);
  return new SatchelError(CODES[errcode & 0xff] ?? 'internal', detail);
}
