import type { EventType, Message, ProgressRow } from '../../main/contract/events.ts';
import type { Task } from '../../main/contract/task.ts';

const AT = '2026-11-22T10:00:00.000Z';
export const MIB = 1024 * 1024;

export function row(taskId: string, more: Partial<ProgressRow> = {}): ProgressRow {
  return {
    taskId,
    status: 'running',
    progress: 37,
    received: 37 * MIB,
    total: 100 * MIB,
    speed: 5 * MIB,
    etaSeconds: 13,
    connections: 4,
    retryAt: null,
    error: null,
    ...more,
  };
}

export function progress(...tasks: ProgressRow[]): Message {
  return { type: 'progress', seq: 2, at: AT, tasks };
}

export function event(
  event_type: EventType,
  taskId: string,
  payload: Record<string, unknown> = {},
): Message & { type: 'event' } {
  return {
    type: 'event',
    event_id: 'evt_01KAPZJ5M0000000000000000A',
    event_type,
    source: 'satchel',
    payload: { taskId, ...payload },
    timestamp: AT,
  };
}

export function snapshot(...tasks: Task[]): Message {
  return { type: 'snapshot', seq: 1, tasks };
}

export function task(id: string, more: Partial<Task> = {}): Task {
  return {
    id,
    kind: 'file',
    name: `${id}.bin`,
    dir: '/d',
    path: `/d/${id}.bin`,
    state: 'waiting',
    phase: null,
    received: 0,
    total: null,
    progress: null,
    speed: 0,
    etaSeconds: null,
    connections: 0,
    retryAt: null,
    priority: 0,
    position: 0,
    limitRate: null,
    resumable: null,
    compress: null,
    error: null,
    category: null,
    asking: false,
    duplicateOf: null,
    createdAt: AT,
    startedAt: null,
    finishedAt: null,
    items: [],
    segments: [],
    ...more,
  };
}
