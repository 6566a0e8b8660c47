import { pipeline, Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { digestsOfBytes, readSpan } from '../bytes/checksum.ts';
import { SatchelError } from '../contract/errors.ts';
import { checksumText } from '../source/headers.ts';
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
  if (!note || isChecked(zip, entry)) return;
  const compute = (algorithms: readonly string[]) => digestsOfBytes(plainBytes(zip, number), algorithms);
  try {
    await checkDigests(note.digests, item.checksum, compute, signal);
  } catch (thrown) {
    if (thrown instanceof SatchelError && thrown.code === 'checksum-mismatch') await zip.release(number);
    throw thrown;
  }
  const [{ crc } = { crc: 0 }] = zip.entriesOf(number) ?? [];
  entry.note = { ...note, checked: { crc, sums: sumsOf(entry) } };
  await zip.file.keepNote(itemKey(number), entry.note);
}

/** A crash may come between an entry's last byte and the look at its checksums, and a checksum at any time. */
export function isChecked(zip: DirectZip, entry: Entry): boolean {
  const sums = sumsOf(entry);
  if (sums.length === 0) return true;
  const { checked } = entry.note ?? {};
  const [facts] = zip.entriesOf(entry.number) ?? [];
  return (
    checked !== undefined && checked.crc === facts?.crc && sums.every((sum) => checked.sums.includes(sum))
  );
}

function sumsOf({ item, note }: Entry): string[] {
  const wanted = item.checksum ? [checksumText(item.checksum)] : [];
  return [...(note?.digests ?? []), ...wanted];
}

/** An entry as it was before it was packed. */
function plainBytes(zip: DirectZip, number: number): AsyncIterable<Buffer> {
  const region = zip.file.region(number);
  const [facts] = zip.entriesOf(number) ?? [];
  if (!region || !facts) throw new SatchelError('internal', `no entry ${number}`);
  const bytes = readSpan(zip.file, region.offset, facts.compressedSize);
  if (facts.method === METHODS.stored) return bytes;
  const inflate = createInflateRaw();
  // A failure to read arrives at the reader of what is unpacked.
  pipeline(Readable.from(bytes), inflate, () => {});
  return inflate;
}
