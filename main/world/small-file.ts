import { dirname } from 'node:path';
import type { Disk } from './disk.ts';

/** For what only this user may read. */
export const PRIVATE = 0o600;

/**
 * Writes a small file whole, readable by this user only: whoever opens it finds the old content or the new, after a
 * power cut too. One writer at a time; what a killed one has left of `PATH.new` is cleared.
 */
export async function writeWhole(disk: Disk, path: string, content: Buffer): Promise<void> {
  await disk.replace(await writeBeside(disk, path, content), path);
  await disk.syncFolder(dirname(path));
}

/** Writes a file that must not be there yet: `name-conflict` when it is. It is there whole, or not at all. */
export async function writeNew(disk: Disk, path: string, content: Buffer): Promise<void> {
  await disk.moveIntoPlace(await writeBeside(disk, path, content), path);
  await disk.syncFolder(dirname(path));
}

async function writeBeside(disk: Disk, path: string, content: Buffer): Promise<string> {
  const beside = `${path}.new`;
  await disk.remove(beside);
  // Private from its first moment on: a chmod afterwards would leave a moment in which anybody can open it.
  const file = await disk.create(beside, PRIVATE);
  try {
    await file.write([content], 0);
    await file.sync();
  } finally {
    await file.close();
  }
  return beside;
}
