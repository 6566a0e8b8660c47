import { finalPath } from '../bytes/partial-file.ts';
import { sourceKey } from '../source/links.ts';
import type { Disk } from '../world/disk.ts';
import { type Found, findJournals } from './claim.ts';
import type { TaskRecord } from './record.ts';

/**
 * Gives tasks that know of no partial file the one that is waiting for them in their folder: their own, begun right
 * before a crash, or that of the same address, from the command line or from a list that was lost. Each journal goes
 * to one task. `others` are all tasks there are.
 */
export async function adoptJournals(
  disk: Disk,
  records: readonly TaskRecord[],
  others: Iterable<TaskRecord>,
): Promise<void> {
  const seeking = records.filter(
    ({ place, startOver, kind }) => place === null && !startOver && kind === 'file',
  );
  if (seeking.length === 0) return;
  const known = new Set<string>();
  for (const { place } of others) if (place) known.add(finalPath(place));
  for (const [folder, tasks] of Map.groupBy(seeking, ({ dir }) => dir)) {
    const found = await findJournals(disk, folder, (place) => known.has(finalPath(place)));
    if (found.length > 0) assign(tasks, found);
  }
}

/** A task's own journal first, whoever else fetches the same. */
function assign(tasks: readonly TaskRecord[], found: readonly Found[]): void {
  const free = new Set(found);
  const give = (task: TaskRecord, journal: Found | undefined) => {
    if (!journal) return;
    task.place = journal.place;
    free.delete(journal);
  };
  const byId = new Map(found.map((journal) => [journal.id, journal]));
  for (const task of tasks) give(task, byId.get(task.id));
  for (const task of tasks) {
    if (task.place !== null || free.size === 0) continue;
    const key = sourceKey(task.items[0]?.url ?? '');
    give(
      task,
      [...free].find((journal) => journal.key === key),
    );
  }
}
