import { readJournal } from '../bytes/open.ts';
import type { Disk } from '../world/disk.ts';
import { discardPartial, sealedInPlace } from './discard.ts';
import type { FileResult } from './file-job.ts';
import { isStill } from './finished-file.ts';
import { replaceFinished, type TaskRecord } from './record.ts';

/** A crash between putting a file in place and saying so leaves a task that is done already; null: it is not. */
export async function alreadyDone(disk: Disk, record: TaskRecord): Promise<FileResult | null> {
  const { finished, startOver, place } = record;
  if (!finished || startOver || !(await isStill(disk, finished))) return null;
  if (place) await discardPartial(disk, place);
  return { path: finished.path, bytes: finished.bytes, already: true };
}

/**
 * Makes sure of what is there to go on with, or to replace. True when somebody has taken the journal away: without it
 * nothing of the partial file is to be believed.
 */
export async function lookAtPlace(disk: Disk, record: TaskRecord): Promise<boolean> {
  const { startOver, place } = record;
  if (startOver) {
    if (place) record.finished ??= await sealedInPlace(disk, place).catch(() => null);
    replaceFinished(record);
  }
  // Gone, or no longer the one.
  record.finished = null;
  if (!place || (await readJournal(disk, place).catch(() => null))?.id === place.journalId) return false;
  record.place = null;
  return true;
}
