import { basename } from 'node:path';
import type { EventType } from '../contract/events.ts';
import type { RunListener } from './file-job.ts';
import type { Keeper } from './keeper.ts';
import type { Live } from './live.ts';
import type { RunEvent } from './machine.ts';
import type { TaskRecord } from './record.ts';
import type { Slot } from './slots.ts';

/** One run of one task. */
export interface Flight {
  readonly run: number;
  readonly live: Live;
  readonly slot: Slot;
  readonly stop: AbortController;
  /** Resolves when nothing of it is under way any more; never rejects. */
  ended: Promise<void>;
}

export interface Reporting {
  readonly keeper: Keeper;
  readonly report: (event: RunEvent) => void;
  readonly onFacts: () => void;
  readonly tell: (type: EventType, payload: Record<string, unknown>) => void;
}

/** Takes down what a run of a file task finds out on its way. */
export function listenerOf(
  record: TaskRecord,
  { live, slot, stop }: Flight,
  { keeper, report, tell, onFacts }: Reporting,
): RunListener {
  const [item] = record.items;
  if (!item) throw new TypeError('a task without an item');
  return {
    onPhase: (phase) => report({ type: 'phase', phase }),
    onPlace: (place) => {
      record.place = place;
      record.dir = place.folder;
      record.name = place.name;
      item.name = place.name;
      keeper.touch(record);
    },
    onBegun: () => {
      record.startOver = false;
      keeper.touch(record);
    },
    onFacts: ({ received, total, resumable, etag }) => {
      item.received = received;
      item.total = total;
      item.resumable = resumable;
      item.etag = etag;
      onFacts();
      keeper.touch(record);
    },
    onJournaled: (bytes) => {
      item.received += bytes;
      live.got(bytes);
    },
    onWaiting: (retryAt, error) => {
      slot.wait(retryAt);
      const wait = { retryAt, error: error?.report() ?? null };
      report({ type: 'wait', ...wait });
      if (retryAt === null || record.state !== 'running') return;
      const when = new Date(retryAt).toISOString();
      tell('task.retrying', { retryAt: when, ...(wait.error ? { error: wait.error } : {}) });
    },
    goOn: () => slot.goOn(stop.signal),
    onDelivering: () => {
      if (live.retryAt !== null || record.error !== null) report({ type: 'deliver' });
    },
    onRewound: (received, reason) => {
      item.received = received;
      keeper.touch(record);
      tell('task.rewound', { received, reason: reason.report() });
    },
    onFetch: (segments) => {
      live.segments = segments;
    },
    onInPlace: async (finished) => {
      record.finished = finished;
      record.name = basename(finished.path);
      item.name = record.name;
      item.received = finished.bytes;
      item.total = finished.bytes;
      keeper.touch(record);
      await keeper.kept();
    },
  };
}
