import type { LogEntry } from '../contract/commands.ts';
import type { EventMessage } from '../contract/events.ts';
import type { Database, Statement } from '../world/sqlite.ts';

/** Of each task so much is kept. */
const MOST_ENTRIES = 200;

/** What happened to the tasks in the list; it goes with them. */
export class LogTable {
  readonly #put: Statement;
  readonly #shorten: Statement;
  readonly #of: Statement;

  constructor(database: Database) {
    // Of a task that has left meanwhile nothing is kept.
    this.#put = database.prepare(
      'INSERT INTO log (task_id, at, type, payload) SELECT id, ?2, ?3, ?4 FROM task WHERE id = ?1',
    );
    this.#shorten = database.prepare(
      `DELETE FROM log WHERE task_id = ?1 AND seq <=
        (SELECT seq FROM log WHERE task_id = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ${MOST_ENTRIES})`,
    );
    this.#of = database.prepare('SELECT at, type, payload FROM log WHERE task_id = ? ORDER BY seq');
  }

  /** Inside a transaction of the caller, after the tasks of the events have been written. */
  add(events: readonly EventMessage[]): void {
    const tasks = new Set<string>();
    for (const { event_type, payload, timestamp } of events) {
      const { taskId, ...rest } = payload;
      this.#put.run(taskId, Date.parse(timestamp), event_type, JSON.stringify(rest));
      // A new one has no others.
      if (event_type !== 'task.added') tasks.add(taskId);
    }
    for (const taskId of tasks) this.#shorten.run(taskId);
  }

  /** The newest last. */
  of(taskId: string): LogEntry[] {
    return this.#of.all(taskId).map((row) => ({
      at: new Date(Number(row['at'])).toISOString(),
      type: String(row['type']) as LogEntry['type'],
      payload: JSON.parse(String(row['payload'])) as LogEntry['payload'],
    }));
  }
}
