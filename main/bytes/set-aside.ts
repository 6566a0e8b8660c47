import { basename } from 'node:path';
import { SatchelError } from '../contract/errors.ts';
import type { Disk } from '../world/disk.ts';
import { readJournal } from './open.ts';
import { JOURNAL_SUFFIX, journalPath, type Place, partPath } from './partial-file.ts';
import { whileLocked } from './place-lock.ts';
import type { Replayed } from './replay.ts';

/**
 * Moves an unfinished partial file and its journal out of the way, to `NAME.old.part` and `NAME.old.satchel`, where
 * they stay until what replaces them is done. Gives the names they have now, or none where nothing was there. Throws
 * `already-running` when another process is at work on them.
 */
export async function setAside(disk: Disk, place: Place): Promise<string[]> {
  return whileLocked(disk, place, async () => {
    const aside = await freePlace(disk, place);
    const moved: string[] = [];
    // The journal first: what is known of the download goes with it, so that `earlierSetAside` can end the move.
    for (const path of [journalPath, partPath]) {
      if ((await disk.facts(path(place))) === null) continue;
      await disk.moveIntoPlace(path(place), path(aside));
      moved.push(path({ folder: '.', name: aside.name }));
    }
    await disk.syncFolder(place.folder);
    return moved;
  });
}

/**
 * Names of what was set aside from this place by runs that were killed before they had noted down what replaces it;
 * without it those files would stay for ever. Only those whose journal `isOurs` accepts. A move that was cut short is
 * ended. None while another process is at work on the place.
 */
export async function earlierSetAside(
  disk: Disk,
  place: Place,
  isOurs: (journal: Replayed) => boolean,
): Promise<string[]> {
  const journals = (await disk.list(place.folder)).filter((entry) => isAsideOf(place.name, entry));
  if (journals.length === 0) return [];
  try {
    return await whileLocked(disk, place, async () => {
      const asides = journals.sort().map((entry) => entry.slice(0, -JOURNAL_SUFFIX.length));
      const names: string[] = [];
      for (const name of asides) names.push(...(await namesOf(disk, place, name, isOurs)));
      return names;
    });
  } catch (error) {
    if (error instanceof SatchelError && error.code === 'already-running') return [];
    throw error;
  }
}

async function namesOf(
  disk: Disk,
  place: Place,
  name: string,
  isOurs: (journal: Replayed) => boolean,
): Promise<string[]> {
  const aside = { folder: place.folder, name };
  const journal = await readJournal(disk, aside).catch(() => null);
  if (journal?.name !== place.name || !isOurs(journal)) return [];
  await endMove(disk, place, aside);
  return [journalPath, partPath].map((path) => path({ folder: '.', name }));
}

/** A name that is given here: a journal may come from elsewhere, and not be let delete what it likes. */
export function isAsideName(name: string): boolean {
  return basename(name) === name && /\.old( \(\d+\))?\.(part|satchel)$/.test(name);
}

function isAsideOf(name: string, entry: string): boolean {
  return entry.startsWith(`${name}.old`) && /^( \(\d+\))?\.satchel$/.test(entry.slice(`${name}.old`.length));
}

/** The journal was moved and its partial file not, or not quite: one file under both names. */
async function endMove(disk: Disk, place: Place, aside: Place): Promise<void> {
  const part = await disk.facts(partPath(place));
  if (part === null || (await disk.facts(journalPath(place))) !== null) return;
  const moved = await disk.facts(partPath(aside));
  if (moved === null) await disk.moveIntoPlace(partPath(place), partPath(aside));
  else if (moved.id === part.id) await disk.remove(partPath(place));
}

/** `NAME.old`, or `NAME.old (1)` and so on where an earlier one is still kept. */
async function freePlace(disk: Disk, { folder, name }: Place): Promise<Place> {
  for (let n = 0; ; n++) {
    const aside = { folder, name: n === 0 ? `${name}.old` : `${name}.old (${n})` };
    const taken = (await disk.facts(partPath(aside))) ?? (await disk.facts(journalPath(aside)));
    if (taken === null) return aside;
  }
}
