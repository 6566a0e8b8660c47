import type { Sink } from '../bytes/partial-file.ts';
import type { Span } from '../bytes/piece-map.ts';
import type { Compress } from '../contract/compress.ts';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import type { Disk, DiskFile, FileFacts } from '../world/disk.ts';
import type { EntryMaker, ZipTools } from './entry-maker.ts';
import type { RunListener } from './file-job.ts';
import { packingOf } from './packing.ts';

const READ_BYTES = 1024 * 1024;
const FILE_TYPE = 0o100000;

export interface LocalOptions extends Pick<ZipTools, 'zip' | 'lane'> {
  readonly disk: Disk;
  readonly compress: Compress;
  readonly listener: Pick<RunListener, 'onFacts' | 'onJournaled'>;
  readonly signal: AbortSignal;
  /** It has its place. */
  readonly onPlaced: () => void;
}

/**
 * Brings a file of this machine into a ZIP, or the rest of it where it is the same file still. Throws `not-found`,
 * `permission`, or `source-changed` when it is changed while it is read.
 */
export async function packLocal(path: string, maker: EntryMaker, options: LocalOptions): Promise<void> {
  const { zip, disk, listener } = options;
  const facts = await factsOf(disk, path);
  const seen = { size: facts.size, modified: facts.modified };
  const unchanged = maker.note?.seen?.size === seen.size && maker.note.seen.modified === seen.modified;
  if (zip.file.region(maker.number) && !unchanged) await zip.release(maker.number);
  const name = path.split(/[/\\]/).at(-1) ?? path;
  const mode = FILE_TYPE | facts.mode;
  await maker.announce({ path, name, facts: null, digests: [], modified: facts.modified, mode, seen });
  const target = await targetOf(maker, seen.size, options);
  listener.onFacts({ received: maker.have?.bytes ?? 0, total: seen.size, resumable: true, etag: null });
  const file = await disk.openToRead(path);
  try {
    for (const gap of maker.have?.gaps(seen.size) ?? []) await copy(file, target, maker.number, gap, options);
    await demandUnchanged(disk, path, seen);
  } catch (thrown) {
    // What is here is of two versions.
    if (asSatchelError(thrown).code === 'source-changed') await zip.release(maker.number);
    throw thrown;
  } finally {
    await file.close();
  }
  await maker.finish(seen.size);
}

async function targetOf(maker: EntryMaker, size: number, options: LocalOptions): Promise<Sink> {
  const { zip, lane, compress, onPlaced } = options;
  const { number, note } = maker;
  const there = zip.file.region(number);
  const name = note?.name ?? '';
  const packing = packingOf(compress, name, null);
  if (there ? there.length === null : packing.level !== null) return maker.openSink(size, packing);
  if (!there) {
    await lane.pass(number);
    await zip.reserve(number, { name, modified: note?.modified ?? 0 }, size);
  }
  onPlaced();
  return zip.file;
}

async function copy(
  file: DiskFile,
  target: Sink,
  number: number,
  gap: Span,
  { signal, listener }: LocalOptions,
): Promise<void> {
  const read = (at: number) => guard(file.read(at, Math.min(READ_BYTES, gap.end - at)));
  let next = read(gap.start);
  for (let at = gap.start; at < gap.end; ) {
    const bytes = await next;
    if (signal.aborted) throw asSatchelError(signal.reason);
    if (bytes.length === 0) throw new SatchelError('source-changed', `${file.path} has become shorter`);
    const from = at;
    at += bytes.length;
    // The next one is read while this one is written.
    if (at < gap.end) next = read(at);
    await target.write(number, from, [bytes]);
    listener.onJournaled(bytes.length);
  }
}

/** Its failure is looked at when its turn comes, and is not nobody's until then. */
function guard<T>(reading: Promise<T>): Promise<T> {
  reading.catch(() => {});
  return reading;
}

async function factsOf(disk: Disk, path: string): Promise<FileFacts> {
  const facts = await disk.facts(path);
  if (facts === null) throw new SatchelError('not-found', path);
  if (facts.kind !== 'file') throw new SatchelError('bad-input', `not a file: ${path}`);
  return facts;
}

async function demandUnchanged(
  disk: Disk,
  path: string,
  seen: { readonly size: number; readonly modified: number },
): Promise<void> {
  const now = await disk.facts(path);
  if (now?.size !== seen.size || now.modified !== seen.modified) {
    throw new SatchelError('source-changed', `${path} was changed while it was read`);
  }
}
