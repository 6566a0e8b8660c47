import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EventMessage, type EventType } from '../../main/contract/events.ts';
import type { TaskState } from '../../main/contract/task.ts';

/** What may come after what, of events that move a task; `new` is before all. */
const NEXT: Readonly<Record<string, readonly EventType[]>> = {
  new: ['task.added'],
  'task.added': ['task.started', 'task.paused', 'task.removed'],
  // Once more where the process died meanwhile.
  'task.started': ['task.started', 'task.paused', 'task.done', 'task.failed', 'task.removed'],
  'task.paused': ['task.resumed', 'task.removed'],
  'task.resumed': ['task.started', 'task.paused', 'task.removed'],
  'task.done': ['task.resumed', 'task.removed'],
  'task.failed': ['task.resumed', 'task.removed'],
  'task.removed': [],
};
/** Where a task stands whose last event this is: what was running when the process died waits. */
const STANDS: Readonly<Record<string, readonly (TaskState | 'gone')[]>> = {
  'task.added': ['waiting'],
  'task.started': ['running', 'waiting'],
  'task.paused': ['paused'],
  'task.resumed': ['waiting'],
  'task.done': ['done'],
  'task.failed': ['failed'],
  'task.removed': ['gone'],
};

/** What a database says: where each task stands, and what is still to be told, in order. */
export interface Kept {
  readonly states: ReadonlyMap<string, TaskState>;
  readonly outbox: readonly EventMessage[];
}

/** By task, how often an event of a type must have been. */
export type Owed = ReadonlyMap<string, ReadonlyMap<EventType, number>>;

/** Reads the database of a data folder as a death has left it; the engine is to find it like that, so a copy is read. */
export function keptIn(dataDir: string, copy: string): Kept {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  // After a death all that is new is in the log; after an end in good order there is none.
  for (const name of ['satchel.db', 'satchel.db-wal']) {
    const from = join(dataDir, name);
    if (existsSync(from)) cpSync(from, join(copy, name));
  }
  const open = new DatabaseSync(join(copy, 'satchel.db'));
  const all = (sql: string) => open.prepare(sql).all() as Record<string, string>[];
  const tasks = all('SELECT id, state FROM task WHERE removing IS NULL');
  const messages = all('SELECT message FROM outbox ORDER BY seq');
  open.close();
  return {
    states: new Map(tasks.map(({ id, state }) => [id ?? '', state as TaskState])),
    outbox: messages.map(({ message }) => EventMessage.parse(JSON.parse(message ?? ''))),
  };
}

/** Where what was heard and what is still to be told is not all that has happened, or anything else. */
export function wronglyTold(
  { states, outbox }: Kept,
  heard: readonly EventMessage[],
  owed: Owed,
): readonly string[] {
  const ids = new Set(heard.map(({ event_id }) => event_id));
  const all = [...heard, ...outbox.filter(({ event_id }) => !ids.has(event_id))];
  const byTask = Map.groupBy(all, ({ payload }) => payload.taskId);
  const untold = [...states.keys(), ...owed.keys()].filter((id) => !byTask.has(id));
  const wrong = untold.map((id) => `${id}: nothing was told of it`);
  for (const [id, events] of byTask) {
    const path = events.map(({ event_type }) => event_type).filter((type) => type in NEXT);
    const said = `${id}: ${path.join(' ')}`;
    if (path.some((type, i) => !NEXT[path[i - 1] ?? 'new']?.includes(type))) wrong.push(said);
    const state = states.get(id) ?? 'gone';
    if (!STANDS[path.at(-1) ?? '']?.includes(state)) wrong.push(`${said}, and is ${state}`);
    for (const [type, times] of owed.get(id) ?? []) {
      const told = path.filter((each) => each === type).length;
      if (told < times) wrong.push(`${said}: ${type} only ${told} of ${times} times`);
    }
  }
  return wrong;
}
