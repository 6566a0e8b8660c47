import { basename, join } from 'node:path';
import { readJournal } from '../bytes/open.ts';
import { finalPath, journalPath, partPath } from '../bytes/partial-file.ts';
import { whileLocked } from '../bytes/place-lock.ts';
import { earlierSetAside, isAsideName } from '../bytes/set-aside.ts';
import type { Disk } from '../world/disk.ts';
import { isStill } from './finished-file.ts';
import { NameList, NOTES } from './notes.ts';
import type { FinishedFile, OwnPlace, TaskRecord } from './record.ts';

/** Puts a file where the user can get it back from, or away for good. */
export type Trash = (path: string) => Promise<void>;

/**
 * Takes away what a removed task leaves behind: an unfinished partial file with its journal, and what had been set
 * aside for it. A finished file goes only where the user asked for that, and only if it is still the one.
 */
export async function discardRecord(disk: Disk, trash: Trash, record: TaskRecord): Promise<void> {
  const { place, removing } = record;
  const finished = record.finished ?? (place && (await sealedInPlace(disk, place))) ?? record.replacing;
  if (place) await discardPartial(disk, place);
  if (removing === 'delete' && finished && (await isStill(disk, finished))) await trash(finished.path);
}

/** The file of a download that a crash has left between its last move and the end of its journal. */
async function sealedInPlace(disk: Disk, place: OwnPlace): Promise<FinishedFile | null> {
  const journal = await readJournal(disk, place);
  if (journal?.id !== place.journalId || !journal.sealed) return null;
  if ((await disk.facts(partPath(place))) !== null) return null;
  const { name, length } = journal.sealed;
  const path = finalPath({ folder: place.folder, name: basename(name) });
  const facts = await disk.facts(path);
  return facts?.size === length ? { path, bytes: length, modified: facts.modified } : null;
}

/**
 * Takes away a partial file, its journal, and what was set aside for it. Only with the journal that is meant: somebody
 * else may have begun something under the name since. A partial file without a journal is nobody's, and stays.
 */
export async function discardPartial(disk: Disk, place: OwnPlace): Promise<void> {
  const names = await earlierSetAside(disk, place, ({ id }) => id === place.journalId);
  const removed = await whileLocked(disk, place, async () => {
    const journal = await readJournal(disk, place);
    if (journal?.id !== place.journalId) return false;
    names.push(...(NameList.safeParse(journal.notes.get(NOTES.replaces)).data ?? []));
    await disk.remove(partPath(place));
    await disk.remove(journalPath(place));
    return true;
  });
  const ours = names.filter(isAsideName);
  for (const name of ours) await disk.remove(join(place.folder, name));
  if (removed || ours.length > 0) await disk.syncFolder(place.folder);
}
