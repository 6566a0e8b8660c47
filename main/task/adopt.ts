import { finalPath } from '../bytes/partial-file.ts';
import { sourceKey } from '../source/links.ts';
import type { Disk } from '../world/disk.ts';
import { type Found, findJournals } from './claim.ts';
import { replaceFinished, type TaskRecord } from './record.ts';

export interface AdoptOptions {
  readonly disk: Disk;
  /** Whoever may have a partial file. */
  readonly others: () => Iterable<TaskRecord>;
  /** Also what was begun by the command line, or by a list that was lost; else only what these tasks have begun. */
  readonly byAddress: boolean;
}

/**
 * Gives tasks that know of no partial file the one that waits for them in their folder: their own, begun right before a
 * crash, or that of the same address. Each journal goes to one task. A folder that cannot be read has none.
 */
export async function adoptJournals(records: readonly TaskRecord[], options: AdoptOptions): Promise<void> {
  const { disk, others, byAddress } = options;
  const seeking = records.filter(
    ({ place, asking, state, kind }) => place === null && !asking && state !== 'done' && kind === 'file',
  );
  for (const [folder, tasks] of Map.groupBy(seeking, ({ dir }) => dir)) {
    const known = knownPlaces(others());
    const found = await findJournals(disk, folder, (place) => known.has(finalPath(place))).catch(() => []);
    // Others have gone on meanwhile.
    const taken = knownPlaces(others());
    const free = found.filter(({ place }) => !taken.has(finalPath(place)));
    if (free.length > 0) assign(tasks, free, byAddress);
  }
}

function knownPlaces(records: Iterable<TaskRecord>): Set<string> {
  const known = new Set<string>();
  for (const { place } of records) if (place) known.add(finalPath(place));
  return known;
}

/** A task's own journal first, whoever else fetches the same. */
function assign(tasks: readonly TaskRecord[], found: readonly Found[], byAddress: boolean): void {
  const free = new Set(found);
  const give = (task: TaskRecord, journal: Found | undefined) => {
    if (!journal) return;
    task.place = { ...journal.place, journalId: journal.id };
    free.delete(journal);
    // A task that begins anew without a place had none before: this is the new one.
    if (task.startOver) replaceFinished(task);
    task.startOver = false;
  };
  const byId = new Map(found.map((journal) => [journal.id, journal]));
  for (const task of tasks) give(task, byId.get(task.id));
  if (!byAddress) return;
  for (const task of tasks) {
    if (task.place !== null || task.startOver || free.size === 0) continue;
    const key = sourceKey(task.items[0]?.url ?? '');
    give(
      task,
      [...free].find((journal) => journal.key === key),
    );
  }
}
