import { nameFor } from '../source/names.ts';
import { newId } from '../world/ids.ts';
import type { TaskRecord } from './record.ts';

/** A file task that waits. `now` in ms since 1970; `url` without credentials and fragment. */
export function newFileRecord(
  { url, dir, out }: { readonly url: string; readonly dir: string; readonly out: string | null },
  now: number,
  more: Partial<TaskRecord> & { readonly checksum?: string | null; readonly secret?: Uint8Array | null } = {},
): TaskRecord {
  const { checksum = null, secret = null, ...rest } = more;
  const name = out ?? nameFor({ disposition: null, url, mediaType: null });
  const item = {
    id: newId(now),
    url,
    out,
    name,
    state: rest.state ?? 'waiting',
    received: 0,
    total: null,
    resumable: null,
    checksum,
    etag: null,
    error: null,
    secret,
  } as const;
  return {
    id: newId(now),
    kind: 'file',
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
    items: [item],
    ...rest,
  };
}
