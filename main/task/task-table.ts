import type { Database, SqlValue, Statement } from '../world/sqlite.ts';
import type { ItemRecord, Spare, TaskRecord } from './record.ts';

/** Columns in the order in which the functions below give and take their values. */
const TASK_COLUMNS = [
  ...['id', 'kind', 'name', 'dir', 'state', 'run', 'error', 'priority', 'rank', 'limit_rate', 'connections'],
  ...['on_conflict', 'on_changed', 'category', 'dir_by_type', 'asking', 'place', 'start_over', 'finished'],
  ...['replacing', 'removing', 'duplicate_of', 'created_at', 'started_at', 'finished_at', 'compress'],
];
const ITEM_COLUMNS = [
  ...['task_id', 'id', 'url', 'out', 'name', 'state', 'received', 'total', 'resumable'],
  ...['checksum', 'etag', 'error', 'secret', 'path', 'tries', 'start_over', 'left_out', 'spares', 'position'],
];

/** Tasks and their items in the database. */
export class TaskTable {
  readonly #database: Database;
  readonly #putTask: Statement;
  readonly #putItem: Statement;
  readonly #itemIds: Statement;
  readonly #removeItem: Statement;
  readonly #removeTask: Statement;
  /** What was last written of each item: a package of 10,000 is saved at the end of each of them. */
  readonly #written = new WeakMap<ItemRecord, readonly SqlValue[]>();

  constructor(database: Database) {
    this.#database = database;
    this.#putTask = database.prepare(upsert('task', TASK_COLUMNS, ['id']));
    this.#putItem = database.prepare(upsert('item', ITEM_COLUMNS, ['task_id', 'id']));
    this.#itemIds = database.prepare('SELECT id FROM item WHERE task_id = ?');
    this.#removeItem = database.prepare('DELETE FROM item WHERE task_id = ? AND id = ?');
    this.#removeTask = database.prepare('DELETE FROM task WHERE id = ?');
  }

