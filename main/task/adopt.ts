import { finalPath, type Place } from '../bytes/partial-file.ts';
import { sourceKey } from '../source/links.ts';
import type { Disk } from '../world/disk.ts';
import { type Found, findJournals } from './claim.ts';
import { findPackages } from './find-packages.ts';
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
 * crash, or that of the same address (of a package only its own: what it holds, its list says). Each journal goes to
 * one task. A folder that cannot be read has none.
 */
export async function adoptJournals(records: readonly TaskRecord[], options: AdoptOptions): Promise<void> {
  const { disk, others, byAddress } = options;
  const seeking = records.filter(({ place, asking, state }) => place === null && !asking && state !== 'done');
  for (const [folder, tasks] of Map.groupBy(seeking, ({ dir }) => dir)) {
    const known = knownPlaces(others());
    const isKnown = (place: Place) => known.has(finalPath(place));
    const packages = tasks.filter(({ kind }) => kind === 'package');
    const files = tasks.filter(({ kind }) => kind === 'file');
    const [found, foundPackages] = await Promise.all([
      files.length > 0 ? findJournals(disk, folder, isKnown).catch(() => []) : [],
      packages.length > 0 ? findPackages(disk, folder, isKnown).catch(() => []) : [],
    ]);
    // Others have gone on meanwhile.
    const taken = knownPlaces(others());
    const isFree = ({ place }: { readonly place: Place }) => !taken.has(finalPath(place));
    assign(files, found.filter(isFree), byAddress);
    const own = new Map(foundPackages.filter(isFree).map((journal) => [journal.id, journal]));
    for (const task of packages) give(task, own.get(task.id));
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
  const take = (task: TaskRecord, journal: Found | undefined) => {
    give(task, journal);
    if (journal) free.delete(journal);
  };
  const byId = new Map(found.map((journal) => [journal.id, journal]));
  for (const task of tasks) take(task, byId.get(task.id));
  if (!byAddress) return;
  for (const task of tasks) {
    if (task.place !== null || task.startOver || free.size === 0) continue;
    const key = sourceKey(task.items[0]?.url ?? '');
    take(
      task,
      [...free].find((journal) => journal.key === key),
    );
  }
}

function give(task: TaskRecord, journal: Pick<Found, 'place' | 'id'> | undefined): void {
  if (!journal) return;
  task.place = { ...journal.place, journalId: journal.id };
  // A task that begins anew without a place had none before: this is the new one.
  if (task.startOver) replaceFinished(task);
  task.startOver = false;
}
