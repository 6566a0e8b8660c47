import type { EventMessage } from '../contract/events.ts';
import type { Database, Statement } from '../world/sqlite.ts';

/** An event, and who is to be told of it; perhaps nobody. */
export interface OutgoingEvent {
  readonly message: EventMessage;
  /** Keys of targets. */
  readonly targets: readonly string[];
}

/** One event that one target has not been told of. */
export interface OutboxRow {
  readonly seq: number;
  readonly eventId: string;
  /** The event's envelope, as JSON: what was written is what is sent, each time. */
  readonly message: string;
  readonly tries: number;
  /** Milliseconds since 1970; before it, it is not tried again. */
  readonly nextAt: number;
}

/** What others are still to be told of, each in order. */
export class OutboxTable {
  readonly #put: Statement;
  readonly #first: Statement;
  readonly #remove: Statement;
  readonly #postpone: Statement;
  readonly #count: Statement;
  readonly #shorten: Statement;
  readonly #targets: Statement;
  readonly #removeTarget: Statement;

  constructor(database: Database) {
    const prepare = (sql: string) => database.prepare(sql);
    this.#put = prepare('INSERT INTO outbox (target, event_id, message) VALUES (?, ?, ?)');
    this.#first = prepare(
      'SELECT seq, event_id, message, tries, next_at FROM outbox WHERE target = ? ORDER BY seq LIMIT 1',
    );
    this.#remove = prepare('DELETE FROM outbox WHERE seq = ?');
    this.#postpone = prepare('UPDATE outbox SET tries = ?, next_at = ? WHERE seq = ?');
    this.#count = prepare('SELECT count(*) AS count FROM outbox WHERE target = ?');
    this.#shorten = prepare(
      'DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox WHERE target = ? ORDER BY seq LIMIT ?)',
    );
    this.#targets = prepare('SELECT DISTINCT target FROM outbox');
    this.#removeTarget = prepare('DELETE FROM outbox WHERE target = ?');
  }

  /** Inside a transaction of the caller: together with the change that the events tell of. */
  add(events: readonly OutgoingEvent[]): void {
    for (const { message, targets } of events) {
      const text = JSON.stringify(message);
      for (const target of targets) this.#put.run(target, message.event_id, text);
    }
  }

  /** The next one that this target is to be told of, or null. */
  first(target: string): OutboxRow | null {
    const row = this.#first.get(target);
    if (!row) return null;
    return {
      seq: Number(row['seq']),
      eventId: String(row['event_id']),
      message: String(row['message']),
      tries: Number(row['tries']),
      nextAt: Number(row['next_at']),
    };
  }

  remove(seq: number): void {
    this.#remove.run(seq);
  }

  postpone(seq: number, tries: number, nextAt: number): void {
    this.#postpone.run(tries, nextAt, seq);
  }

  /** Keeps the newest `most` of a target's; gives how many are gone. The first of them waits as the first one did. */
  shorten(target: string, most: number): number {
    const surplus = Number(this.#count.get(target)?.['count'] ?? 0) - most;
    if (surplus <= 0) return 0;
    const before = this.first(target);
    this.#shorten.run(target, surplus);
    const first = this.first(target);
    if (before && first) this.postpone(first.seq, before.tries, before.nextAt);
    return surplus;
  }

  /** Forgets whatever is for none of these. */
  keepOnly(targets: ReadonlySet<string>): void {
    for (const row of this.#targets.all()) {
      const target = String(row['target']);
      if (!targets.has(target)) this.#removeTarget.run(target);
    }
  }
}
