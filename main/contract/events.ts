import { z } from 'zod';
import { ErrorShape, Task, TaskPhase, TaskState } from './task.ts';

/** One changed task inside a progress message. */
export const ProgressRow = z.object({
  taskId: z.string(),
  status: TaskState,
  /** As on the task; the server may have said a better one. */
  name: z.string().optional(),
  phase: TaskPhase.nullable().optional(),
  /** 0–100, null while the size is unknown; 100 only when done. */
  progress: z.number().int().min(0).max(100).nullable(),
  received: z.number().int().nonnegative(),
  total: z.number().int().nonnegative().nullable(),
  /** Bytes per second. */
  speed: z.number().nonnegative(),
  etaSeconds: z.number().nonnegative().nullable(),
  connections: z.number().int().nonnegative(),
  /** While it waits for a retry or a held host. */
  retryAt: z.iso.datetime().nullable(),
  error: ErrorShape.nullable(),
});
export type ProgressRow = z.infer<typeof ProgressRow>;

export const EventType = z.enum([
  'task.added',
  'task.started',
  'task.paused',
  'task.resumed',
  'task.retrying',
  'task.rewound',
  'task.done',
  'task.failed',
  'task.removed',
  /** Something else about it than its state: name, folder, place in the list, items … */
  'task.changed',
  'item.done',
  'item.failed',
]);
export type EventType = z.infer<typeof EventType>;

export const SnapshotMessage = z.object({
  type: z.literal('snapshot'),
  seq: z.number().int().positive(),
  tasks: z.array(Task),
});

export const ProgressMessage = z.object({
  type: z.literal('progress'),
  seq: z.number().int().positive(),
  at: z.iso.datetime(),
  tasks: z.array(ProgressRow).min(1),
});

export const EventMessage = z.object({
  type: z.literal('event'),
  event_id: z.string().regex(/^evt_[0-9A-HJKMNP-TV-Z]{26}$/),
  event_type: EventType,
  source: z.literal('satchel'),
  payload: z.looseObject({ taskId: z.string() }),
  timestamp: z.iso.datetime(),
});

/** Everything a listener can be sent, over any carrier. */
export const Message = z.discriminatedUnion('type', [SnapshotMessage, ProgressMessage, EventMessage]);
export type Message = z.infer<typeof Message>;
export type EventMessage = z.infer<typeof EventMessage>;
