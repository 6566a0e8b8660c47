import { basename } from 'node:path';
import type { Place } from '../bytes/partial-file.ts';
import { asSatchelError, type SatchelError } from '../contract/errors.ts';
import type { EventType, Message } from '../contract/events.ts';
import { Coalescer } from '../progress/coalesce.ts';
import { checksumText } from '../source/headers.ts';
import { sourceKey } from '../source/links.ts';
import { nameFor } from '../source/names.ts';
import { newId } from '../world/ids.ts';
import { type Found, findJournals, matchJournal } from './claim.ts';
import { FileView } from './file-view.ts';
import {
  type FileJob,
  type FileResult,
  type RunListener,
  type RunSurroundings,
  runFile,
} from './run-file.ts';

/** One download of a command line; `resume` is found here. */
export type BatchJob = Omit<FileJob, 'resume'> & {
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
  return new Batch(jobs, options).run();
}

/** While tasks run their rows are looked at so often; the coalescer sends what has changed. */
const LOOK_MS = 100;

class Batch {
  readonly #options: BatchOptions;
  readonly #waiting: { job: BatchJob; view: FileView }[];
  readonly #views: FileView[];
  readonly #coalescer: Coalescer;
  readonly #jobs: readonly BatchJob[];
  /** Journals that a download of this command has gone on with. */
  readonly #taken = new Set<Found>();
  readonly #journals = new Map<string, Promise<Found[]>>();
  #failed = 0;

  constructor(jobs: readonly BatchJob[], options: BatchOptions) {
    const { clock } = options.around;
    this.#options = options;
    this.#jobs = jobs;
    this.#waiting = jobs.map((job, position) => ({ job, view: viewOf(job, position, options) }));
    this.#views = this.#waiting.map(({ view }) => view);
    const snapshot = () => this.#views.map((view) => view.task());
    this.#coalescer = new Coalescer({ clock, send: options.send, snapshot });
  }

  async run(): Promise<BatchResult> {
    this.#coalescer.start();
    for (const { view } of this.#waiting) this.#event('task.added', view, { name: view.name, url: view.url });
    const workers = Array.from({ length: Math.max(1, this.#options.jobs) }, () => this.#work());
    await Promise.all(workers);
    this.#coalescer.close();
    return { failed: this.#failed };
  }

  async #work(): Promise<void> {
    for (
      let next = this.#waiting.shift();
      next && !this.#options.signal.aborted;
      next = this.#waiting.shift()
    ) {
      await this.#runOne(next.job, next.view);
    }
  }

  async #runOne(job: BatchJob, view: FileView): Promise<void> {
    const { around, signal } = this.#options;
    view.start();
    this.#event('task.started', view, {});
    let look = around.clock.after(LOOK_MS, () => {});
    const lookAgain = () => {
      this.#coalescer.row(view.row());
      look = around.clock.after(LOOK_MS, lookAgain);
    };
    lookAgain();
    try {
      if (job.refused) throw job.refused;
      const resume = await this.#findResume(job);
      this.#done(view, await runFile({ ...job, resume }, around, this.#listener(view), signal));
    } catch (thrown) {
      this.#endedEarly(view, asSatchelError(thrown));
    } finally {
      look.stop();
    }
  }

  /** Two downloads of one command never go on with the same journal: its lock would refuse the second. */
  async #findResume(job: BatchJob): Promise<Place | null> {
    const { folder, url, out, resumeFrom } = job;
    if (resumeFrom !== null) return resumeFrom;
    let journals = this.#journals.get(folder);
    if (!journals) {
      journals = findJournals(this.#options.around.disk, folder);
      this.#journals.set(folder, journals);
    }
    const others = this.#jobs.filter((other) => other !== job && other.folder === folder && !other.refused);
    const free = (await journals).filter((found) => !this.#taken.has(found) && !belongs(found, job, others));
    const place = matchJournal(free, url, out);
    const taken = free.find((found) => found.place === place);
    if (taken) this.#taken.add(taken);
    return place;
  }

  #done(view: FileView, { path, bytes, already }: FileResult): void {
    view.name = basename(path);
    view.total = bytes;
    view.received = bytes;
    view.end('done', null);
    this.#event('task.done', view, {
      path,
      name: view.name,
      received: bytes,
      fetched: view.fetched,
      already,
    });
  }

  #endedEarly(view: FileView, error: SatchelError): void {
    if (this.#options.signal.aborted) {
      view.end('paused', null);
      this.#event('task.paused', view, {});
      return;
    }
    this.#failed += 1;
    view.end('failed', error);
    this.#event('task.failed', view, { error: error.report(), name: view.name });
  }

  #event(type: EventType, view: FileView, payload: Record<string, unknown>): void {
    this.#coalescer.event(type, { taskId: view.id, ...payload }, view.row());
  }

  #listener(view: FileView): RunListener {
    return {
      onPhase: (phase) => {
        view.phase = phase;
      },
      onPlace: ({ folder, name }) => {
        view.folder = folder;
        view.name = name;
      },
      onFacts: ({ received, total, resumable }) => {
        view.received = received;
        view.total = total;
        view.resumable = resumable;
      },
      onJournaled: (bytes) => view.got(bytes),
      onWaiting: (retryAt, error) => {
        view.retryAt = retryAt;
        view.error = error?.report() ?? view.error;
        const when = new Date(retryAt).toISOString();
        this.#event('task.retrying', view, { retryAt: when, ...(error ? { error: error.report() } : {}) });
      },
      onDelivering: () => {
        view.retryAt = null;
        view.error = null;
      },
      onRewound: (received, reason) => {
        view.received = received;
        this.#event('task.rewound', view, { received, reason: reason.report() });
      },
      onFetch: (segments) => {
        view.segments = segments;
      },
    };
  }
}

function viewOf(job: BatchJob, position: number, { around }: BatchOptions): FileView {
  const { url, folder, out, checksum } = job;
  return new FileView({
    id: newId(around.clock.now()),
    url,
    name: out ?? nameFor({ disposition: null, url, mediaType: null }),
    folder,
    checksum: checksum && checksumText(checksum),
    position,
    clock: around.clock,
  });
}

/** Another download of the command has more right to this journal: by its address, or by the name it asks for. */
function belongs({ place, key }: Found, job: BatchJob, others: readonly BatchJob[]): boolean {
  const byAddress = key !== sourceKey(job.url) && others.some((other) => key === sourceKey(other.url));
  const byName = place.name !== job.out && others.some((other) => place.name === other.out);
  return byAddress || byName;
}
