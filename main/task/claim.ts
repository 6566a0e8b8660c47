import { createPartialFile, readJournal, removeStillborn, type Surroundings } from '../bytes/open.ts';
import {
  finalPath,
  JOURNAL_SUFFIX,
  journalPath,
  type PartialFile,
  type Place,
  partPath,
} from '../bytes/partial-file.ts';
import type { Replayed } from '../bytes/replay.ts';
import { earlierSetAside, setAside } from '../bytes/set-aside.ts';
import { SatchelError } from '../contract/errors.ts';
import { sourceKey, sourceKeyIfAny } from '../source/links.ts';
import { numberedName } from '../source/names.ts';
import type { Disk } from '../world/disk.ts';
import type { OnConflict } from './file-job.ts';
import { ItemNote, NOTES } from './notes.ts';
import { Skipped } from './skipped.ts';

/** A download found in a folder, to go on with. */
export interface Found {
  readonly place: Place;
  /** Of what it fetches: see sourceKey. */
  readonly key: string;
  /** Of the task that began it. */
  readonly id: string;
}

/**
 * The journals in a folder, by what they fetch. Those set aside under another name are left out, those whose place
 * is `known` to belong to others, and whatever else ends in `.satchel` but cannot be read as one.
 */
export async function findJournals(
  disk: Disk,
  folder: string,
  known: (place: Place) => boolean = () => false,
): Promise<Found[]> {
  const found: Found[] = [];
  for (const entry of (await disk.list(folder)).sort()) {
    if (!entry.endsWith(JOURNAL_SUFFIX)) continue;
    const place = { folder, name: entry.slice(0, -JOURNAL_SUFFIX.length) };
    if (known(place)) continue;
    const journal = await readJournal(disk, place).catch(() => null);
    const key = journal && keyOf(journal);
    if (journal && journal.name === place.name && key !== null) found.push({ place, key, id: journal.id });
  }
  return found;
}

/** What a journal's download fetches (sourceKey), or null where it does not say. */
export function keyOf({ notes }: Replayed): string | null {
  const item = ItemNote.safeParse(notes.get(NOTES.item));
  return item.success ? sourceKeyIfAny(item.data.url) : null;
}

/** The download to go on with: one of the same name, else one of the same address. */
export function matchJournal(journals: readonly Found[], url: string, out: string | null): Place | null {
  const named = out === null ? undefined : journals.find(({ place }) => place.name === out);
  const addressed = journals.find(({ key }) => key === sourceKey(url));
  return (named ?? addressed)?.place ?? null;
}

/** Throws `name-conflict` or Skipped, before anything is fetched, where that is already certain. */
export async function checkName(
  disk: Disk,
  place: Place,
  onConflict: OnConflict,
  replacing = false,
): Promise<void> {
  await removeStillborn(disk, place);
  const final = replacing ? [] : [finalPath(place)];
  return checkPaths(disk, place, [...final, partPath(place), journalPath(place)], onConflict);
}

/** The same for a download that has its journal and partial file: only where the file is to go may nothing be. */
export async function checkFinalName(disk: Disk, place: Place, onConflict: OnConflict): Promise<void> {
  return checkPaths(disk, place, [finalPath(place)], onConflict);
}

async function checkPaths(
  disk: Disk,
  place: Place,
  paths: readonly string[],
  onConflict: OnConflict,
): Promise<void> {
  if (onConflict === 'rename') return;
  for (const path of paths) {
    const facts = await disk.facts(path);
    if (facts === null) continue;
    // Whoever says overwrite speaks of a file.
    if (onConflict === 'overwrite' && facts.kind !== 'folder') continue;
    if (onConflict === 'skip') throw new Skipped(finalPath(place));
    throw new SatchelError('name-conflict', path);
  }
}

/** Whether a journal is of the same download: of the same address, or of the same package. */
export type IsSame = (journal: Replayed) => boolean;

export function fetches(url: string): IsSame {
  const wanted = sourceKey(url);
  return (journal) => keyOf(journal) === wanted;
}

/**
 * Names of what earlier runs of the same download have set aside under this name and were killed before they could
 * say what replaces it.
 */
export async function findSetAside(
  disk: Disk,
  place: Place,
  isSame: IsSame,
  onConflict: OnConflict,
): Promise<string[]> {
  return earlierSetAside(disk, place, (journal) => onConflict === 'overwrite' || isSame(journal));
}

export interface ClaimOptions {
  /** Of the task, a ULID. */
  readonly id: string;
  readonly isSame: IsSame;
  readonly onConflict: OnConflict;
  /** What has the wanted name is the task's own finished file, which stays until the new one is done. */
  readonly replacing: boolean;
  readonly notes: Readonly<Record<string, unknown>>;
  /** Names that go when it is done. */
  readonly replaces: readonly string[];
  /** An unfinished download that the new one replaces when it is done; set aside until then. */
  readonly instead: Place | null;
}

/** Reserves a name for a new download, as the user wants conflicts settled. */
export async function claimName(
  around: Surroundings,
  wanted: Place,
  options: ClaimOptions,
): Promise<PartialFile> {
  const { disk } = around;
  const { id, onConflict, replacing: ownFile, instead, isSame } = options;
  const replaces = new Set([...options.replaces, ...(await findSetAside(disk, wanted, isSame, onConflict))]);
  // Not before now: until a new download has really begun, the old one is the one to go on with.
  const aside = async (place: Place) => {
    for (const name of await setAside(disk, place)) replaces.add(name);
  };
  if (instead) await aside(instead);
  await checkName(disk, wanted, onConflict, ownFile);
  if (onConflict === 'overwrite') await aside(wanted);
  const notes = { ...options.notes, [NOTES.replaces]: [...replaces] };
  for (let n = 0; ; n++) {
    const place = n === 0 ? wanted : { ...wanted, name: numberedName(wanted.name, n) };
    try {
      const replacing = onConflict === 'overwrite' || (ownFile && n === 0);
      return await createPartialFile(around, place, { id, notes, replacing });
    } catch (error) {
      const taken = error instanceof SatchelError && error.code === 'name-conflict';
      if (!taken || onConflict !== 'rename') throw error;
    }
  }
}
