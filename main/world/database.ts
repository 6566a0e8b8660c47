import { basename, dirname, join } from 'node:path';
import { SatchelError } from '../contract/errors.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Disk } from './disk.ts';
import { PRIVATE } from './small-file.ts';
import { APPLICATION, DamagedError, Database, SUSPECT } from './sqlite.ts';

/** From one version to the next: SQL, or what cannot be said in SQL. It runs inside a transaction. */
export type Migration = string | ((database: Database) => void);

export interface DatabaseOptions {
  readonly disk: Disk;
  readonly path: string;
  /** The first makes the tables. A database's version (`user_version`) is how many of these it has seen. */
  readonly migrations: readonly Migration[];
  /** Tables that are checked at every opening, however large the file. */
  readonly vital?: readonly string[];
  readonly clock?: Clock;
}

/** A file up to this many bytes is checked whole at every opening; it takes about 3 ms for each MiB. */
const CHECKED_WHOLE = 32 * 1024 * 1024;
/** What one connection keeps of the file in memory, KiB. */
const CACHE_KIB = 2048;
/** What is left of the write-ahead log after it has been written back, bytes. */
const LOG_BYTES = 4 * 1024 * 1024;

/**
 * Opens a database, in a folder that this process alone works in. One that is not there is made; an older one is
 * migrated on a copy, which takes its place whole; of a newer one nothing is touched: `permission`. What is no
 * database, or a damaged one, is moved aside (`recovered`) and a fresh one begun.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { disk, path, migrations } = options;
  await removeDatabase(disk, migratingPath(path));
  let recovered: string | null = null;
  const facts = await disk.facts(path);
  if (facts && facts.kind !== 'file') throw new SatchelError('disk-error', `not a file: ${path}`);
  if (facts && facts.size > 0) {
    try {
      return await openExisting(options, facts.size, facts.mode);
    } catch (thrown) {
      if (!(thrown instanceof DamagedError)) throw thrown;
      recovered = await moveAside(disk, path, options.clock ?? systemClock);
    }
  }
  await makeEmpty(disk, path);
  const database = connect(path, recovered);
  migrateFresh(database, migrations);
  await disk.syncFolder(dirname(path));
  return database;
}

const migratingPath = (path: string) => `${path}.migrating`;
const backupPath = (path: string, version: number) => `${path}.v${version}.bak`;
/** What SQLite keeps beside a database. The log comes first: alone it would be taken for that of a later file. */
const BESIDE = ['-wal', '-shm', '-journal'];

async function openExisting(options: DatabaseOptions, size: number, mode: number): Promise<Database> {
  const { disk, path, migrations, vital = [] } = options;
  // Lasts only until it is closed cleanly: what is there was left by a process that died.
  const unclean = ((await disk.facts(`${path}-wal`))?.size ?? 0) > 0;
  const { version, suspect, blank } = look(path, migrations.length);
  if (process.platform !== 'win32' && mode !== PRIVATE) await disk.setMode(path, PRIVATE);
  const whole = suspect || size <= CHECKED_WHOLE;
  if (blank) {
    const database = connect(path);
    migrateFresh(database, migrations);
    return database;
  }
  if (version < migrations.length) await migrateOnCopy(options, version);
  const database = connect(path);
  try {
    check(database, whole ? null : vital);
    if (suspect) database.exec(`PRAGMA application_id = ${APPLICATION}`);
  } catch (thrown) {
    database.close();
    throw thrown;
  }
  // Not sooner than the new version has run once and ended well; not for ever: what the user deletes must be gone.
  if (version === migrations.length && !unclean) await removeBackups(disk, path);
  return database;
}

/** Reads what the file is, without a change to it. */
function look(path: string, newest: number): { version: number; suspect: boolean; blank: boolean } {
  const database = new Database(path, { readOnly: true });
  try {
    const version = Number(database.pragma('user_version'));
    const application = database.pragma('application_id');
    const tables = Number(database.prepare('SELECT count(*) n FROM sqlite_schema').get()?.['n']);
    if (version > newest) {
      const detail = `${path} is of a newer Satchel (version ${version}, this one knows ${newest}): update Satchel`;
      throw new SatchelError('permission', detail);
    }
    const blank = version === 0 && tables === 0;
    if (version === 0 && !blank) throw new DamagedError('disk-error', `no database of Satchel: ${path}`);
    return { version, suspect: application === SUSPECT, blank };
  } finally {
    database.close();
  }
}

