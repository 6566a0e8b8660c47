import { decodeJournal, type SealedRecord } from './journal.ts';
import { JournalWriter } from './journal-writer.ts';
import type { Surroundings } from './open.ts';
import { journalPath, type Place } from './partial-file.ts';

/**
 * Gives a sealed download, which is not in place yet, another final name: the last seal counts. The caller holds its
 * lock.
 */
export async function reseal(
  { disk, clock }: Surroundings,
  place: Place,
  { length, digests }: SealedRecord,
  name: string,
): Promise<void> {
  const text = decodeJournal(await disk.readWhole(journalPath(place)));
  const file = await disk.open(journalPath(place));
  try {
    await file.truncate(text.goodLength);
    const journal = new JournalWriter(file, clock, text.goodLength);
    await journal.append({ t: 'sealed', name, length, digests });
    await journal.sync();
  } finally {
    await file.close();
  }
}
