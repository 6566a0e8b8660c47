import { z } from 'zod';
import { Compress } from './compress.ts';
import { ERRORS, type ErrorCode } from './errors.ts';

/** A task's state: where it stands in the user's list. Phases (below) are a separate fact. */
export const TaskState = z.enum(['waiting', 'running', 'paused', 'done', 'failed']);
export type TaskState = z.infer<typeof TaskState>;

/** What a running task is doing; null unless running. */
export const TaskPhase = z.enum(['probing', 'fetching', 'packing', 'verifying']);
export type TaskPhase = z.infer<typeof TaskPhase>;

const Bytes = z.number().int().nonnegative();
const Time = z.iso.datetime();
const Code = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);

export const ErrorShape = z.object({
  code: Code,
  message: z.string(),
  detail: z.string().optional(),
  retryAt: Time.optional(),
});

export const Item = z.object({
  id: z.string(),
  /** Null for a file of this machine, which has a `path`. */
  url: z.string().nullable(),
  path: z.string().nullable(),
  name: z.string(),
  state: TaskState,
  received: Bytes,
  total: Bytes.nullable(),
  /** Null until an answer has proved or disproved that ranges work. */
  resumable: z.boolean().nullable(),
  /** `ALGO:HEX` as given by the user, or null. */
  checksum: z.string().nullable(),
  error: ErrorShape.nullable(),
  /** The package is finished without it. */
  leftOut: z.boolean(),
  /** Further addresses of the same file, where it has any: those that failed for good come last. */
  spares: z.array(z.object({ url: z.string(), failed: z.boolean() })).optional(),
});
export type Item = z.infer<typeof Item>;

/** A live connection. */
export const Segment = z.object({
  itemId: z.string(),
  start: Bytes,
  end: Bytes.nullable(),
  received: Bytes,
  speed: z.number().nonnegative(),
  host: z.string(),
});
export type Segment = z.infer<typeof Segment>;

/** A task shown whole. Sizes are bytes, speeds bytes/s, times ISO 8601 UTC; unknown is null, never 0 or -1. */
export const Task = z.object({
  id: z.string(),
  kind: z.enum(['file', 'package']),
  name: z.string(),
  dir: z.string(),
  path: z.string(),
  state: TaskState,
  phase: TaskPhase.nullable(),
  received: Bytes,
  total: Bytes.nullable(),
  progress: z.number().int().min(0).max(100).nullable(),
  speed: z.number().nonnegative(),
  etaSeconds: z.number().nonnegative().nullable(),
  connections: z.number().int().nonnegative(),
  priority: z.number().int(),
  position: z.number().int(),
  limitRate: z.number().positive().nullable(),
  resumable: z.boolean().nullable(),
  /** While it waits for a retry or a held host: until when. */
  retryAt: Time.nullable(),
  /** How the entries of a package are packed; null for a file. */
  compress: Compress.nullable(),
  error: ErrorShape.nullable(),
  /** Name of the category it was sorted into. */
  category: z.string().nullable(),
  /** It is paused until the user has said where it goes. */
  asking: z.boolean(),
  /** An earlier task that fetched the same content (ETag and length). */
  duplicateOf: z.string().nullable(),
  createdAt: Time,
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
  items: z.array(Item),
  segments: z.array(Segment),
});
export type Task = z.infer<typeof Task>;
