import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readJournal } from '../../main/bytes/open.ts';
import type { Place } from '../../main/bytes/partial-file.ts';
import type { SatchelError } from '../../main/contract/errors.ts';
import type { FileResult } from '../../main/task/file-job.ts';
import type { PackageControl, PackageItem, PackageJob } from '../../main/task/package-job.ts';
import { runPackage } from '../../main/task/run-package.ts';
import { Slots } from '../../main/task/slots.ts';
import { Bucket } from '../../main/transfer/bucket.ts';
import { Hosts } from '../../main/transfer/hosts.ts';
import { type Clock, systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { createHttp } from '../../main/world/http.ts';

export interface PackagingOptions extends Partial<Omit<PackageJob, 'items'>> {
  readonly folder: string;
  readonly disk?: Disk;
  readonly clock?: Clock;
  /** Items at once. */
  readonly jobs?: number;
  readonly signal?: AbortSignal;
  /** Is told of every journaled byte, over all items. */
  readonly onJournaled?: (received: number) => void;
  readonly onState?: (id: string, state: string) => void;
}

export interface ToldOfItem {
  state: string;
  error: SatchelError | null;
  name: string;
  received: number;
  total: number | null;
}

/** A package under way: its end, and what it told on the way. */
export interface Packaging {
  readonly result: Promise<FileResult>;
  readonly items: Map<string, ToldOfItem>;
  readonly rewinds: SatchelError[];
  readonly control: () => PackageControl;
  /** Bytes of all items that came in this run. */
  readonly fetched: () => number;
}

export const urlItem = (id: string, url: string, more: Partial<PackageItem> = {}): PackageItem => ({
  ...item(id),
  source: { kind: 'url', url, headers: {} },
  ...more,
});

export const pathItem = (id: string, path: string, more: Partial<PackageItem> = {}): PackageItem => ({
  ...item(id),
  source: { kind: 'path', path },
  ...more,
});

const item = (id: string) => ({
  id,
  name: null,
  checksum: null,
  tries: 0,
  startOver: false,
  leftOut: null,
  refused: null,
});

/** Runs one package as the task manager does, going on with what is there under its name. `items` may change. */
export function packaging(items: readonly PackageItem[], options: PackagingOptions): Packaging {
  const {
    disk = new Disk(),
    clock = systemClock,
    jobs = 5,
    signal,
    onJournaled,
    onState,
    ...given
  } = options;
  const http = createHttp({ proxy: 'none' });
  const hosts = new Hosts(clock, 8);
  onTestFinished(() => {
    http.close();
    hosts.close();
  });
  const told = new Map<string, ToldOfItem>();
  const rewinds: SatchelError[] = [];
  let control: PackageControl | null = null;
  let fetched = 0;
  const slots = new Slots(clock, jobs, () => control?.slotFree());
  const of = (id: string): ToldOfItem => {
    const there = told.get(id) ?? { state: 'waiting', error: null, name: '', received: 0, total: null };
    told.set(id, there);
    return there;
  };
  const run = async () => {
    const place: Place = { folder: given.folder, name: given.name ?? 'bundle.zip' };
    const journal = await readJournal(disk, place);
    const job: PackageJob = {
      id: 'package',
      name: place.name,
      compress: 'store',
      onConflict: 'rename',
      onChanged: 'stop',
      resume: journal ? place : null,
      startOver: false,
      extras: 'drop',
      connections: 1,
      minSplit: 1024 * 1024,
      retries: 2,
      timeoutMs: 30_000,
      bucket: null,
      items: () => items,
      ...given,
    };
    const around = { disk, clock, http, hosts, bucket: new Bucket(clock, null), random: () => 0 };
    return runPackage(
      job,
      around,
      {
        onPhase: () => {},
        onPlace: () => {},
        onBegun: async () => {},
        onInPlace: async () => {},
        onFetch: () => {},
        takeSlot: () => (slots.free ? slots.take() : null),
        onControl: (given) => {
          control = given;
        },
        item: (id) => ({
          onState: (state, error) => {
            Object.assign(of(id), { state, error });
            onState?.(id, state);
          },
          onName: (name) => void Object.assign(of(id), { name }),
          onFacts: ({ received, total }) => void Object.assign(of(id), { received, total }),
          onJournaled: (bytes) => {
            of(id).received += bytes;
            fetched += bytes;
            onJournaled?.(fetched);
          },
          onWaiting: () => {},
          onDelivering: () => {},
          onRewound: (received, error) => {
            of(id).received = received;
            rewinds.push(error);
          },
        }),
      },
      signal ?? new AbortController().signal,
    );
  };
  const result = run();
  result.catch(() => {});
  return {
    result,
    items: told,
    rewinds,
    fetched: () => fetched,
    control: () => {
      if (!control) throw new Error('the package is not at work yet');
      return control;
    },
  };
}

export const zipAt = (folder: string) => join(folder, 'bundle.zip');