function connect(path: string, recovered: string | null = null): Database {
  const database = new Database(path, {}, recovered);
  try {
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA journal_size_limit = ${LOG_BYTES};
      PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA temp_store = MEMORY;
    `);
  } catch (thrown) {
    database.close();
    throw thrown;
  }
  return database;
}

/** SQLite would make the file with what the umask leaves; the files beside it get the mode of this one. */
async function makeEmpty(disk: Disk, path: string): Promise<void> {
  if ((await disk.facts(path)) === null) {
    for (const suffix of BESIDE) await disk.remove(path + suffix);
    await (await disk.create(path, PRIVATE)).close();
  } else if (process.platform !== 'win32') await disk.setMode(path, PRIVATE);
}

function migrate(database: Database, migrations: readonly Migration[], from: number): void {
  database.transaction(() => {
    for (const migration of migrations.slice(from)) {
      if (typeof migration === 'string') database.exec(migration);
      else migration(database);
    }
    database.exec(`PRAGMA application_id = ${APPLICATION}; PRAGMA user_version = ${migrations.length}`);
  });
}

function migrateFresh(database: Database, migrations: readonly Migration[]): void {
  try {
    migrate(database, migrations, 0);
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** Until the last rename the old file is what it was, and from then on the new one is whole. */
async function migrateOnCopy({ disk, path, migrations }: DatabaseOptions, from: number): Promise<void> {
  const copy = migratingPath(path);
  try {
    await makeEmpty(disk, copy);
    copyDatabase(path, copy);
    migrateCopy(copy, migrations, from);
    const file = await disk.open(copy);
    await file.sync().finally(() => file.close());
    await putInPlace(disk, copy, path, from);
  } catch (thrown) {
    await removeDatabase(disk, copy).catch(() => {});
    throw thrown;
  }
}

/** Whatever goes wrong from here on is the migration's fault, and no reason to give up the old file. */
function migrateCopy(copy: string, migrations: readonly Migration[], from: number): void {
  const database = new Database(copy, { foreignKeys: false });
  try {
    migrate(database, migrations, from);
    check(database, null);
    if (database.pragma('foreign_key_check') !== null)
      throw new Error('rows refer to rows that are not there');
  } catch (thrown) {
    if (thrown instanceof SatchelError && !(thrown instanceof DamagedError)) throw thrown;
    const seen = thrown instanceof DamagedError ? thrown.detail : String(thrown);
    throw new SatchelError('internal', `cannot bring ${copy} from version ${from} up to date: ${seen}`);
  } finally {
    database.close();
  }
}

/** Reads every page on the way, so that a damaged one is noticed; all of the log is in `from` itself afterwards. */
function copyDatabase(from: string, to: string): void {
  const database = new Database(from);
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.prepare('VACUUM INTO ?').run(to);
  } finally {
    database.close();
  }
}

async function putInPlace(disk: Disk, copy: string, path: string, from: number): Promise<void> {
  const backup = backupPath(path, from);
  await removeBackups(disk, path);
  await disk.keepAs(path, backup);
  // A log that outlived its database would be played into the next one of that name.
  for (const suffix of BESIDE) await disk.remove(path + suffix);
  await disk.replace(copy, path);
  await disk.syncFolder(dirname(path));
}

/** `tables` null: all of it. Throws DamagedError. */
function check(database: Database, tables: readonly string[] | null): void {
  for (const what of tables?.map((table) => `(${table})`) ?? ['']) {
    const said = database.pragma(`quick_check${what}`);
    if (said !== 'ok') throw new DamagedError('disk-error', `damaged: ${database.path}`);
  }
}

/** Gives the path it has now. The log goes first: left alone, it would be played into the fresh file. */
async function moveAside(disk: Disk, path: string, clock: Clock): Promise<string> {
  // Colons are not for file names on Windows.
  const stamp = new Date(clock.now()).toISOString().replaceAll(':', '-');
  let aside = `${path}.corrupt-${stamp}`;
  for (let n = 1; (await disk.facts(aside)) !== null; n++) aside = `${path}.corrupt-${stamp}-${n}`;
  for (const suffix of [...BESIDE, '']) {
    if ((await disk.facts(path + suffix)) !== null) await disk.replace(path + suffix, aside + suffix);
  }
  await disk.syncFolder(dirname(path));
  return aside;
}

async function removeDatabase(disk: Disk, path: string): Promise<void> {
  for (const suffix of ['', ...BESIDE]) await disk.remove(path + suffix);
}

async function removeBackups(disk: Disk, path: string): Promise<void> {
  const name = basename(path);
  for (const entry of await disk.list(dirname(path))) {
    if (entry.startsWith(name) && /^\.v\d+\.bak$/.test(entry.slice(name.length)))
      await disk.remove(join(dirname(path), entry));
  }
}
