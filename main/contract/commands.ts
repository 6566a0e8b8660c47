import { z } from 'zod';
import { EventType } from './events.ts';
import { NewItem, NewTask } from './new-task.ts';
import { Settings, SettingsPatch } from './settings.ts';
import { ErrorShape, Task, TaskState } from './task.ts';

const Id = z.strictObject({ id: z.string() });
const OneTask = z.object({ task: Task });
const Count = z.object({ count: z.number().int().nonnegative() });
const Nothing = z.strictObject({});
const Done = z.object({});
/** Opaque: where the page before ended. */
const Cursor = z.string();
const PageSize = z.number().int().min(1).max(1000).default(100);

/** A change of one task; what is left out stays. */
export const TaskPatch = z.strictObject({
  id: z.string(),
  name: z.string().min(1).max(1024).optional(),
  /** Another folder, as long as nothing has been fetched; also the answer to a task that asks. */
  dir: z.string().min(1).optional(),
  priority: z.number().int().min(-1000).max(1000).optional(),
  /** From 0; beyond the end is the end. */
  position: z.number().int().nonnegative().optional(),
  /** Bytes per second; null: none of its own. */
  limitRate: z.number().int().min(1024).nullable().optional(),
  connections: z.number().int().min(1).max(32).optional(),
  /** A new link to the same file, while it does not run. */
  url: z.string().optional(),
});
export type TaskPatch = z.infer<typeof TaskPatch>;

const OneItem = z.strictObject({ id: z.string(), itemId: z.string() });

/** A change of one item of a package; what is left out stays. */
const ItemPatch = OneItem.extend({
  /** In the ZIP; a path with `/`, perhaps. */
  name: z.string().min(1).max(1024).optional(),
  /** From 0; beyond the end is the end. */
  position: z.number().int().nonnegative().optional(),
  /** A new link to the same file; or, for a file of this machine, in its place. */
  url: z.string().optional(),
  /** A file of this machine in its place, absolute. */
  path: z.string().optional(),
});

export const HistoryRow = z.object({
  taskId: z.string(),
  name: z.string(),
  url: z.string(),
  path: z.string(),
  category: z.string().nullable(),
  outcome: z.enum(['done', 'failed', 'removed']),
  total: z.number().int().nonnegative().nullable(),
  error: ErrorShape.nullable(),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
});
export type HistoryRow = z.infer<typeof HistoryRow>;

/** A task or an entry of the history that fetched, or will fetch, the same. */
export const Duplicate = z.object({
  taskId: z.string(),
  by: z.enum(['url', 'name', 'content']),
  name: z.string(),
  path: z.string(),
  /** Null where it is only in the history. */
  state: TaskState.nullable(),
});
export type Duplicate = z.infer<typeof Duplicate>;

/** A file of this machine. */
export const LocalFile = z.object({
  /** Absolute. */
  path: z.string(),
  /** In the ZIP: with the folders that it was found in, from the one that was asked for on. */
  name: z.string(),
  size: z.number().int().nonnegative(),
});
export type LocalFile = z.infer<typeof LocalFile>;

/** What would be added. */
export const Preview = z.object({
  url: z.string(),
  name: z.string(),
  dir: z.string(),
  category: z.string().nullable(),
  ask: z.boolean(),
  /** Bytes, or null while nobody has asked the server. */
  total: z.number().int().nonnegative().nullable(),
  /** Null until an answer has proved or disproved that ranges work. */
  resumable: z.boolean().nullable(),
  duplicates: z.array(Duplicate),
  error: ErrorShape.nullable(),
});
export type Preview = z.infer<typeof Preview>;

/** What several tasks can be told at once; `remove` takes `files` into account. */
export const TaskAction = z.enum(['pause', 'resume', 'retry', 'restart', 'start', 'remove']);
export type TaskAction = z.infer<typeof TaskAction>;

/** Which bytes of a task are there: of the file, or of the ZIP. */
export const Pieces = z.object({
  taskId: z.string(),
  /** Of what the spans are parts, bytes; of a ZIP as far as it is laid out; null while nobody knows. */
  length: z.number().int().nonnegative().nullable(),
  /** `[start, end)` in bytes, in order, apart; what is too small to be shown is left out, never added. */
  spans: z.array(z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()])),
});
export type Pieces = z.infer<typeof Pieces>;

