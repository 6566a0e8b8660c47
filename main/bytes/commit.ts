import { basename, join } from 'node:path';
import { SatchelError } from '../contract/errors.ts';
import type { Disk } from '../world/disk.ts';
import { finalPath, journalPath, type Place, partPath } from './partial-file.ts';

export type OnTaken = 'fail' | 'replace';

/**
 * Last step of a sealed download: moves the partial file to its final name, makes that safe from a power cut, deletes
 * what it `replaces` (names in the same folder), then the journal. May be run again after a crash at any point of it.
 * Throws `name-conflict` when the name is taken by another file, with everything kept.
 */
export async function putInPlace(
  disk: Disk,
  place: Place,
  name: string,
  onTaken: OnTaken,
  replaces: readonly string[] = [],
): Promise<void> {
  const from = partPath(place);
  const to = finalPath({ folder: place.folder, name });
  const part = await disk.facts(from);
  if (part !== null) {
    const taken = await disk.facts(to);
    // A crash between link and unlink leaves one file under both names.
    if (taken !== null && taken.id === part.id) await disk.remove(from);
    else if (onTaken === 'replace') await replaceFile(disk, from, to, taken?.kind ?? null);
    else await disk.moveIntoPlace(from, to);
    await disk.syncFolder(place.folder);
  }
  // The journal alone knows of them, so it goes last.
  for (const replaced of replaces.filter(isAsideName)) await disk.remove(join(place.folder, replaced));
  await disk.remove(journalPath(place));
}

/** A name that set-aside.ts gives: a journal may come from elsewhere, and not be let delete what it likes. */
function isAsideName(name: string): boolean {
  return basename(name) === name && /\.old( \(\d+\))?\.(part|satchel)$/.test(name);
}

async function replaceFile(disk: Disk, from: string, to: string, kind: string | null): Promise<void> {
  if (kind === 'folder') throw new SatchelError('name-conflict', to);
  await disk.replace(from, to);
}
