import type { Item, Task } from '../../../main/contract/task.ts';

export interface Sources {
  /** The host that most items come from; null where all are files of this machine. */
  readonly host: string | null;
  /** How many hosts there are besides. */
  readonly others: number;
}

/** Items stay the same while their task is replaced ten times a second. */
const known = new WeakMap<readonly Item[], Sources>();

/** Where the items of a task come from. */
export function sourcesOf({ items }: Task): Sources {
  let sources = known.get(items);
  if (sources === undefined) {
    sources = countHosts(items);
    known.set(items, sources);
  }
  return sources;
}

function countHosts(items: readonly Item[]): Sources {
  const counts = new Map<string, number>();
  for (const { url } of items) {
    const host = url === null ? undefined : URL.parse(url)?.host;
    if (host !== undefined) counts.set(host, (counts.get(host) ?? 0) + 1);
  }
  let host: string | null = null;
  for (const [each, count] of counts) if (host === null || count > (counts.get(host) ?? 0)) host = each;
  return { host, others: Math.max(0, counts.size - 1) };
}

/** What can be pasted elsewhere to fetch the same: an address a line, or a path where it is a file of this machine. */
export function addressesOf(tasks: readonly Task[]): string {
  return tasks
    .flatMap(({ items }) => items.map(({ url, path }) => url ?? path ?? ''))
    .filter(Boolean)
    .join('\n');
}