  /** All of them, in the order of the list. */
  load(): TaskRecord[] {
    const tasks = new Map<string, TaskRecord>();
    for (const row of this.#database.lists(`SELECT ${list(TASK_COLUMNS)} FROM task ORDER BY rank, id`)) {
      const task = taskOf(row);
      tasks.set(task.id, task);
    }
    const items = `SELECT ${list(ITEM_COLUMNS)} FROM item ORDER BY task_id, position`;
    for (const [taskId, ...row] of this.#database.lists(items))
      tasks.get(String(taskId))?.items.push(itemOf(row));
    return [...tasks.values()];
  }

  /**
   * Inside a transaction of the caller. Of a task in `changed` only those items are looked at. What is given back is to be called when that has succeeded: only then is it
   * certain that the items need not be written again.
   */
  save(
    tasks: readonly TaskRecord[],
    removed: readonly string[],
    changed: ReadonlyMap<TaskRecord, ReadonlySet<ItemRecord>> = new Map(),
  ): () => void {
    const written: [ItemRecord, SqlValue[]][] = [];
    for (const task of tasks) {
      this.#putTask.run(...taskValues(task));
      const some = this.#placesOf(changed.get(task));
      for (const [position, item] of some ?? task.items.entries()) {
        const values = itemValues(item, task.id, position);
        if (sameValues(values, this.#written.get(item))) continue;
        this.#putItem.run(...values);
        written.push([item, values]);
      }
      if (!some) this.#removeOthers(task);
    }
    for (const id of removed) this.#removeTask.run(id);
    return () => {
      for (const [item, values] of written) this.#written.set(item, values);
    };
  }

  /** Where these items are in their task; null where that is not known of all of them. */
  #placesOf(items: ReadonlySet<ItemRecord> | undefined): [number, ItemRecord][] | null {
    const places: [number, ItemRecord][] = [];
    for (const item of items ?? []) {
      const position = this.#written.get(item)?.at(-1);
      if (typeof position !== 'number') return null;
      places.push([position, item]);
    }
    return items ? places : null;
  }

  /** Items that the task has no longer. */
  #removeOthers({ id, items }: TaskRecord): void {
    const there = this.#itemIds.all(id);
    if (there.length === items.length) return;
    const wanted = new Set(items.map((item) => item.id));
    for (const row of there) {
      const itemId = String(row['id']);
      if (!wanted.has(itemId)) this.#removeItem.run(id, itemId);
    }
  }
}

const list = (columns: readonly string[]) => columns.join(', ');

function upsert(table: string, columns: readonly string[], key: readonly string[]): string {
  const updates = columns.filter((name) => !key.includes(name)).map((name) => `${name} = excluded.${name}`);
  return `INSERT INTO ${table} (${list(columns)}) VALUES (${list(columns.map(() => '?'))})
    ON CONFLICT (${list(key)}) DO UPDATE SET ${list(updates)}`;
}

function sameValues(values: readonly SqlValue[], before: readonly SqlValue[] | undefined): boolean {
  return before !== undefined && values.every((value, i) => value === before[i]);
}

const json = (value: unknown) => (value === null ? null : JSON.stringify(value));

function taskValues(task: TaskRecord): SqlValue[] {
  const { id, kind, name, dir, state, run, error, priority, rank, limitRate, connections } = task;
  const { onConflict, onChanged, category, dirByType, asking, place, startOver, finished } = task;
  const { replacing, removing, duplicateOf, createdAt, startedAt, finishedAt } = task;
  return [
    ...[id, kind, name, dir, state, run, json(error), priority, rank, limitRate, connections],
    ...[onConflict, onChanged, category, Number(dirByType), Number(asking), json(place)],
    ...[
      Number(startOver),
      json(finished),
      json(replacing),
      removing,
      duplicateOf,
      createdAt,
      startedAt,
      finishedAt,
      json(task.compress),
    ],
  ];
}

/** The values of a row, one after the other. */
function taker(row: readonly SqlValue[]): () => SqlValue {
  let at = 0;
  return () => row[at++] ?? null;
}

function taskOf(row: readonly SqlValue[]): TaskRecord {
  const next = taker(row);
  return {
    id: next(),
    kind: next(),
    name: next(),
    dir: next(),
    state: next(),
    run: next(),
    error: parsed(next()),
    priority: next(),
    rank: next(),
    limitRate: next(),
    connections: next(),
    onConflict: next(),
    onChanged: next(),
    category: next(),
    dirByType: next() === 1,
    asking: next() === 1,
    place: parsed(next()),
    startOver: next() === 1,
    finished: parsed(next()),
    replacing: parsed(next()),
    removing: next(),
    duplicateOf: next(),
    createdAt: next(),
    startedAt: next(),
    finishedAt: next(),
    compress: parsed(next()),
    items: [],
  } as unknown as TaskRecord;
}

function itemValues(item: ItemRecord, taskId: string, position: number): SqlValue[] {
  const { id, url, out, name, state, received, total, resumable, checksum, etag, error, secret } = item;
  return [
    ...[taskId, id, url, out, name, state, received, total],
    ...[resumable === null ? null : Number(resumable), checksum, etag, json(error), secret],
    ...[item.path, item.tries, Number(item.startOver), item.leftOut, sparesText(item.spares), position],
  ];
}

/** `row` begins behind the id of the task. */
function itemOf(row: readonly SqlValue[]): ItemRecord {
  const next = taker(row);
  return {
    id: next(),
    url: next(),
    out: next(),
    name: next(),
    state: next(),
    received: next(),
    total: next(),
    resumable: flag(next()),
    checksum: next(),
    etag: next(),
    error: parsed(next()),
    secret: next(),
    path: next(),
    tries: next(),
    startOver: next() === 1,
    leftOut: next(),
    spares: sparesIn(next()),
  } as unknown as ItemRecord;
}

/** A list of `{url, secret?, failed?}`, the secret sealed and in base64; null where there are none. */
function sparesText(spares: readonly Spare[]): string | null {
  if (spares.length === 0) return null;
  const kept = spares.map(({ url, secret, failed }) => ({
    url,
    ...(secret === null ? {} : { secret: Buffer.from(secret).toString('base64') }),
    ...(failed ? { failed } : {}),
  }));
  return JSON.stringify(kept);
}

function sparesIn(text: SqlValue): Spare[] {
  const kept = (parsed(text) ?? []) as { url: string; secret?: string; failed?: boolean }[];
  return kept.map(({ url, secret, failed = false }) => ({
    url,
    secret: secret === undefined ? null : Buffer.from(secret, 'base64'),
    failed,
  }));
}

const flag = (value: SqlValue) => (value === null ? null : value === 1);

function parsed(text: SqlValue): unknown {
  return typeof text === 'string' ? JSON.parse(text) : null;
}
