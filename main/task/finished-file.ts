import type { Disk } from '../world/disk.ts';
import type { FinishedFile } from './record.ts';

/** Times of files are kept to 2 s by FAT, and to less than a millisecond by nobody who copies them. */
const SAME_TIME_MS = 2000;

/**
 * The file is there as it was finished. Told by its length and its time, not by its inode: that is another one after
 * a restore, and its device another after a restart.
 */
export async function isStill(disk: Disk, { path, bytes, modified }: FinishedFile): Promise<boolean> {
  const facts = await disk.facts(path);
  return (
    facts?.kind === 'file' && facts.size === bytes && Math.abs(facts.modified - modified) <= SAME_TIME_MS
  );
}
