import { dirname } from 'node:path';
import type { ErrorReport } from '../contract/errors.ts';
import { sourceKeyIfAny } from '../source/links.ts';
import type { Database, Row, SqlValue, Statement } from '../world/sqlite.ts';
import type { HistoryEntry } from './record.ts';
import { indexText, type Query } from './search-text.ts';
import { contentHash, pathHash, sourceHash } from './store-hash.ts';

/** An entry with its place in the order of endings; the newest has the highest. */
export interface Placed {
  readonly seq: number;
  readonly entry: HistoryEntry;
}

/**
 * Sizes of spans of `seq`, smallest first. Each row is indexed with the numbers of its spans too: FTS5 looks for two
 * words that never meet down to the oldest row, whatever bound its rowid is given, but never beyond a third term.
 */
export const SPANS: readonly number[] = [2 ** 15, 2 ** 17, 2 ** 19];

/** No query has this letter, and the tokenizer takes it for one. */
const spanTerm = (level: number, size: number, seq: number) => `§${level}s${Math.floor(seq / size)}`;

/** Rows below `below` in the span of that level in which the first of them is; all, where nothing is looked for. */
export interface Part {
  readonly below: number;
  readonly level: number;
}

/** What to look for; any of these is enough. */
export interface DuplicateQuery {
  /** As sourceKey() gives it. */
  readonly sourceKey?: string;
  readonly path?: string;
  readonly content?: { readonly etag: string; readonly total: number };
}

const COLUMNS = [
  'seq, task_id, name, url, path, category, outcome, total, etag, error, created_at, ended_at',
  'source_hash, path_hash, content_hash',
].join(', ');
const PAGE = `SELECT h.* FROM history h`;
/** Same content, address or path: so many of the newest are enough to tell the user. */
const DUPLICATES_MAX = 20;

/**
 * The history in one database file. A number is bound as a floating one, and FTS5 passes over a bound on its rowid
 * that is none of its integers: without CAST a page far down is reached by reading all above it.
 */
export class HistoryTable {
  readonly #database: Database;
  readonly #spans: readonly number[];
  readonly #insert: Statement;
  readonly #insertText: Statement;
  readonly #remove: Statement;
  readonly #removeText: Statement;
  readonly #seqOf: Statement;
  readonly #newest: Statement;
  readonly #page: Statement;
  readonly #found: Statement;
  readonly #oldest: Statement;

