import { asSatchelError, SatchelError } from '../contract/errors.ts';
import { parseChecksum } from '../source/headers.ts';
import type { NetrcEntry } from '../source/netrc.ts';
import type { Bucket } from '../transfer/bucket.ts';
import { addressOf } from './address.ts';
import { discardPartial } from './discard.ts';
import type { FileTaskOptions } from './file-task.ts';
import { alreadyDone, lookAtPlace } from './own-place.ts';
import type { Address, PackageItem, PackageJob, PackageListener } from './package-job.ts';
import type { ItemRecord, TaskRecord } from './record.ts';
import { runPackage } from './run-package.ts';
import type { Run } from './runs.ts';

export type PackageTaskOptions = Omit<FileTaskOptions, 'downloads'>;

/** An item's address as it was opened last: the list is looked at after each of its changes. */
interface Opened {
  readonly url: string;
  readonly secret: Uint8Array | null;
  readonly address: Address | SatchelError;
}

/** Runs packages: what is remembered of one becomes a job for run-package. */
export class PackageTasks {
  readonly #options: PackageTaskOptions;

  constructor(options: PackageTaskOptions) {
    this.#options = options;
  }

  readonly run: Run<PackageListener> = async (record, listener, signal) => {
    const { around, settings, netrc, buckets } = this.#options;
    const there = await alreadyDone(around.disk, record);
    if (there) return there;
    if (await lookAtPlace(around.disk, record)) dropAll(record, listener);
    const logins = settings().netrc ? await netrc(around.disk) : [];
    return buckets.during(record, async (bucket) => {
      const result = await runPackage(this.#jobOf(record, bucket, logins), around, listener, signal);
      // Left at that because its name is taken: what there was of it has no use any more.
      if (result.already && record.place) await discardPartial(around.disk, record.place);
      return result;
    });
  };

  #jobOf(record: TaskRecord, bucket: Bucket, logins: readonly NetrcEntry[]): PackageJob {
    const now = this.#options.settings();
    const opened = new WeakMap<ItemRecord, Opened>();
    return {
      id: record.id,
      folder: record.dir,
      get name() {
        return record.name;
      },
      compress: record.compress ?? 'auto',
      onConflict: record.onConflict ?? now.onConflict,
      onChanged: record.onChanged ?? now.onChanged,
      resume: record.place,
      startOver: record.startOver,
      replacing: record.replacing,
      items: () => record.items.map((item) => this.#itemOf(item, opened, logins)),
      extras: 'drop',
      connections: record.connections ?? now.connections,
      minSplit: now.minSplit,
      retries: now.retries,
      timeoutMs: now.timeoutSeconds * 1000,
      bucket,
    };
  }

  #itemOf(item: ItemRecord, opened: WeakMap<ItemRecord, Opened>, logins: readonly NetrcEntry[]): PackageItem {
    const { id, path, out, checksum, tries, startOver, leftOut } = item;
    const address = path === null ? this.#address(item, opened, logins) : null;
    const refused = address instanceof SatchelError ? address : null;
    const usable =
      address === null || address instanceof SatchelError ? { url: item.url, headers: {} } : address;
    return {
      id,
      source: path === null ? { kind: 'url', ...usable } : { kind: 'path', path },
      name: out,
      checksum: checksum === null ? null : parseChecksum(checksum),
      tries,
      startOver,
      leftOut: leftOut === null ? null : { reason: leftOut },
      refused,
    };
  }

  /** Secrets are opened here and nowhere before; one that cannot be is no reason not to bring the others. */
  #address(
    item: ItemRecord,
    opened: WeakMap<ItemRecord, Opened>,
    logins: readonly NetrcEntry[],
  ): Address | SatchelError {
    const { url, secret } = item;
    const known = opened.get(item);
    if (known?.url === url && known.secret === secret) return known.address;
    let address: Address | SatchelError;
    try {
      address = addressOf(this.#options.box, item, logins);
    } catch (thrown) {
      address = asSatchelError(thrown);
    }
    opened.set(item, { url, secret, address });
    return address;
  }
}

function dropAll({ items }: TaskRecord, listener: PackageListener): void {
  const why = new SatchelError('disk-error', 'the journal is gone');
  for (const { id, received } of items) if (received > 0) listener.item(id).onRewound(0, why);
}
