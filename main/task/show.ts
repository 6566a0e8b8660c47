import { join } from 'node:path';
import type { ProgressRow } from '../contract/events.ts';
import type { Item, Segment, Task } from '../contract/task.ts';
import { percent } from '../progress/coalesce.ts';
import { amountOf } from './items.ts';
import type { Live } from './live.ts';
import type { ItemRecord, TaskRecord } from './record.ts';

/** What a task looks like from outside; `live` while it runs. */
export function rowOf(record: TaskRecord, live: Live | null): ProgressRow {
  const { id, state } = record;
  const { received, total } = amountOf(record);
  return {
    taskId: id,
    status: state,
    name: record.name,
    phase: live?.phase ?? null,
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
  const { id, kind, name, dir, state, priority, limitRate, category, asking, duplicateOf, compress } = record;
  const row = rowOf(record, live);
  const { progress, received, total, speed, etaSeconds, connections, retryAt, error } = row;
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
    resumable: resumableOf(record),
    retryAt,
    error,
    category,
    asking,
    compress,
    duplicateOf,
    createdAt: new Date(record.createdAt).toISOString(),
    startedAt: isoTime(record.startedAt),
    finishedAt: isoTime(record.finishedAt),
    items: record.items.map(itemOf),
    segments: segmentsOf(record, live),
  };
}

/** False as soon as one item cannot be gone on with, true when all can. */
function resumableOf({ items }: TaskRecord): boolean | null {
  if (items.some(({ resumable }) => resumable === false)) return false;
  return items.every(({ resumable }) => resumable) ? true : null;
}

function itemOf(item: ItemRecord): Item {
  const { id, path, name, state, received, total, resumable, checksum, error } = item;
  const url = path === null ? item.url : null;
  const leftOut = item.leftOut !== null;
  const shown = { id, url, path, name, state, received, total, resumable, checksum, error, leftOut };
  if (item.spares.length === 0) return shown;
  // Nobody else's business is what goes along with them.
  return { ...shown, spares: item.spares.map(({ url, failed }) => ({ url, failed })) };
}

function segmentsOf({ items }: TaskRecord, live: Live | null): Segment[] {
  const itemId = items[0]?.id;
  if (!live || itemId === undefined) return [];
  return live.segments().map((segment) => ({ itemId, ...segment, speed: Math.round(segment.speed) }));
}

function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
