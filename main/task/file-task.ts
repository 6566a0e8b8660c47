import { readJournal } from '../bytes/open.ts';
import { SatchelError } from '../contract/errors.ts';
import type { Credentials } from '../contract/new-task.ts';
import type { Settings } from '../contract/settings.ts';
import { parseCookieFile } from '../source/cookies.ts';
import { parseChecksum } from '../source/headers.ts';
import { FILE_NAME_LIMIT, safeName } from '../source/names.ts';
import type { NetrcEntry } from '../source/netrc.ts';
import { basicAuthorization } from '../source/request-headers.ts';
import { Bucket } from '../transfer/bucket.ts';
import type { Disk } from '../world/disk.ts';
import type { SecretBox } from '../world/secrets.ts';
import { categoryOf, folderOf } from './categories.ts';
import { discardPartial } from './discard.ts';
import { isStill } from './finished-file.ts';
import { type ItemRecord, replaceFinished, type TaskRecord } from './record.ts';
import {
  type FileJob,
  type FileResult,
  type RunListener,
  type RunSurroundings,
  runFile,
} from './run-file.ts';
import type { RunTask } from './runs.ts';
import { openSecret } from './secrets.ts';

export interface FileTaskOptions {
  readonly around: RunSurroundings;
  readonly settings: () => Settings;
  /** Absolute; where downloads go. */
  readonly downloads: () => string;
  readonly box: SecretBox;
  /** The logins in the user's own file. */
  readonly netrc: (disk: Disk) => Promise<readonly NetrcEntry[]>;
  /** The limits of the tasks that run are others now. */
  readonly onLimits: () => void;
}

/** Runs file tasks: what is remembered of one becomes a job for run-file. */
export class FileTasks {
  readonly #options: FileTaskOptions;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: FileTaskOptions) {
    this.#options = options;
  }

  readonly run: RunTask = async (record, listener, signal) => {
    const { around } = this.#options;
    const there = await this.#alreadyDone(record);
    if (there) return there;
    await this.#lookAtPlace(record, listener);
    const bucket = new Bucket(around.clock, record.limitRate);
    this.#buckets.set(record.id, bucket);
    if (bucket.rate !== null) this.#options.onLimits();
    try {
      // Not spread: that would fix the name, which may change while it runs.
      const job = Object.assign(this.#jobOf(record, bucket), await this.#access(record));
      const result = await runFile(job, around, listener, signal);
      // Left at that because its name is taken: what there was of it has no use any more.
      if (result.already && record.place) await discardPartial(around.disk, record.place);
      return result;
    } finally {
      this.#buckets.delete(record.id);
      bucket.close();
      if (bucket.rate !== null) this.#options.onLimits();
    }
  };

  /** Of the tasks that run, bytes per second; null is unlimited. */
  get rates(): (number | null)[] {
    return [...this.#buckets.values()].map(({ rate }) => rate);
  }

  /** A new speed limit for a task, from now on. */
  setLimit({ id, limitRate }: TaskRecord): void {
    const bucket = this.#buckets.get(id);
    if (!bucket || bucket.rate === limitRate) return;
    bucket.setRate(limitRate);
    this.#options.onLimits();
  }

  /** A crash between putting a file in place and saying so leaves a task that is done already. */
  async #alreadyDone(record: TaskRecord): Promise<FileResult | null> {
    const { finished, startOver, place } = record;
    const { disk } = this.#options.around;
    if (!finished || startOver || !(await isStill(disk, finished))) return null;
    if (place) await discardPartial(disk, place);
    return { path: finished.path, bytes: finished.bytes, already: true };
  }

  /** Makes sure of what is there to go on with, or to replace. */
  async #lookAtPlace(record: TaskRecord, listener: RunListener): Promise<void> {
    const { disk } = this.#options.around;
    const { startOver, place } = record;
    const item = itemOf(record);
    if (startOver) replaceFinished(record);
    // Gone, or no longer the one.
    record.finished = null;
    if (!place || (await readJournal(disk, place).catch(() => null))?.id === place.journalId) return;
    // Without its journal nothing of it is to be believed, and somebody has taken that away.
    if (item.received > 0) listener.onRewound(0, new SatchelError('disk-error', 'the journal is gone'));
    record.place = null;
  }

  /** What goes along so that it is let in. */
  async #access(record: TaskRecord): Promise<Pick<FileJob, 'headers' | 'cookies' | 'netrc'>> {
    const { around, box, settings, netrc } = this.#options;
    const { headers, credentials, cookies } = openSecret(box, itemOf(record).secret);
    return {
      headers: credentials === null ? headers : { ...headers, authorization: authorizationOf(credentials) },
      cookies: cookies === null ? [] : parseCookieFile(cookies),
      netrc: settings().netrc ? await netrc(around.disk) : [],
    };
  }

  #jobOf(record: TaskRecord, bucket: Bucket): Omit<FileJob, 'headers' | 'cookies' | 'netrc'> {
    const { settings, downloads } = this.#options;
    const now = settings();
    const item = itemOf(record);
    const folderFor = (name: string, mediaType: string | null) => {
      const category = categoryOf(now.categories, name, mediaType);
      record.category = category?.name ?? null;
      // What begins anew replaces a file that lies where it lies.
      return record.dirByType && !record.startOver ? folderOf(category, downloads()) : record.dir;
    };
    return {
      id: record.id,
      url: item.url,
      folder: record.dir,
      folderFor,
      get out() {
        return item.out === null ? null : safeName(item.out, FILE_NAME_LIMIT);
      },
      checksum: item.checksum === null ? null : parseChecksum(item.checksum),
      onConflict: record.onConflict ?? now.onConflict,
      onChanged: record.onChanged ?? now.onChanged,
      resume: record.place,
      startOver: record.startOver,
      replacing: record.replacing,
      connections: record.connections ?? now.connections,
      minSplit: now.minSplit,
      retries: now.retries,
      timeoutMs: now.timeoutSeconds * 1000,
      bucket,
    };
  }
}

function itemOf({ items }: TaskRecord): ItemRecord {
  const [item] = items;
  if (!item) throw new SatchelError('internal', 'a task without an item');
  return item;
}

function authorizationOf(credentials: Credentials): string {
  if ('bearer' in credentials) return `Bearer ${credentials.bearer}`;
  return basicAuthorization(credentials.user, credentials.password);
}
