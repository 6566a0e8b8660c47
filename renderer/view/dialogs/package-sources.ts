import type { NewItem } from '../../../main/contract/new-task.ts';
import type { Task } from '../../../main/contract/task.ts';

type Chosen = Pick<Task, 'kind' | 'state' | 'path' | 'items'>;
export type PackageSource = Pick<NewItem, 'url' | 'path' | 'name' | 'checksum'>;

/** What of these tasks goes into a package: finished files from the disk, everything else from where it comes from. */
export function packageSources(tasks: readonly Chosen[]): readonly PackageSource[] {
  return tasks.flatMap((task) => {
    if (task.kind === 'file' && task.state === 'done') return [{ path: task.path }];
    return task.items.filter(({ leftOut }) => !leftOut).map(sourceOf);
  });
}

/** Those that have an address, as an input file for the Add box; names that the addresses say are left out. */
export function packageText(sources: readonly PackageSource[]): string {
  const lines = sources.flatMap(({ url, name, checksum }) => {
    if (url === undefined) return [];
    const said = name === undefined || lastPart(url) === name ? [] : [`  out=${name}`];
    return [url, ...said, ...(checksum === undefined ? [] : [`  checksum=${checksum}`])];
  });
  return lines.join('\n');
}

function lastPart(url: string): string {
  const part = URL.parse(url)?.pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function sourceOf({ url, path, name, checksum }: Task['items'][number]): PackageSource {
  return {
    ...(url !== null ? { url } : { path: path ?? '' }),
    name,
    ...(checksum !== null && { checksum }),
  };
}
