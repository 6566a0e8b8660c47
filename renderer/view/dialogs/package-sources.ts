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

function sourceOf({ url, path, name, checksum }: Task['items'][number]): PackageSource {
  return {
    ...(url !== null ? { url } : { path: path ?? '' }),
    name,
    ...(checksum !== null && { checksum }),
  };
}