/** One thing that happened to a task. */
export const LogEntry = z.object({
  at: z.iso.datetime(),
  type: EventType,
  /** As in the event: `error`, `retryAt`, `received`, `reason`, `itemId`, `name` … */
  payload: z.looseObject({}),
});
export type LogEntry = z.infer<typeof LogEntry>;

export const Status = z.object({
  version: z.string(),
  dataDir: z.string(),
  /** Where downloads go. */
  downloads: z.string(),
  /** Of the disk that the downloads go to, bytes; null where the system does not say. */
  disk: z.object({ free: z.number().nonnegative(), total: z.number().nonnegative() }).nullable(),
  /** Hosts that asked us to wait, and until when. */
  holds: z.array(z.object({ host: z.string(), until: z.iso.datetime() })),
  startedAt: z.iso.datetime(),
  counts: z.record(TaskState, z.number().int().nonnegative()),
  /** Bytes per second, of all tasks together. */
  speed: z.number().nonnegative(),
  /** Bytes per second in force at present, or null. */
  limitRate: z.number().nullable(),
  /** How many offers wait for a window. */
  offers: z.number().int().nonnegative(),
  /** What is amiss and the user should know, in plain sentences. */
  problems: z.array(z.string()),
});

/**
 * Every command there is: what it is given and what it answers. All carriers (window, HTTP, command line) are made
 * from this map; a command without a handler does not compile.
 */
