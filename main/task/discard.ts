import { basename, join } from 'node:path';
import { readJournal } from '../bytes/open.ts';
import { finalPath, JOURNAL_SUFFIX, journalPath, partPath } from '../bytes/partial-file.ts';
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

/** The file of a download that was left, by a crash or a disk, between its last move and the end of its journal. */
export async function sealedInPlace(disk: Disk, place: OwnPlace): Promise<FinishedFile | null> {
  const journal = await readJournal(disk, place);
  if (journal?.id !== place.journalId || !journal.sealed) return null;
  const { name, length } = journal.sealed;
  const path = finalPath({ folder: place.folder, name: basename(name) });
  const facts = await disk.facts(path);
  const part = await disk.facts(partPath(place));
  // In the midst of its move it has both names.
  if (part !== null && part.id !== facts?.id) return null;
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
    // While there is the journal that knows of them: a process that is killed in between goes on with it.
    await removeAsides(disk, place, names);
    await disk.remove(partPath(place));
    await disk.remove(journalPath(place));
    return true;
  });
  const others = removed ? false : await removeAsides(disk, place, names);
  if (removed || others) await disk.syncFolder(place.folder);
}

/** Each journal after its partial file, which nobody else knows of. Gives whether there was any. */
async function removeAsides(disk: Disk, { folder }: OwnPlace, names: readonly string[]): Promise<boolean> {
  const ours = [...new Set(names.filter(isAsideName))];
  const isJournal = (name: string) => name.endsWith(JOURNAL_SUFFIX);
  for (const name of ours.filter((one) => !isJournal(one))) await disk.remove(join(folder, name));
  for (const name of ours.filter(isJournal)) await disk.remove(join(folder, name));
  return ours.length > 0;
}
