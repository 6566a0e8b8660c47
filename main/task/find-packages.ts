import { readJournal } from '../bytes/open.ts';
import { JOURNAL_SUFFIX, type Place } from '../bytes/partial-file.ts';
import type { Disk } from '../world/disk.ts';
import { madeOf } from './package-notes.ts';

/** A package found in a folder, to go on with. */
export interface FoundPackage {
  readonly place: Place;
  /** Of the task that began it. */
  readonly id: string;
}

/** The packages of items in a folder, without those set aside under another name and those whose place is `known`. */
export async function findPackages(
  disk: Disk,
  folder: string,
  known: (place: Place) => boolean,
): Promise<FoundPackage[]> {
  const found: FoundPackage[] = [];
  for (const entry of (await disk.list(folder)).sort()) {
    if (!entry.endsWith(JOURNAL_SUFFIX)) continue;
    const place = { folder, name: entry.slice(0, -JOURNAL_SUFFIX.length) };
    const one = known(place) ? null : await packageAt(disk, place);
    if (one) found.push(one);
  }
  return found;
}

/** The package of items whose journal is at `place`, or null where that is none, or another's. */
export async function packageAt(disk: Disk, place: Place): Promise<FoundPackage | null> {
  const journal = await readJournal(disk, place).catch(() => null);
  if (!journal || journal.name !== place.name) return null;
  return madeOf(journal.notes) === 'items' ? { place, id: journal.id } : null;
}
