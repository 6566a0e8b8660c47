import { createPartialFile, readJournal, type Surroundings } from '../bytes/open.ts';
import {
  finalPath,
  JOURNAL_SUFFIX,
  journalPath,
  type PartialFile,
  type Place,
  partPath,
} from '../bytes/partial-file.ts';
import { setAside } from '../bytes/set-aside.ts';
import { SatchelError } from '../contract/errors.ts';
import { sourceKey } from '../source/links.ts';
import { numberedName } from '../source/names.ts';
import type { Disk } from '../world/disk.ts';
import { newId } from '../world/ids.ts';
import { ItemNote, NOTES } from './notes.ts';

/** What to do where something has the wanted name already; `rename` unless the user says otherwise. */
export type OnConflict = 'resume' | 'rename' | 'overwrite' | 'skip' | 'fail';

/** The name is taken and the user said to leave it at that. */
export class Skipped extends Error {
  readonly path: string;

  constructor(path: string) {
    super(`${path} is there already`);
    this.path = path;
  }
}

/** A download found in a folder, to go on with. */
export interface Found {
  readonly place: Place;
  readonly key: string;
}

/** The journals in a folder, by what they fetch. Those set aside under another name are left out. */
export async function findJournals(disk: Disk, folder: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const entry of (await disk.list(folder)).sort()) {
    if (!entry.endsWith(JOURNAL_SUFFIX)) continue;
    const place = { folder, name: entry.slice(0, -JOURNAL_SUFFIX.length) };
    const journal = await readJournal(disk, place);
    const item = ItemNote.safeParse(journal?.notes.get(NOTES.item));
    if (journal?.name === place.name && item.success) found.push({ place, key: sourceKey(item.data.url) });
  }
  return found;
}

/** The download to go on with: one of the same name, else one of the same address. */
export function matchJournal(journals: readonly Found[], url: string, out: string | null): Place | null {
  const named = out === null ? undefined : journals.find(({ place }) => place.name === out);
  const addressed = journals.find(({ key }) => key === sourceKey(url));
  return (named ?? addressed)?.place ?? null;
}

/** Throws `name-conflict` or Skipped, before anything is fetched, where that is already certain. */
export async function checkName(disk: Disk, place: Place, onConflict: OnConflict): Promise<void> {
  if (onConflict === 'rename' || onConflict === 'overwrite') return;
  for (const path of [finalPath(place), partPath(place), journalPath(place)]) {
    if ((await disk.facts(path)) === null) continue;
    if (onConflict === 'skip') throw new Skipped(finalPath(place));
    throw new SatchelError('name-conflict', path);
  }
}

export interface ClaimOptions {
  readonly onConflict: OnConflict;
  readonly notes: Readonly<Record<string, unknown>>;
  /** Names already set aside that the new download replaces when it is done. */
  readonly replaces: readonly string[];
}

/** Reserves a name for a new download, as the user wants conflicts settled. */
export async function claimName(
  around: Surroundings,
  wanted: Place,
  options: ClaimOptions,
): Promise<PartialFile> {
  const { onConflict } = options;
  await checkName(around.disk, wanted, onConflict);
  const replaces = [...options.replaces];
  if (onConflict === 'overwrite') replaces.push(...(await setAside(around.disk, wanted)));
  const notes = { ...options.notes, [NOTES.replaces]: replaces };
  for (let n = 0; ; n++) {
    const place = n === 0 ? wanted : { ...wanted, name: numberedName(wanted.name, n) };
    try {
      const replacing = onConflict === 'overwrite';
      return await createPartialFile(around, place, { id: newId(around.clock.now()), notes, replacing });
    } catch (error) {
      const taken = error instanceof SatchelError && error.code === 'name-conflict';
      if (!taken || onConflict !== 'rename') throw error;
    }
  }
}
