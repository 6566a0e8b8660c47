import { join } from 'node:path';
import { readJournal } from '../bytes/open.ts';
import { journalPath, type Place, partPath } from '../bytes/partial-file.ts';
import { whileLocked } from '../bytes/place-lock.ts';
import { isAsideName } from '../bytes/set-aside.ts';
import { sourceKey } from '../source/links.ts';
import type { Disk } from '../world/disk.ts';
import { keyOf } from './claim.ts';
import { NameList, NOTES } from './notes.ts';
import type { FinishedFile, TaskRecord } from './record.ts';

/** Puts a file where the user can get it back from, or away for good. */
export type Trash = (path: string) => Promise<void>;

/**
 * Takes away what a removed task leaves behind: an unfinished partial file with its journal, and what had been set
 * aside for it. A finished file goes only where the user asked for that, and only if it is still the one.
 */
export async function discardRecord(disk: Disk, trash: Trash, record: TaskRecord): Promise<void> {
  if (record.place) await discardPartial(disk, record.place, record);
  if (record.removing === 'delete' && record.finished) await discardFinished(disk, trash, record.finished);
}

/** A partial file without a journal is not ours for certain, and stays. */
async function discardPartial(disk: Disk, place: Place, { id, items }: TaskRecord): Promise<void> {
  if ((await disk.facts(journalPath(place))) === null) return;
  await whileLocked(disk, place, async () => {
    const journal = await readJournal(disk, place);
    const wanted = sourceKey(items[0]?.url ?? '');
    // Somebody else may have begun something under the name since.
    if (!journal || (journal.id !== id && keyOf(journal) !== wanted)) return;
    const aside = NameList.safeParse(journal.notes.get(NOTES.replaces)).data ?? [];
    for (const name of aside.filter(isAsideName)) {
      await disk.remove(join(place.folder, name));
    }
    await disk.remove(partPath(place));
    await disk.remove(journalPath(place));
    await disk.syncFolder(place.folder);
  });
}

async function discardFinished(disk: Disk, trash: Trash, finished: FinishedFile): Promise<void> {
  if (await isStill(disk, finished)) await trash(finished.path);
}

/** The file is there as it was finished: nobody has replaced it, nor changed its length. */
export async function isStill(disk: Disk, { path, bytes, fileId }: FinishedFile): Promise<boolean> {
  const facts = await disk.facts(path);
  return facts?.kind === 'file' && facts.size === bytes && facts.id === fileId;
}
