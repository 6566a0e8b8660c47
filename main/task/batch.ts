import type { Place } from '../bytes/partial-file.ts';
import type { SatchelError } from '../contract/errors.ts';
import type { Message } from '../contract/events.ts';
import { checksumText } from '../source/headers.ts';
import { sourceKey } from '../source/links.ts';
import { type Found, findJournals, matchJournal } from './claim.ts';
import { newFileRecord } from './new-record.ts';
import { runTasks } from './one-command.ts';
import {
  type FileJob,
  type FileResult,
  type RunListener,
  type RunSurroundings,
  runFile,
} from './run-file.ts';

/** One download of a command line; what it goes on with is found here. */
export type BatchJob = Omit<FileJob, 'id' | 'resume' | 'startOver'> & {
  /** The download to go on with, where the user named its journal. */
  readonly resumeFrom: Place | null;
  /** Why it fails without being tried; `url` is then only fit to be shown. */
  readonly refused: SatchelError | null;
};

export interface BatchOptions {
  readonly around: RunSurroundings;
  /** Downloads at once. */
  readonly jobs: number;
  readonly signal: AbortSignal;
  readonly send: (message: Message) => void;
}

export interface BatchResult {
  readonly failed: number;
}

/**
 * Runs the downloads of one command, some at a time, in order, and reports on them. It remembers nothing: what there
 * is to go on with is read from the journals in the target folders. Never rejects; failures are events.
 */
export async function runBatch(jobs: readonly BatchJob[], options: BatchOptions): Promise<BatchResult> {
  const { around, signal, send } = options;
  const now = around.clock.now();
  const records = jobs.map((job, rank) => {
    const checksum = job.checksum && checksumText(job.checksum);
    const name = job.resumeFrom && !job.out ? { name: job.resumeFrom.name } : {};
    return newFileRecord({ url: job.url, dir: job.folder, out: job.out }, now, { rank, checksum, ...name });
  });
  const jobOf = new Map(records.map(({ id }, index) => [id, jobs[index] as BatchJob]));
  const finder = new Finder(jobs, around);
  await runTasks(records, {
    ...{ clock: around.clock, signal, send },
    jobs: Math.max(1, options.jobs),
    run: ({ id }, listener, stop) =>
      runOne({ id, job: jobOf.get(id) as BatchJob }, finder, around, listener, stop),
  });
  return { failed: records.filter(({ state }) => state === 'failed').length };
}

async function runOne(
  { id, job }: { readonly id: string; readonly job: BatchJob },
  finder: Finder,
  around: RunSurroundings,
  listener: RunListener,
  signal: AbortSignal,
): Promise<FileResult> {
  if (job.refused) throw job.refused;
  const resume = await finder.find(job);
  const startOver = job.onConflict === 'overwrite';
  return runFile({ ...job, id, resume, startOver }, around, listener, signal);
}

/** Finds what the downloads of one command go on with. */
class Finder {
  readonly #jobs: readonly BatchJob[];
  readonly #around: RunSurroundings;
  /** Journals that a download of this command has gone on with. */
  readonly #taken = new Set<Found>();
  readonly #journals = new Map<string, Promise<Found[]>>();

  constructor(jobs: readonly BatchJob[], around: RunSurroundings) {
    this.#jobs = jobs;
    this.#around = around;
  }

  /** Two downloads of one command never go on with the same journal: its lock would refuse the second. */
  async find(job: BatchJob): Promise<Place | null> {
    const { folder, url, out, resumeFrom } = job;
    if (resumeFrom !== null) return resumeFrom;
    let journals = this.#journals.get(folder);
    if (!journals) {
      journals = findJournals(this.#around.disk, folder);
      this.#journals.set(folder, journals);
    }
    const others = this.#jobs.filter((other) => other !== job && other.folder === folder && !other.refused);
    const free = (await journals).filter((found) => !this.#taken.has(found) && !belongs(found, job, others));
    const place = matchJournal(free, url, out);
    const taken = free.find((found) => found.place === place);
    if (taken) this.#taken.add(taken);
    return place;
  }
}

/** Another download of the command has more right to this journal: by its address, or by the name it asks for. */
function belongs({ place, key }: Found, job: BatchJob, others: readonly BatchJob[]): boolean {
  const byAddress = key !== sourceKey(job.url) && others.some((other) => key === sourceKey(other.url));
  const byName = place.name !== job.out && others.some((other) => place.name === other.out);
  return byAddress || byName;
}
