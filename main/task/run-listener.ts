import { basename } from 'node:path';
import type { SatchelError } from '../contract/errors.ts';
import type { EventType } from '../contract/events.ts';
import type { Clock } from '../world/clock.ts';
import type { RunListener } from './file-job.ts';
import { setAmount } from './items.ts';
import type { Keeper } from './keeper.ts';
import type { Live } from './live.ts';
import type { RunEvent } from './machine.ts';
import type { PackageControl } from './package-job.ts';
import type { PackageSlots } from './package-slots.ts';
import type { ItemRecord, TaskRecord } from './record.ts';
import type { Slot } from './slots.ts';

/** One run of one task. */
export interface Flight {
  readonly run: number;
  readonly live: Live;
  readonly slot: Slot;
  readonly stop: AbortController;
  /** Of a package; its own slot is among them. */
  readonly slots: PackageSlots | null;
  /** Items of a package that run. */
  readonly atWork: Set<ItemRecord>;
  /** How to reach a package while it runs. */
  control: PackageControl | null;
  /** Its list has changed before it could be reached. */
  listDue: boolean;
  /** Resolves when nothing of it is under way any more; never rejects. */
  ended: Promise<void>;
}

/** How often what has been received is remembered: it is shown after a restart, the journal alone counts. */
const REMEMBER_MS = 5000;

export interface Reporting {
  readonly clock: Clock;
  readonly keeper: Keeper;
  readonly report: (event: RunEvent) => void;
  readonly onFacts: () => void;
  /** Something waits; null: not because it has failed. */
  readonly onWait: (error: SatchelError | null) => void;
  /** It is still under way. */
  readonly flying: () => boolean;
  readonly tell: (type: EventType, payload: Record<string, unknown>) => void;
  /** To be called where name, folder or category may have become another. */
  readonly tellIfChanged: () => void;
}

/** Takes down what a run of a file task finds out on its way; not what it says after its end. */
export function listenerOf(
  record: TaskRecord,
  { live, slot, stop }: Flight,
  { clock, keeper, report, tell, tellIfChanged, onFacts, onWait, flying }: Reporting,
): RunListener {
  const [item] = record.items;
  if (!item) throw new TypeError('a task without an item');
  let rememberedAt = clock.monotonic();
  // The task may have a later run, or have left the list: its record is not this one's any more.
  const flown =
    <Args extends unknown[]>(take: (...args: Args) => void) =>
    (...args: Args): void => {
      if (flying()) take(...args);
    };
  return {
    onPhase: flown((phase) => report({ type: 'phase', phase })),
    onPlace: flown((place) => {
      record.place = place;
      record.dir = place.folder;
      record.name = item.out ?? place.name;
      item.name = record.name;
      keeper.touch(record);
      tellIfChanged();
    }),
    onBegun: async () => {
      if (!flying() || !record.startOver) return;
      record.startOver = false;
      keeper.touch(record);
      // A crash after its end must not find it about to begin: it would be fetched once more, beside itself.
      await keeper.kept();
    },
    onFacts: flown(({ received, total, resumable, etag }) => {
      const fallen = received < item.received;
      setAmount(record, item, { received, total });
      item.resumable = resumable;
      item.etag = etag;
      // With the row as it is now: one with more would come after it.
      if (fallen) tell('task.rewound', { received });
      onFacts();
      keeper.touch(record);
    }),
    onJournaled: flown((bytes) => {
      setAmount(record, item, { received: item.received + bytes });
      live.got(bytes);
      const now = clock.monotonic();
      if (now - rememberedAt < REMEMBER_MS) return;
      rememberedAt = now;
      keeper.touch(record);
    }),
    onWaiting: flown((retryAt, error) => {
      slot.wait(retryAt);
      onWait(error);
      const wait = { retryAt, error: error?.report() ?? null };
      report({ type: 'wait', ...wait });
      if (retryAt === null || record.state !== 'running') return;
      const when = new Date(retryAt).toISOString();
      tell('task.retrying', { retryAt: when, ...(wait.error ? { error: wait.error } : {}) });
    }),
    goOn: () => (flying() ? slot.goOn(stop.signal) : null),
    onDelivering: flown(() => {
      if (live.retryAt !== null || record.error !== null) report({ type: 'deliver' });
    }),
    onRewound: flown((received, reason) => {
      setAmount(record, item, { received });
      keeper.touch(record);
      tell('task.rewound', { received, reason: reason.report() });
    }),
    onFetch: flown((segments) => {
      live.segments = segments;
    }),
    onInPlace: async (finished) => {
      if (!flying()) return;
      record.finished = finished;
      record.replacing = null;
      record.name = basename(finished.path);
      item.name = record.name;
      setAmount(record, item, { received: finished.bytes, total: finished.bytes });
      keeper.touch(record);
      tellIfChanged();
      await keeper.kept();
    },
  };
}
