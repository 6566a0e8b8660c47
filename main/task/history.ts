import { SatchelError } from '../contract/errors.ts';
import type { Clock } from '../world/clock.ts';
import type { Database } from '../world/sqlite.ts';
import {
  type DuplicateQuery,
  HistoryTable,
  type Part,
  type Placed,
  SPANS,
  textsOf,
} from './history-table.ts';
import type { HistoryEntry } from './record.ts';
import { parseQuery, type Query } from './search-text.ts';

export interface HistorySearch {
  /** Words; empty finds all. */
  readonly q: string;
  readonly limit: number;
  /** `next` of the page before; null for the first. */
  readonly before: string | null;
}

export interface HistoryPage {
  readonly entries: HistoryEntry[];
  /** For the page that follows; null when there is none. */
  readonly next: string | null;
}

/** Rows that the index finds and that are then read, in one call; more would take longer than 50 ms. */
const READ_MAX = 500;
/**
 * Two words that are both in half of the rows, and never in one, are looked for in every row: 300 ms in a million. So
 * the index is asked for a span of rows at a time, for a larger one where that went fast, and no more after BUDGET_MS.
 */
const FAST_MS = 3;
const BUDGET_MS = 20;
/** Rows moved to the archive in one transaction. */
const CHUNK = 200;

/**
 * What has ended, in two files that look like one: new endings go to the first, and old ones move to the second. An
 * entry that is in both counts where it is newer, in the first; so it is never shown twice.
 */
export class History {
  readonly #main: Database;
  readonly #archive: Database;
  readonly #recent: HistoryTable;
  readonly #old: HistoryTable;
  readonly #clock: Clock;
  readonly #spans: readonly number[];
  #seq: number;
  #oldSeq: number;

  constructor(main: Database, archive: Database, clock: Clock, spans = SPANS) {
    this.#main = main;
    this.#archive = archive;
    this.#clock = clock;
    this.#spans = spans;
    this.#recent = new HistoryTable(main, spans);
    this.#old = new HistoryTable(archive, spans);
    this.#oldSeq = this.#old.newest();
    // After the first file was lost, the order goes on from what is in the second.
    this.#seq = Math.max(this.#recent.newest(), this.#oldSeq);
  }

  /** Inside a transaction of the caller. The latest ending of a task is the one that is kept. */
  add(entries: readonly HistoryEntry[]): void {
    for (const entry of entries) {
      this.#seq += 1;
      this.#recent.put({ seq: this.#seq, entry });
    }
  }

  /**
   * Newest first. A page may have fewer entries than `limit`, even none, while `next` says that there is more: a query
   * so odd that it takes long is answered in parts. Errors: bad-input for a `before` that is no `next`.
   */
  search({ q, limit, before }: HistorySearch): HistoryPage {
    const query = parseQuery(q);
    const most = query.holds === null ? limit + 1 : READ_MAX;
    const startedAt = this.#clock.monotonic();
    const found: Placed[] = [];
    let below = Math.min(before === null ? Number.POSITIVE_INFINITY : cursor(before), this.#seq + 1);
    let level = 0;
    let askedAt = startedAt;
    for (let read = 0; read < READ_MAX && askedAt - startedAt <= BUDGET_MS; ) {
      const batch = this.#batch(query, { below, level }, most);
      for (const one of batch) {
        if (!this.#counts(one, query)) continue;
        if (found.length === limit) return page(found, found.at(-1)?.seq);
        found.push(one);
      }
      const size = query.match === null ? Number.POSITIVE_INFINITY : (this.#spans[level] ?? 1);
      // Without a whole batch nothing is left of the span, and the next begins with the row below it.
      below = batch.length === most ? (batch.at(-1)?.seq ?? 0) : firstOf(size, below - 1);
      if (below <= 0) return page(found, undefined);
      read += batch.length;
      const now = this.#clock.monotonic();
      if (now - askedAt < FAST_MS) level = Math.min(level + 1, this.#spans.length - 1);
      askedAt = now;
    }
    return page(found, below);
  }

  removeTask(taskId: string): void {
    // The older of two goes first: if the process dies in between, what is left is the newer.
    this.#archive.transaction(() => this.#old.remove(taskId));
    this.#main.transaction(() => this.#recent.remove(taskId));
  }

  removeAll(): void {
    this.#old.removeAll();
    this.#oldSeq = 0;
    this.#recent.removeAll();
  }

  /**
   * Moves at most `most` entries that ended before `olderThan` to the archive, oldest first; gives their number. They
   * are there, on the disk, before they go here: a crash in between leaves them twice, and the next call begins with
   * the same ones.
   */
  archive(olderThan: number, most: number): number {
    for (let moved = 0; ; ) {
      const chunk = this.#recent.oldest(olderThan, Math.min(CHUNK, most - moved));
      if (chunk.length === 0) return moved;
      this.#archive.transaction(() => {
        for (const one of chunk) this.#old.put(one);
      });
      for (const { seq } of chunk) this.#oldSeq = Math.max(this.#oldSeq, seq);
      this.#main.transaction(() => {
        for (const { entry } of chunk) this.#recent.remove(entry.taskId);
      });
      moved += chunk.length;
    }
  }

  /** Newest first. */
  duplicates(query: DuplicateQuery): HistoryEntry[] {
    const old = this.#old.duplicates(query).filter(({ entry }) => this.#recent.seqOf(entry.taskId) === null);
    return [...this.#recent.duplicates(query), ...old].toSorted(newestFirst).map(({ entry }) => entry);
  }

  /** What the index finds in both files. The archive is asked only where it may have something for this page. */
  #batch(query: Query, part: Part, most: number): Placed[] {
    const recent = this.#recent.page(query, part, most);
    if (recent.length === most && (recent.at(-1)?.seq ?? 0) > this.#oldSeq) return recent;
    const shown = new Set(recent.map(({ seq }) => seq));
    const old = this.#old.page(query, part, most).filter(({ seq }) => !shown.has(seq));
    return [...recent, ...old].toSorted(newestFirst).slice(0, most);
  }

  #counts({ seq, entry }: Placed, { holds }: Query): boolean {
    if (holds !== null && !holds(textsOf(entry))) return false;
    // Ended again since it was archived, or copied and not yet removed here.
    return seq > this.#oldSeq || this.#isNewest(seq, entry.taskId);
  }

  #isNewest(seq: number, taskId: string): boolean {
    const recent = this.#recent.seqOf(taskId);
    return recent === null || recent === seq;
  }
}

/** The first row of the span of that size in which `seq` is; 0 where the span is everything. */
const firstOf = (size: number, seq: number) => (Number.isFinite(size) ? Math.floor(seq / size) * size : 0);

const newestFirst = (a: Placed, b: Placed) => b.seq - a.seq;

function page(found: readonly Placed[], last: number | undefined): HistoryPage {
  return { entries: found.map(({ entry }) => entry), next: last === undefined ? null : String(last) };
}

function cursor(before: string): number {
  const seq = /^\d{1,16}$/.test(before) ? Number(before) : Number.NaN;
  if (!Number.isSafeInteger(seq)) throw new SatchelError('bad-input', 'no such page of the history');
  return seq;
}
