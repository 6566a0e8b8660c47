import { join } from 'node:path';
import { SatchelError } from '../contract/errors.ts';
import type { Disk } from '../world/disk.ts';
import { finalPath, journalPath, type Place, partPath } from './partial-file.ts';
import { isAsideName } from './set-aside.ts';

export interface PutOptions {
  readonly onTaken: 'fail' | 'replace';
  /** Names in the same folder that go. */
  readonly replaces: readonly string[];
  /** The file has its name for good; what it throws leaves the journal where it is. */
  readonly onPlaced: (path: string) => Promise<void>;
}

/**
 * Last step of a sealed download: moves the partial file to its final name, makes that safe from a power cut, deletes
 * what it `replaces`, then the journal. May be run again after a crash at any point of it.
 * Throws `name-conflict` when the name is taken by another file, with everything kept.
 */
export async function putInPlace(
  disk: Disk,
  place: Place,
  name: string,
  { onTaken, replaces, onPlaced }: PutOptions,
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
  await onPlaced(to);
  // The journal alone knows of them, so it goes last.
  for (const replaced of replaces.filter(isAsideName)) await disk.remove(join(place.folder, replaced));
  await disk.remove(journalPath(place));
}

async function replaceFile(disk: Disk, from: string, to: string, kind: string | null): Promise<void> {
  if (kind === 'folder') throw new SatchelError('name-conflict', to);
  await disk.replace(from, to);
}
