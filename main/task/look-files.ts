import type { CommandAnswer, LocalFile } from '../contract/commands.ts';
import { asSatchelError, type SatchelError } from '../contract/errors.ts';
import { DiskThread } from '../world/disk-thread.ts';
import { walk } from '../world/walk.ts';

/** More no package may have. */
const MOST_FILES = 100_000;
/** Of what cannot be read, so much is told. */
const MOST_LEFT = 100;
/** Sorting more as people do would be felt. */
const MOST_SORTED = 20_000;

const byName = new Intl.Collator(undefined, { numeric: true });

/** What lies at absolute paths, in their order; below each of them in that of the names. Links are not followed. */
export async function lookAtFiles(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<CommandAnswer<'files.look'>> {
  const thread = new DiskThread();
  const left: CommandAnswer<'files.look'>['left'] = [];
  const onProblem = (path: string, error: SatchelError) => {
    if (left.length < MOST_LEFT) left.push({ path, error: error.report() });
  };
  const files: LocalFile[] = [];
  try {
    for (const path of paths) {
      const below: LocalFile[] = [];
      for await (const entry of walk(thread, [path], { symlinks: 'skip', onProblem })) {
        if (signal.aborted) throw asSatchelError(signal.reason);
        if (entry.kind !== 'file') continue;
        if (files.length + below.length === MOST_FILES)
          return { files: [...files, ...below], left, more: true };
        below.push({ path: entry.path, name: entry.name, size: entry.size });
      }
      if (below.length <= MOST_SORTED) below.sort((a, b) => comparePlaces(a.name, b.name));
      for (const file of below) files.push(file);
    }
    return { files, left, more: false };
  } finally {
    await thread.close();
  }
}

/** Folder by folder; what lies in a folder itself comes before the folders in it. */
function comparePlaces(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  const depth = Math.min(left.length, right.length) - 1;
  for (let level = 0; level < depth; level += 1) {
    const order = byName.compare(left[level] ?? '', right[level] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length || byName.compare(left[depth] ?? '', right[depth] ?? '');
}