  constructor(database: Database, spans: readonly number[]) {
    this.#database = database;
    this.#spans = spans;
    const values = COLUMNS.replace(/\w+/g, '?');
    this.#insert = database.prepare(`INSERT INTO history (${COLUMNS}) VALUES (${values})`);
    this.#insertText = database.prepare('INSERT INTO history_text (rowid, text) VALUES (?, ?)');
    this.#remove = database.prepare('DELETE FROM history WHERE seq = ?');
    this.#removeText = database.prepare('DELETE FROM history_text WHERE rowid = ?');
    this.#seqOf = database.prepare('SELECT seq FROM history WHERE task_id = ?');
    this.#newest = database.prepare('SELECT max(seq) AS seq FROM history');
    this.#page = database.prepare(`${PAGE} WHERE seq < ? ORDER BY seq DESC LIMIT ?`);
    this.#found = database.prepare(`
      SELECT h.* FROM history_text t CROSS JOIN history h ON h.seq = t.rowid
      WHERE t.history_text MATCH ? AND t.rowid < CAST(? AS INTEGER) ORDER BY t.rowid DESC LIMIT ?
    `);
    this.#oldest = database.prepare(`${PAGE} WHERE ended_at < ? ORDER BY ended_at, seq LIMIT ?`);
  }

  /** 0 when there is none. */
  newest(): number {
    return Number(this.#newest.get()?.['seq'] ?? 0);
  }

  /** Null when there is nothing of that task. */
  seqOf(taskId: string): number | null {
    const seq = this.#seqOf.get(taskId)?.['seq'];
    return seq === undefined ? null : Number(seq);
  }

  /** Replaces what there is of the same task. */
  put({ seq, entry }: Placed): void {
    this.remove(entry.taskId);
    this.#insert.run(seq, ...entryValues(entry));
    const spans = this.#spans.map((size, level) => spanTerm(level, size, seq));
    this.#insertText.run(seq, [indexText(textsOf(entry)), ...spans].join(' '));
  }

  remove(taskId: string): void {
    const seq = this.seqOf(taskId);
    if (seq === null) return;
    this.#remove.run(seq);
    this.#removeText.run(seq);
  }

  /** The file is written anew without them: what the user wanted gone is not to be found in its free pages. */
  removeAll(): void {
    this.#database.transaction(() => {
      this.#database.exec('DELETE FROM history');
      this.#database.exec("INSERT INTO history_text (history_text) VALUES ('delete-all')");
    });
    try {
      this.#database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // They are gone all the same; for a new file there may be no room.
    }
  }

  /** Newest first, of one part; what the index finds, not yet asked whether it holds all of the query. */
  page({ match }: Query, { below, level }: Part, most: number): Placed[] {
    if (match === null) return this.#page.all(below, most).map(placed);
    const span = spanTerm(level, this.#spans[level] ?? 1, below - 1);
    return this.#found.all(`"${span}" AND ${match}`, below, most).map(placed);
  }

  /** Those that ended first. */
  oldest(endedBefore: number, most: number): Placed[] {
    return this.#oldest.all(endedBefore, most).map(placed);
  }

  duplicates({ sourceKey, path, content }: DuplicateQuery): Placed[] {
    const found = new Map<number, Placed>();
    const look = (column: string, hash: number | null, same: (entry: HistoryEntry) => boolean) => {
      const sql = `${PAGE} WHERE ${column} = ? ORDER BY seq DESC LIMIT ${DUPLICATES_MAX}`;
      for (const one of this.#database.prepare(sql).all(hash).map(placed)) {
        if (same(one.entry)) found.set(one.seq, one);
      }
    };
    if (sourceKey !== undefined)
      look('source_hash', sourceHash(sourceKey), ({ url }) => sourceKeyIfAny(url) === sourceKey);
    if (path !== undefined) look('path_hash', pathHash(path), (entry) => entry.path === path);
    if (content !== undefined) {
      const { etag, total } = content;
      look('content_hash', contentHash(etag, total), (entry) => entry.etag === etag && entry.total === total);
    }
    return [...found.values()];
  }
}

/** What is searched: name, host, path of the address, folder. */
export function textsOf({ name, url, path }: HistoryEntry): string[] {
  const address = URL.parse(url);
  return [name, ...(address ? [address.hostname, decoded(address.pathname)] : []), dirname(path)];
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // Not UTF-8, or a lone `%`.
    return path;
  }
}

function entryValues(entry: HistoryEntry): SqlValue[] {
  const { taskId, name, url, path, category, outcome, total, etag, error, createdAt, endedAt } = entry;
  const texts = [taskId, name, url, path, category, outcome];
  const hashes = [sourceHash(sourceKeyIfAny(url)), pathHash(path), contentHash(etag, total)];
  return [...texts, total, etag, error && JSON.stringify(error), createdAt, endedAt, ...hashes];
}

function placed(row: Row): Placed {
  const entry = {
    taskId: row['task_id'],
    name: row['name'],
    url: row['url'],
    path: row['path'],
    category: row['category'],
    outcome: row['outcome'],
    total: row['total'],
    etag: row['etag'],
    error: row['error'] === null ? null : (JSON.parse(String(row['error'])) as ErrorReport),
    createdAt: row['created_at'],
    endedAt: row['ended_at'],
  } as HistoryEntry;
  return { seq: Number(row['seq']), entry };
}
