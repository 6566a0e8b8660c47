import { nameFor } from '../source/names.ts';
import { newId } from '../world/ids.ts';
import type { ItemRecord, TaskRecord } from './record.ts';

type ItemGiven = Pick<ItemRecord, 'url' | 'path' | 'out' | 'name' | 'state'> &
  Partial<Pick<ItemRecord, 'checksum' | 'secret' | 'spares'>>;

/** An item that nothing is known of yet. */
export function newItem(
  { url, path, out, name, state, checksum = null, secret = null, spares = [] }: ItemGiven,
  now: number,
) {
  const item: ItemRecord = {
    ...{ id: newId(now), url, out, name, state },
    received: 0,
    total: null,
    resumable: null,
    checksum,
    etag: null,
    error: null,
    secret,
    path,
    tries: 0,
    startOver: false,
    leftOut: null,
    spares,
  };
  return item;
}

/** A file task that waits. `now` in ms since 1970; `url` without credentials and fragment. */
export function newFileRecord(
  { url, dir, out }: { readonly url: string; readonly dir: string; readonly out: string | null },
  now: number,
  more: Partial<TaskRecord> & Partial<Pick<ItemRecord, 'checksum' | 'secret' | 'spares'>> = {},
): TaskRecord {
  const { checksum = null, secret = null, spares = [], ...rest } = more;
  const name = out ?? nameFor({ disposition: null, url, mediaType: null });
  const state = rest.state ?? 'waiting';
  const item = newItem({ url, path: null, out, name, state, checksum, secret, spares }, now);
  return newRecord({ kind: 'file', name, dir, items: [item], compress: null }, now, rest);
}

type PackageGiven = Pick<TaskRecord, 'name' | 'dir' | 'items' | 'compress'>;

/** A package that waits. */
export function newPackageRecord(
  given: PackageGiven,
  now: number,
  more: Partial<TaskRecord> = {},
): TaskRecord {
  return newRecord({ kind: 'package', ...given }, now, more);
}

function newRecord(
  { kind, name, dir, compress, items }: PackageGiven & Pick<TaskRecord, 'kind'>,
  now: number,
  more: Partial<TaskRecord>,
): TaskRecord {
  return {
    id: newId(now),
    kind,
    name,
    dir,
    state: 'waiting',
    run: 0,
    error: null,
    priority: 0,
    rank: 0,
    limitRate: null,
    connections: null,
    onConflict: null,
    onChanged: null,
    category: null,
    dirByType: false,
    asking: false,
    place: null,
    startOver: false,
    finished: null,
    replacing: null,
    removing: null,
    duplicateOf: null,
    createdAt: now,
    startedAt: null,
    finishedAt: null,
    compress,
    items,
    ...more,
  };
}
