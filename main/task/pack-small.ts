import { asSatchelError } from '../contract/errors.ts';
import type { DiskThread, ReadFile } from '../world/disk-thread.ts';
import { deflateWhole } from '../zip/deflate.ts';
import type { EntryRef, WholeEntry } from '../zip/direct-writer.ts';
import { METHODS } from '../zip/records.ts';
import type { NamedEntry } from './pack-job.ts';
import type { PackTools } from './pack-tools.ts';
import { filesKey } from './packed-before.ts';
import { packingOf } from './packing.ts';

/** Files up to so many bytes are read by another thread, many at a time. */
export const SMALL_BYTES = 64 * 1024;

interface Small {
  readonly from: NamedEntry;
  readonly whole: WholeEntry;
}

/**
 * Packs folders and small files, many in one write. What turns out to have grown is given to `onLarge`; where each
 * entry is, to `onPacked`.
 */
export async function packSmall(
  entries: readonly NamedEntry[],
  tools: PackTools,
  thread: DiskThread,
  on: { onPacked(path: string, ref: EntryRef): void; onLarge(entry: NamedEntry): void },
): Promise<void> {
  const { signal, listener, zip, before } = tools;
  let written: Promise<void> = Promise.resolve();
  const write = async (smalls: readonly Small[]): Promise<void> => {
    if (smalls.length === 0) return;
    const number = before.newNumber();
    const paths = smalls.map(({ from }) => from.path);
    await zip.put(
      number,
      smalls.map(({ whole }) => whole),
      { [filesKey(number)]: paths },
    );
    for (const [index, path] of paths.entries()) on.onPacked(path, { region: number, index });
    listener.onJournaled(smalls.reduce((sum, { from }) => sum + from.size, 0));
  };
  for await (const read of thread.read(entries)) {
    if (signal.aborted) throw asSatchelError(signal.reason);
    // The next batch is packed while this one is written.
    const smalls = await Promise.all(read.map((file) => smallOf(file, entries, tools, on)));
    await written;
    written = write(smalls.filter((small) => small !== null));
    written.catch(() => {});
  }
  await written;
}

async function smallOf(
  file: ReadFile,
  entries: readonly NamedEntry[],
  { job, listener }: PackTools,
  { onLarge }: { onLarge(entry: NamedEntry): void },
): Promise<Small | null> {
  const from = entries[file.index] as NamedEntry;
  if (file.kind === 'failed') {
    listener.onProblem(from.path, file.error);
    return null;
  }
  if (file.kind === 'large') {
    onLarge(from);
    return null;
  }
  const { bytes, crc, size, modified, mode } = file;
  const facts = { name: from.entry, crc, size, modified, mode };
  const stored = { facts: { ...facts, method: METHODS.stored, compressedSize: size }, buffers: [bytes] };
  const { level, trial } = packingOf(job.compress, from.entry, null);
  if (level === null || size === 0) return { from, whole: stored };
  const packed = await deflateWhole([bytes], level);
  if (trial && packed.size >= size) return { from, whole: stored };
  const deflated = { ...facts, method: METHODS.deflated, compressedSize: packed.size };
  return { from, whole: { facts: deflated, buffers: packed.bytes } };
}

const FOLDERS_AT_ONCE = 256;

/** Folders are entries without bytes. */
export async function packFolders(
  folders: readonly NamedEntry[],
  { zip, before }: PackTools,
  onPacked: (path: string, ref: EntryRef) => void,
): Promise<void> {
  for (let at = 0; at < folders.length; at += FOLDERS_AT_ONCE) {
    const some = folders.slice(at, at + FOLDERS_AT_ONCE);
    const number = before.newNumber();
    const entries = some.map(({ entry, modified, mode }) => {
      const nothing = { method: METHODS.stored, crc: 0, size: 0, compressedSize: 0 };
      return { facts: { name: entry, modified, mode, ...nothing }, buffers: [] };
    });
    await zip.put(number, entries, { [filesKey(number)]: some.map(({ path }) => path) });
    for (const [index, { path }] of some.entries()) onPacked(path, { region: number, index });
  }
}
