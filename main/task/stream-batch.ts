import { isAbsolute, relative, sep } from 'node:path';
import type { Writable } from 'node:stream';
import type { Compress } from '../contract/compress.ts';
import type { SatchelError } from '../contract/errors.ts';
import type { Message } from '../contract/events.ts';
import { checksumText } from '../source/headers.ts';
import { nameFor } from '../source/names.ts';
import type { BatchJob } from './batch.ts';
import type { RunSurroundings } from './file-job.ts';
import { newFileRecord, newItem } from './new-record.ts';
import { runTasks } from './one-command.ts';
import type { StreamItem } from './stream-item.ts';
import { demandFew, streamPackage } from './stream-package.ts';

/** What the ZIP is called that goes to standard output. */
const STDOUT_NAME = '-';

export interface StreamBatchOptions {
  readonly around: RunSurroundings;
  readonly output: Writable;
  /** The folder that the folders of the downloads count from in the ZIP. */
  readonly folder: string;
  readonly compress: Compress;
  readonly signal: AbortSignal;
  readonly send: (message: Message) => void;
}

/**
 * Streams the downloads of one command as a ZIP, shown as one task. Gives why it failed, or null; the failure is an
 * event too. Rejects with `bad-input` where there are too many.
 */
export async function runStream(
  jobs: readonly BatchJob[],
  options: StreamBatchOptions,
): Promise<SatchelError | null> {
  const { around, output, compress, signal, send } = options;
  demandFew(jobs.length);
  const now = around.clock.now();
  const listed = jobs.map((job) => {
    const { url, out } = job;
    const name = out ?? nameFor({ disposition: null, url, mediaType: null });
    const checksum = job.checksum && checksumText(job.checksum);
    const record = newItem({ url, path: null, out, name, state: 'waiting', checksum }, now);
    return { record, item: itemOf(job, record.id, options.folder) };
  });
  const record = newFileRecord({ url: '', dir: '', out: STDOUT_NAME }, now, {
    kind: 'package',
    compress,
    items: listed.map(({ record }) => record),
  });
  const items = listed.map(({ item }) => item);
  let failure: SatchelError | null = null;
  await runTasks([record], {
    ...{ clock: around.clock, send, jobs: 1 },
    // It is not paused, since it cannot be gone on with: stopped, it fails.
    signal: new AbortController().signal,
    runPackage: async (_, listener) => {
      try {
        const job = { items, compress, output, neverEmpty: true };
        const { bytes } = await streamPackage(job, around, listener, signal);
        return { path: STDOUT_NAME, bytes, already: false };
      } catch (thrown) {
        failure = thrown as SatchelError;
        throw thrown;
      }
    },
  });
  return failure;
}

function itemOf(job: BatchJob, id: string, base: string): StreamItem {
  const { out, url, headers, cookies = [], netrc = [], checksum, refused } = job;
  const { retries, timeoutMs, onChanged } = job;
  const folder = relative(base, job.folder);
  return {
    ...{ id, name: out, checksum, refused, retries, timeoutMs, onChanged },
    address: { url, headers, cookies, netrc },
    // What lies outside has no place in the ZIP but its top.
    folder: folder.startsWith('..') || isAbsolute(folder) ? '' : folder.split(sep).join('/'),
  };
}
