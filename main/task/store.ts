import { join } from 'node:path';
import { type Clock, systemClock } from '../world/clock.ts';
import { openDatabase } from '../world/database.ts';
import type { Disk } from '../world/disk.ts';
import type { Database, Statement } from '../world/sqlite.ts';
import { History, type HistoryPage, type HistorySearch } from './history.ts';
import type { DuplicateQuery } from './history-table.ts';
import type { Change, Memory } from './keeper.ts';
import { LogTable } from './log-table.ts';
import { OutboxTable } from './outbox-table.ts';
import type { HistoryEntry, TaskRecord } from './record.ts';
import { ARCHIVE_MIGRATIONS, MIGRATIONS, VITAL } from './store-schema.ts';
import { TaskTable } from './task-table.ts';

export interface StoreOptions {
  readonly disk: Disk;
  /** The data folder, held by this process alone. */
  readonly folder: string;
  readonly clock?: Clock;
}

export interface OpenedStore {
  readonly store: Store;
  /** Damaged files that were moved aside, where they are now. What they knew is lost; the journals are not. */
  readonly recovered: readonly string[];
}

/** Opens `satchel.db` and `archive.db`, or makes them. Errors: those of openDatabase. */
export async function openStore({ disk, folder, clock = systemClock }: StoreOptions): Promise<OpenedStore> {
  const path = (name: string) => join(folder, name);
  const around = { disk, clock };
  const main = await openDatabase({
    ...around,
    path: path('satchel.db'),
    migrations: MIGRATIONS,
    vital: VITAL,
  });
  try {
    // A second connection, not ATTACHed: it is made, migrated and recovered like the first, and one commit over two
    // attached files is not one in WAL mode anyway.
    const archive = await openDatabase({
      ...around,
      path: path('archive.db'),
      migrations: ARCHIVE_MIGRATIONS,
    });
    const recovered = [main.recovered, archive.recovered].filter((aside) => aside !== null);
    return { store: new Store(main, archive, clock), recovered };
  } catch (thrown) {
    main.close();
    throw thrown;
  }
}

/**
 * What outlives the process: tasks, their items, history, sealed secrets. Everything is synchronous, and on the disk
 * when it returns. Every failure is a SatchelError, as the class Database says.
 */
export class Store implements Memory {
  /** What others are still to be told of. */
  readonly outbox: OutboxTable;
  readonly log: LogTable;
  readonly #main: Database;
  readonly #archive: Database;
  readonly #tasks: TaskTable;
  readonly #history: History;
  readonly #secret: Statement;
  readonly #putSecret: Statement;
  readonly #removeSecret: Statement;

  constructor(main: Database, archive: Database, clock: Clock) {
    this.#main = main;
    this.#archive = archive;
    this.#tasks = new TaskTable(main);
    this.outbox = new OutboxTable(main);
    this.log = new LogTable(main);
    this.#history = new History(main, archive, clock);
    this.#secret = main.prepare('SELECT sealed FROM secret WHERE key = ?');
    this.#putSecret = main.prepare('INSERT OR REPLACE INTO secret (key, sealed) VALUES (?, ?)');
    this.#removeSecret = main.prepare('DELETE FROM secret WHERE key = ?');
  }

  /** All tasks in the order of the list, also those that are being removed. */
  load(): TaskRecord[] {
    return this.#tasks.load();
  }

  /** All of it or, when it throws, nothing. A second ending of a task replaces the first, as the newest of all. */
  save({ tasks = [], items, removed = [], history = [], events = [] }: Change): void {
    const saved = this.#main.transaction(() => {
      this.#history.add(history);
      this.outbox.add(events);
      const written = this.#tasks.save(tasks, removed, items);
      this.log.add(events.map(({ message }) => message));
      return written;
    });
    saved();
  }

  secret(key: string): Uint8Array | null {
    return (this.#secret.get(key)?.['sealed'] as Uint8Array | undefined) ?? null;
  }

  /** Null removes it. */
  setSecret(key: string, sealed: Uint8Array | null): void {
    if (sealed === null) this.#removeSecret.run(key);
    else this.#putSecret.run(key, sealed);
  }

  /** See History.search. */
  searchHistory(search: HistorySearch): HistoryPage {
    return this.#history.search(search);
  }

  /** `all` is no id of a task. */
  removeHistory(taskId: string | 'all'): void {
    if (taskId === 'all') this.#history.removeAll();
    else this.#history.removeTask(taskId);
  }

  /** See History.archive. Each entry takes about 0.3 ms, and nothing else happens meanwhile: ask for few at a time. */
  archive(olderThan: number, most: number): number {
    return this.#history.archive(olderThan, most);
  }

  /** What has ended and had the same address, path or content, newest first. Tasks in the list are not looked at. */
  duplicates(look: DuplicateQuery): HistoryEntry[] {
    return this.#history.duplicates(look);
  }

  /** What was written is safe without it; it writes the log back, so that the next start need not. */
  close(): void {
    try {
      this.#archive.close();
    } finally {
      this.#main.close();
    }
  }
}
