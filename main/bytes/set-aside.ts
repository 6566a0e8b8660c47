import type { Disk } from '../world/disk.ts';
import { takeLock } from '../world/lock.ts';
import { journalPath, type Place, partPath } from './partial-file.ts';

/**
 * Moves an unfinished partial file and its journal out of the way, to `NAME.old.part` and `NAME.old.satchel`, where
 * they stay until what replaces them is done. Gives the names they have now, or none where nothing was there. Throws
 * `already-running` when another process is at work on them.
 */
export async function setAside(disk: Disk, place: Place): Promise<string[]> {
  const lock = await takeLock(journalPath({ ...place, folder: await disk.realFolder(place.folder) }));
  try {
    const aside = await freePlace(disk, place);
    const moved: string[] = [];
    // The journal first: should we be killed in between, a partial file without a journal is never trusted.
    for (const path of [journalPath, partPath]) {
      if ((await disk.facts(path(place))) === null) continue;
      await disk.moveIntoPlace(path(place), path(aside));
      moved.push(path({ folder: '.', name: aside.name }));
    }
    await disk.syncFolder(place.folder);
    return moved;
  } finally {
    await lock.release();
  }
}

/** `NAME.old`, or `NAME.old (1)` and so on where an earlier one is still kept. */
async function freePlace(disk: Disk, { folder, name }: Place): Promise<Place> {
  for (let n = 0; ; n++) {
    const aside = { folder, name: n === 0 ? `${name}.old` : `${name}.old (${n})` };
    const taken = (await disk.facts(partPath(aside))) ?? (await disk.facts(journalPath(aside)));
    if (taken === null) return aside;
  }
}
