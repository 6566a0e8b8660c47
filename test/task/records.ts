import { newFileRecord } from '../../main/task/new-record.ts';
import type { HistoryEntry, ItemRecord, TaskRecord } from '../../main/task/record.ts';

/** Plausible records, the same for the same number. */
export function taskRecord(n: number, more: Partial<TaskRecord> = {}): TaskRecord {
  const source = { url: `https://example.org/file-${n}.bin`, dir: '/home/anna', out: null };
  const own = { id: `task-${n}`, rank: n, items: [itemRecord(n)] };
  return newFileRecord(source, 1000 + n, { ...own, ...more });
}

export function itemRecord(n: number, more: Partial<ItemRecord> = {}): ItemRecord {
  return {
    id: `item-${n}`,
    url: `https://example.org/file-${n}.bin`,
    out: null,
    name: `file-${n}.bin`,
    state: 'waiting',
    received: 0,
    total: null,
    resumable: null,
    checksum: null,
    etag: null,
    error: null,
    secret: null,
    path: null,
    tries: 0,
    startOver: false,
    leftOut: null,
    spares: [],
    ...more,
  };
}

export function historyEntry(n: number, more: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    taskId: `task-${n}`,
    name: `file-${n}.bin`,
    url: `https://example.org/pub/${n}`,
    path: `/home/anna/file-${n}.bin`,
    category: null,
    outcome: 'done',
    total: 1000 + n,
    etag: `"${n}"`,
    error: null,
    createdAt: 500 + n,
    endedAt: 1000 + n,
    ...more,
  };
}
