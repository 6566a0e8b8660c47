import { finalPath } from '../bytes/partial-file.ts';
import type { Compress } from '../contract/compress.ts';
import { SatchelError } from '../contract/errors.ts';
import type { Message } from '../contract/events.ts';
import { checksumText } from '../source/headers.ts';
import { nameFor } from '../source/names.ts';
import type { BatchJob, BatchResult } from './batch.ts';
import type { FileResult, RunSurroundings } from './file-job.ts';
import { packageAt } from './find-packages.ts';
import { newItem, newPackageRecord } from './new-record.ts';
import { runTasks } from './one-command.ts';
import type { FetchOptions, PackageItem, PackageListener } from './package-job.ts';
import type { ItemRecord, TaskRecord } from './record.ts';
import { runPackage } from './run-package.ts';

/** One address of a package that a command line asks for. */
export type PackageSource = Pick<
  BatchJob,
  'url' | 'headers' | 'cookies' | 'netrc' | 'checksum' | 'refused'
> & {
  /** The user's name for it in the ZIP, safe; null: the server's. */
  readonly name: string | null;
};

/** The one package of a command line. */
export interface PackageBatchJob extends FetchOptions, Pick<BatchJob, 'onConflict' | 'onChanged'> {
  readonly folder: string;
  /** Safe, with its ending. */
  readonly name: string;
  readonly compress: Compress;
  /** What fails is left out, with a word on it in the ZIP. */
  readonly finishWithout: boolean;
  readonly items: readonly PackageSource[];
}

export interface PackageBatchOptions {
  readonly around: RunSurroundings;
  /** Items at once. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly send: (message: Message) => void;
}

/**
 * Brings the addresses of one command into one ZIP, shown as one task, and reports on them. It remembers nothing: what
 * there is to go on with is in the journal beside the ZIP. Never rejects; failures are events, and are counted.
 */
export async function runPackageBatch(
  job: PackageBatchJob,
  { around, jobs, signal, send }: PackageBatchOptions,
): Promise<BatchResult> {
  const record = recordOf(job, around.clock.now());
  const sources = new Map(record.items.map((item, index) => [item, job.items[index] as PackageSource]));
  await runTasks([record], {
    ...{ clock: around.clock, signal, send },
    jobs: Math.max(1, jobs),
    runPackage: (_, listener, stop) => runOne({ job, record, sources }, around, listener, stop),
    leavesOut: job.finishWithout,
  });
  const leftOut = record.items.filter((item) => item.leftOut !== null).length;
  return { failed: leftOut + Number(record.state === 'failed') };
}

function recordOf({ items, name, folder, compress }: PackageBatchJob, now: number): TaskRecord {
  const records = items.map(({ url, name: out, checksum, refused }) => {
    // What is no address is only fit to be shown.
    const shown = out ?? (refused ? url : nameFor({ disposition: null, url, mediaType: null }));
    const given = { url, path: null, out, name: shown, state: 'waiting' } as const;
    return newItem({ ...given, checksum: checksum && checksumText(checksum) }, now);
  });
  return newPackageRecord({ name, dir: folder, compress, items: records }, now);
}

interface One {
  readonly job: PackageBatchJob;
  readonly record: TaskRecord;
  readonly sources: ReadonlyMap<ItemRecord, PackageSource>;
}

async function runOne(
  { job, record, sources }: One,
  around: RunSurroundings,
  listener: PackageListener,
  signal: AbortSignal,
): Promise<FileResult> {
  const { folder, name, onConflict } = job;
  const place = { folder, name };
  const there = await packageAt(around.disk, place);
  const items = () => record.items.map((item) => itemOf(item, sources.get(item) as PackageSource));
  const own = { id: there?.id ?? record.id, items, resume: there && place, extras: 'refuse' } as const;
  try {
    const whole = { ...job, ...own, startOver: onConflict === 'overwrite' };
    return await runPackage(whole, around, listener, signal);
  } catch (thrown) {
    // A package with more in it than is asked for.
    const left = thrown instanceof SatchelError && thrown.code === 'name-conflict' && onConflict === 'skip';
    if (!left) throw thrown;
    return { path: finalPath(place), bytes: 0, already: true };
  }
}

function itemOf(
  { id, tries, startOver, leftOut }: ItemRecord,
  { url, headers, cookies, netrc, name, checksum, refused }: PackageSource,
): PackageItem {
  const access = { headers, ...(cookies ? { cookies } : {}), ...(netrc ? { netrc } : {}) };
  return {
    ...{ id, name, checksum, tries, startOver, refused },
    source: { kind: 'url', url, ...access },
    leftOut: leftOut === null ? null : { reason: leftOut },
  };
}
