import { join } from 'node:path';
import type { ProgressRow } from '../contract/events.ts';
import type { Item, Segment, Task } from '../contract/task.ts';
import { percent } from '../progress/coalesce.ts';
import type { Live } from './live.ts';
import type { ItemRecord, TaskRecord } from './record.ts';

/** What a task looks like from outside; `live` while it runs. */
export function rowOf(record: TaskRecord, live: Live | null): ProgressRow {
  const { id, state } = record;
  const { received, total } = amountOf(record);
  return {
    taskId: id,
    status: state,
    progress: percent(received, total, state === 'done'),
    received,
    total,
    speed: live?.speed ?? 0,
    etaSeconds: live?.etaSeconds(total === null ? null : total - received) ?? null,
    connections: live?.segments().length ?? 0,
    retryAt: isoTime(live?.retryAt ?? null),
    error: record.error,
  };
}

/** The same whole; `position` counts from 0. */
export function taskOf(record: TaskRecord, live: Live | null, position: number): Task {
  const { id, kind, name, dir, state, priority, limitRate, category, asking, duplicateOf } = record;
  const { progress, received, total, speed, etaSeconds, connections, error } = rowOf(record, live);
  return {
    id,
    kind,
    name,
    dir,
    path: record.finished?.path ?? join(dir, name),
    state,
    phase: live?.phase ?? null,
    received,
    total,
    progress,
    speed,
    etaSeconds,
    connections,
    priority,
    position,
    limitRate,
    resumable: record.items.every((item) => item.resumable) || (record.items[0]?.resumable ?? null),
    error,
    category,
    asking,
    duplicateOf,
    createdAt: new Date(record.createdAt).toISOString(),
    startedAt: isoTime(record.startedAt),
    finishedAt: isoTime(record.finishedAt),
    items: record.items.map(itemOf),
    segments: segmentsOf(record, live),
  };
}

/** Bytes of all items together; the total is null while one of them is not known. */
export function amountOf({ items }: TaskRecord): { received: number; total: number | null } {
  const received = items.reduce((sum, item) => sum + item.received, 0);
  const total = items.reduce<number | null>(
    (sum, item) => (sum === null || item.total === null ? null : sum + item.total),
    0,
  );
  return { received, total };
}

function itemOf(item: ItemRecord): Item {
  const { id, url, name, state, received, total, resumable, checksum, error } = item;
  return { id, url, name, state, received, total, resumable, checksum, error };
}

function segmentsOf({ items }: TaskRecord, live: Live | null): Segment[] {
  const itemId = items[0]?.id;
  if (!live || itemId === undefined) return [];
  return live.segments().map((segment) => ({ itemId, ...segment, speed: Math.round(segment.speed) }));
}

function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
