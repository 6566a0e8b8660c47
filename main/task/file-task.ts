import { SatchelError } from '../contract/errors.ts';
import type { Settings } from '../contract/settings.ts';
import { parseChecksum } from '../source/headers.ts';
import { FILE_NAME_LIMIT, safeName } from '../source/names.ts';
import type { NetrcEntry } from '../source/netrc.ts';
import type { Bucket } from '../transfer/bucket.ts';
import type { Disk } from '../world/disk.ts';
import type { SecretBox } from '../world/secrets.ts';
import { addressOf } from './address.ts';
import { categoryOf, folderOf } from './categories.ts';
import { discardPartial } from './discard.ts';
import type { HeldAnswers } from './held-answers.ts';
import { alreadyDone, lookAtPlace } from './own-place.ts';
import type { Address } from './package-job.ts';
import type { ItemRecord, TaskRecord } from './record.ts';
import { type FileJob, type RunSurroundings, runFile } from './run-file.ts';
import type { RunTask } from './runs.ts';
import type { TaskBuckets } from './task-buckets.ts';

export interface FileTaskOptions {
  readonly around: RunSurroundings;
  readonly settings: () => Settings;
  /** Absolute; where downloads go. */
  readonly downloads: () => string;
  readonly box: SecretBox;
  /** The logins in the user's own file. */
  readonly netrc: (disk: Disk) => Promise<readonly NetrcEntry[]>;
  readonly buckets: TaskBuckets;
  readonly held: HeldAnswers;
}

/** Runs file tasks: what is remembered of one becomes a job for run-file. */
export class FileTasks {
  readonly #options: FileTaskOptions;

  constructor(options: FileTaskOptions) {
    this.#options = options;
  }

  readonly run: RunTask = async (record, listener, signal) => {
    const { around, buckets } = this.#options;
    const { disk } = around;
    const there = await alreadyDone(disk, record);
    if (there) return there;
    const item = itemOf(record);
    if ((await lookAtPlace(disk, record)) && item.received > 0) {
      listener.onRewound(0, new SatchelError('disk-error', 'the journal is gone'));
    }
    return buckets.during(record, async (bucket) => {
      // Not spread: that would fix the name, which may change while it runs.
      const access = await this.#access(record);
      const job = Object.assign(this.#jobOf(record, bucket), access, { held: this.#heldFor(record, access) });
      const result = await runFile(job, around, listener, signal);
      // Left at that because its name is taken: what there was of it has no use any more.
      if (result.already && record.place) await discardPartial(disk, record.place);
      return result;
    });
  };

  /** What goes along so that it is let in. */
  async #access(record: TaskRecord): Promise<Address> {
    const { around, box, settings, netrc } = this.#options;
    return addressOf(box, itemOf(record), settings().netrc ? await netrc(around.disk) : []);
  }

  /** Only for one that would ask just as somebody has asked who knew nothing but its address. */
  #heldFor(record: TaskRecord, { url, netrc = [] }: Address): FileJob['held'] {
    const plain = itemOf(record).secret === null && netrc.length === 0;
    return plain ? (signal) => this.#options.held.take(url, signal) : undefined;
  }

  #jobOf(record: TaskRecord, bucket: Bucket): Omit<FileJob, keyof Address> {
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
      spares: item.spares.map(({ url }) => url),
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