export const COMMANDS = {
  'tasks.add': { input: NewTask, answer: OneTask },
  /** All or none. */
  'tasks.addAll': {
    input: z.strictObject({ tasks: z.array(NewTask).min(1).max(100_000) }),
    answer: z.object({ tasks: z.array(Task) }),
  },
  'tasks.list': {
    input: z.strictObject({
      state: TaskState.optional(),
      /** Words that occur in name or address. */
      q: z.string().max(1000).optional(),
      limit: PageSize,
      cursor: Cursor.optional(),
    }),
    answer: z.object({ tasks: z.array(Task), nextCursor: Cursor.nullable() }),
  },
  'tasks.get': { input: Id, answer: OneTask },
  /** Those of them that are there, in the list's order. */
  'tasks.getMany': {
    input: z.strictObject({ ids: z.array(z.string()).min(1).max(1000) }),
    answer: z.object({ tasks: z.array(Task) }),
  },
  'tasks.update': { input: TaskPatch, answer: OneTask },
  'tasks.pause': { input: Id, answer: OneTask },
  'tasks.resume': { input: Id, answer: OneTask },
  'tasks.retry': { input: Id, answer: OneTask },
  'tasks.restart': { input: Id, answer: OneTask },
  /** Runs it now, beyond the number of tasks at once. */
  'tasks.start': { input: Id, answer: OneTask },
  /** The same for each of them, in this order; the refusals of some do not hold up the others. */
  'tasks.act': {
    input: z.strictObject({
      ids: z.array(z.string()).min(1).max(100_000),
      action: TaskAction,
      files: z.enum(['keep', 'delete']).default('keep'),
    }),
    answer: z.object({
      count: z.number().int().nonnegative(),
      refused: z.array(z.object({ taskId: z.string(), error: ErrorShape })),
    }),
  },
  /** Of those of them that are there. */
  'tasks.pieces': {
    input: z.strictObject({ ids: z.array(z.string()).min(1).max(200) }),
    answer: z.object({ pieces: z.array(Pieces) }),
  },
  /** What happened to it, the newest last; at most the last 200. */
  'tasks.log': { input: Id, answer: z.object({ entries: z.array(LogEntry) }) },
  /**
   * Reads a finished download once more: its checksum, or each CRC in a ZIP of ours. `checksum` is `ALGO:HEX`; left out,
   * the one that it was to have, else its SHA-256 is told.
   */
  'tasks.verify': {
    input: z.strictObject({ id: z.string(), checksum: z.string().optional() }),
    answer: z.object({
      /** `ALGO:HEX` as computed. */
      checksum: z.string(),
      /** Null where there was nothing to compare with. */
      matches: z.boolean().nullable(),
      /** What is wrong, in plain sentences: with the ZIP, or that the file has been changed since it was done. */
      problems: z.array(z.string()),
    }),
  },
  'tasks.pauseAll': { input: Nothing, answer: Count },
  'tasks.resumeAll': { input: Nothing, answer: Count },
  'tasks.remove': {
    input: z.strictObject({ id: z.string(), files: z.enum(['keep', 'delete']).default('keep') }),
    answer: Done,
  },
  /** A package without what has failed of it; a note in the ZIP says so. */
  'tasks.finishWithout': { input: Id, answer: OneTask },
  /** What is whole of a package, as a ZIP beside it; the package goes on. */
  'tasks.openPartial': {
    input: z.strictObject({ id: z.string(), name: z.string().min(1).max(1024) }),
    answer: OneTask.extend({
      path: z.string(),
      /** Written, and not whole yet. */
      entries: z.number().int().nonnegative(),
      left: z.number().int().nonnegative(),
      bytes: z.number().int().nonnegative(),
    }),
  },
  /** To a package, as long as it is not done; all or none. */
  'items.add': {
    input: z.strictObject({
      id: z.string(),
      items: z.array(NewItem).min(1).max(100_000),
      position: z.number().int().nonnegative().optional(),
    }),
    answer: OneTask,
  },
  /** What lies at these paths, for a package: files, and those in folders, as far as they can be read. */
  'files.look': {
    input: z.strictObject({ paths: z.array(z.string()).min(1).max(1000) }),
    answer: z.object({
      files: z.array(LocalFile),
      /** What cannot be packed, and why. */
      left: z.array(z.object({ path: z.string(), error: ErrorShape })),
      /** There are more than a package may have; the rest is not told. */
      more: z.boolean(),
    }),
  },
  'items.update': { input: ItemPatch, answer: OneTask },
  /** With what is there of it; not the last one. */
  'items.remove': { input: OneItem, answer: OneTask },
  /** A failed one; with `restart`, from zero. */
  'items.retry': {
    input: OneItem.extend({ restart: z.boolean().default(false) }),
    answer: OneTask,
  },
  /** Ended tasks leave the list; the history keeps them. */
  'tasks.clearDone': { input: Nothing, answer: Count },
  /** Addresses in a text: what would be added, and what is there already. */
  'tasks.preview': {
    input: z.strictObject({
      text: z.string().max(10_000_000),
      /** Ask the servers how large they are, and wait two seconds for that. */
      sizes: z.boolean().default(true),
    }),
    answer: z.object({ items: z.array(Preview) }),
  },
  /** The list as text: `json` goes back in with everything but secrets, `urls` is one address a line. */
  'list.export': {
    input: z.strictObject({ format: z.enum(['json', 'urls']).default('json'), state: TaskState.optional() }),
    answer: z.object({ text: z.string() }),
  },
  /** A list as exported, or addresses one a line as in aria2's input files. All or none. */
  'list.import': {
    input: z.strictObject({ text: z.string().max(100_000_000), paused: z.boolean().default(false) }),
    answer: z.object({ tasks: z.array(Task) }),
  },
  'history.search': {
    input: z.strictObject({
      q: z.string().max(1000).default(''),
      limit: PageSize,
      cursor: Cursor.optional(),
    }),
    answer: z.object({ entries: z.array(HistoryRow), nextCursor: Cursor.nullable() }),
  },
  /** One entry, or all of them. */
  'history.remove': { input: z.strictObject({ taskId: z.string().optional() }), answer: Done },
  /** What is put together for the next package, as whoever puts it together has written it; null: nothing. */
  'tray.get': { input: Nothing, answer: z.object({ text: z.string().nullable() }) },
  /** Kept sealed: it may say what lets somebody in. */
  'tray.put': { input: z.strictObject({ text: z.string().max(50_000_000).nullable() }), answer: Done },
  /** What browsers have handed over for the package tray and no window has taken yet; each is given once. */
  'offers.take': { input: Nothing, answer: z.object({ offers: z.array(z.object({ text: z.string() })) }) },
  'settings.get': { input: Nothing, answer: z.object({ settings: Settings }) },
  'settings.update': { input: SettingsPatch, answer: z.object({ settings: Settings }) },
  status: { input: Nothing, answer: Status },
} as const satisfies Record<string, { input: z.ZodType; answer: z.ZodType }>;

export type Commands = typeof COMMANDS;
export type CommandName = keyof Commands;
/** What a caller gives: defaults may be left out. */
export type CommandInput<N extends CommandName> = z.input<Commands[N]['input']>;
/** What a handler is given. */
export type CheckedInput<N extends CommandName> = z.output<Commands[N]['input']>;
export type CommandAnswer<N extends CommandName> = z.output<Commands[N]['answer']>;

/** Answers are values: a carrier such as Electron's strips thrown errors to a message. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: z.infer<typeof ErrorShape> };

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
