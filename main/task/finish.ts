import { basename } from 'node:path';
import { digestsOf } from '../bytes/checksum.ts';
import { putInPlace } from '../bytes/commit.ts';
import type { Opened } from '../bytes/open.ts';
import {
  finalPath,
  journalPath,
  type PartialFile,
  type Place,
  partPath,
  type Region,
} from '../bytes/partial-file.ts';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import { type Checksum, parseChecksum } from '../source/headers.ts';
import { numberedName } from '../source/names.ts';
import type { Disk } from '../world/disk.ts';
import type { FileResult, OnConflict } from './file-job.ts';
import { NameList, NOTES } from './notes.ts';
import type { FinishedFile } from './record.ts';

/**
 * Every checksum that is known, the user's and the server's; gives the digests of what is there. Throws
 * `checksum-mismatch`, or why it was told to stop: reading back a large file takes long.
 */
export async function verify(
  { file, region }: { readonly file: PartialFile; readonly region: Pick<Region, 'have'> },
  total: number,
  wanted: Checksum | null,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const sent = NameList.safeParse(file.note(NOTES.digests)).data ?? [];
  const compute = (algorithms: readonly string[]) => digestsOf(file, total, algorithms);
  const digests = await checkDigests(sent, wanted, compute, signal);
  const crc = region.have.crcOf(total) ?? 0;
  return { crc32: crc.toString(16).padStart(8, '0'), ...digests };
}

/**
 * Compares what `compute` gives with the checksums that were sent along (`ALGO:HEX`) and the one that is wanted. Throws
 * `checksum-mismatch`, or why it was told to stop.
 */
export async function checkDigests(
  sent: readonly string[],
  wanted: Checksum | null,
  compute: (algorithms: readonly string[]) => Promise<Record<string, string>>,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const expected = sent.map(parseChecksum);
  if (wanted) expected.push(wanted);
  const algorithms = [...new Set(expected.map(({ algorithm }) => algorithm))];
  const digests = await unlessStopped(compute(algorithms), signal);
  for (const { algorithm, hex } of expected) {
    if (digests[algorithm] !== hex) {
      throw new SatchelError('checksum-mismatch', `${algorithm} is ${digests[algorithm]}, not ${hex}`);
    }
  }
  return digests;
}

async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // Left behind, it fails on the closed file, and nobody wants to know.
  work.catch(() => {});
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(asSatchelError(signal.reason));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * The name to seal a download with. One that somebody has taken since it began is left to him: the seal must say the
 * name that the file will have, or a crash right after the move would not find it again.
 */
export async function nameToSeal(
  disk: Disk,
  place: Place,
  wanted: string,
  onConflict: OnConflict,
): Promise<string> {
  if (onConflict !== 'rename') return wanted;
  for (let n = 0; ; n++) {
    const name = n === 0 ? wanted : numberedName(wanted, n);
    const there = { ...place, name };
    // Another journal of the name has reserved it, though it is not there yet.
    const reserved = name !== place.name && (await disk.facts(journalPath(there))) !== null;
    if (!reserved && (await disk.facts(finalPath(there))) === null) return name;
  }
}

export interface PlacingOptions {
  readonly onConflict: OnConflict;
  readonly replaces: readonly string[];
  /** Is told of the finished file before its journal goes, and awaited. */
  readonly onInPlace: (finished: FinishedFile) => Promise<void>;
}

/** Puts a sealed download in its place; gives the path it has got. The name may be taken even now. */
export async function putUnderFreeName(
  disk: Disk,
  place: Place,
  wanted: string,
  { onConflict, replaces, onInPlace }: PlacingOptions,
): Promise<string> {
  const onPlaced = async (path: string) => {
    const facts = await disk.facts(path);
    if (facts) await onInPlace({ path, bytes: facts.size, modified: facts.modified });
  };
  for (let n = 0; ; n++) {
    const name = n === 0 ? wanted : numberedName(wanted, n);
    try {
      const onTaken = onConflict === 'overwrite' ? 'replace' : 'fail';
      await putInPlace(disk, place, name, { onTaken, replaces, onPlaced });
      return finalPath({ folder: place.folder, name });
    } catch (error) {
      const taken = error instanceof SatchelError && error.code === 'name-conflict';
      if (!taken || onConflict !== 'rename') throw error;
    }
  }
}

export type Sealed = Extract<Opened, { kind: 'sealed' }>;

/**
 * Does the last step of a sealed download, and lets go of it. Null where somebody has taken the finished file away
 * since: then only its journal goes. Throws `name-conflict`, and `corrupt-journal` for a name that is a path: the
 * journal may come from another machine.
 */
export async function finishSealed(
  disk: Disk,
  place: Place,
  { sealed, notes, lock }: Sealed,
  options: Omit<PlacingOptions, 'replaces'>,
): Promise<FileResult | null> {
  const { name, length } = sealed;
  try {
    if (basename(name) !== name) throw new SatchelError('corrupt-journal', journalPath(place));
    if (!(await holdsSealed(disk, place, sealed))) {
      await disk.remove(journalPath(place));
      return null;
    }
    const replaces = NameList.safeParse(notes.get(NOTES.replaces)).data ?? [];
    const path = await putUnderFreeName(disk, place, name, { ...options, replaces });
    return { path, bytes: length, already: true };
  } finally {
    await lock.release();
  }
}

async function holdsSealed(disk: Disk, place: Place, { name, length }: Sealed['sealed']): Promise<boolean> {
  const facts = (await disk.facts(partPath(place))) ?? (await disk.facts(finalPath({ ...place, name })));
  return facts?.kind === 'file' && facts.size === length;
}
