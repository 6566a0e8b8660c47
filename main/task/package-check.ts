import { Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { digestsOfBytes, readSpan } from '../bytes/checksum.ts';
import { SatchelError } from '../contract/errors.ts';
import type { DirectZip } from '../zip/direct-writer.ts';
import { METHODS } from '../zip/records.ts';
import { checkDigests } from './finish.ts';
import type { Entry } from './package-entries.ts';
import { itemKey } from './package-notes.ts';

/**
 * Compares an entry that is whole with every checksum known of it. Throws `checksum-mismatch`, without the entry any
 * more: its bytes are not what they should be.
 */
export async function checkEntry(zip: DirectZip, entry: Entry, signal: AbortSignal): Promise<void> {
  const { number, item, note } = entry;
  const digests = note?.digests ?? [];
  if (!note || isChecked(entry)) return;
  const compute = (algorithms: readonly string[]) => digestsOfBytes(plainBytes(zip, number), algorithms);
  try {
    await checkDigests(digests, item.checksum, compute, signal);
  } catch (thrown) {
    if (thrown instanceof SatchelError && thrown.code === 'checksum-mismatch') await zip.release(number);
    throw thrown;
  }
  entry.note = { ...note, checked: true };
  await zip.file.keepNote(itemKey(number), entry.note);
}

/** A crash may come between an entry's last byte and the look at its checksums. */
export function isChecked({ item, note }: Entry): boolean {
  return note?.checked === true || (item.checksum === null && (note?.digests ?? []).length === 0);
}

/** An entry as it was before it was packed. */
function plainBytes(zip: DirectZip, number: number): AsyncIterable<Buffer> {
  const region = zip.file.region(number);
  const [facts] = zip.entriesOf(number) ?? [];
  if (!region || !facts) throw new SatchelError('internal', `no entry ${number}`);
  const bytes = readSpan(zip.file, region.offset, facts.compressedSize);
  return facts.method === METHODS.stored ? bytes : Readable.from(bytes).pipe(createInflateRaw());
}
