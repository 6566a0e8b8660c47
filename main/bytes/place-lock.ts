import type { Disk } from '../world/disk.ts';
import { type Lock, takeLock } from '../world/lock.ts';
import { journalPath, type Place } from './partial-file.ts';

/** `NAME.satchel` and `NAME.part` of one place are worked on by one process at a time. */
async function lockPlace(disk: Disk, place: Place): Promise<Lock> {
  return takeLock(journalPath({ ...place, folder: await disk.realFolder(place.folder) }));
}

/** Runs `work` under the lock of a place, which it keeps on success and gives back on failure. */
export async function keepingLock<T>(disk: Disk, place: Place, work: (lock: Lock) => Promise<T>): Promise<T> {
  const lock = await lockPlace(disk, place);
  try {
    return await work(lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Runs `work` under the lock of a place and gives it back. Throws `already-running` when another has it. */
export async function whileLocked<T>(disk: Disk, place: Place, work: () => Promise<T>): Promise<T> {
  const lock = await lockPlace(disk, place);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
