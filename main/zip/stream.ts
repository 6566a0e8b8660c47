import { Readable, type Writable } from 'node:stream';
import { ZipArchive } from 'archiver';
import type { Compress } from '../contract/compress.ts';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import type { Clock } from '../world/clock.ts';
import { chunksOf, type Flowing } from './archive-chunks.ts';
import { storeInBlocks } from './archiver-stored.ts';
import { gains, isTextLike } from './compressible.ts';
import { EntryNames, entryPath } from './entry-names.ts';
import { HeldOutput } from './held-output.ts';
import { SharedFate } from './shared-fate.ts';
import { StoredBlocks } from './stored-blocks.ts';
import { StreamBody, type StreamEntry } from './stream-body.ts';
import { archiveError } from './stream-errors.ts';
import { WHOLE_BYTES } from './stream-length.ts';
import { ZipTail } from './zip-tail.ts';

export type { StreamEntry } from './stream-body.ts';

/** archiver keeps 7.5 KB of each entry for the directory, and writes that at its end without waiting for anybody. */
export const MOST_STREAM_ENTRIES = 50_000;
/** Bytes of whole entries that may wait inside archiver, which takes them however slow the output is. */
const WAITING_BYTES = 1024 * 1024;
const USUAL_LEVEL = 6;
const CHUNK_BYTES = 128 * 1024;
/** archiver makes the first day of 1980 or the last of 2043 of what lies outside, but only of what is a date at all. */
const EARLIEST = 0;
const LATEST = Date.UTC(2107, 0, 1);

/** What of archiver is used. */
export interface Archive extends Flowing {
  append(
    source: Readable | Buffer,
    data: { name: string; date: Date; mode: number; store: boolean },
  ): unknown;
  finalize(): Promise<void>;
  destroy(error?: Error): unknown;
}

export interface ArchiveOptions {
  readonly forceLocalTime: true;
  /** Looked at again for every entry. */
  readonly zlib: { readonly level: number; readonly chunkSize: number };
}

export interface ZipStreamOptions {
  /** The next one is asked for when the last one is written. */
  readonly entries: AsyncIterable<StreamEntry>;
  /** Ended when the ZIP is whole, destroyed when it will never be. */
  readonly output: Writable;
  readonly compress: Compress;
  /** Bytes that somebody was promised, as `streamLength` counts them: not one more, and no end with fewer. */
  readonly length?: number | null;
  readonly clock: Clock;
  /** Longer than this archiver may not stand still while neither a source nor the output is waited for. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
  /** What fails before its first byte is not to look like an empty ZIP either. Where the output has no other way to tell. */
  readonly neverEmpty?: boolean;
  /** An entry's bytes are all in archiver's hands. */
  readonly onEntry?: (entry: StreamEntry) => void;
  /** Left out: archiver. */
  readonly createArchive?: (options: ArchiveOptions) => Archive;
}

export interface StreamedZip {
  readonly entries: number;
  /** Of the ZIP. */
  readonly bytes: number;
}

/**
 * Builds a ZIP into an output that cannot seek, by archiver, which is not trusted: one entry at a time, and whatever
 * goes wrong ends everything (its sources, archiver, the output) at once. Then what was written is never a ZIP that
 * looks whole, not even to readers that go from header to header: its last bytes are kept back until more follow.
 * Entries whose size is not known before are deflated, with blocks that only wrap the bytes where nothing is to be
 * gained: STORE with a data descriptor (APPNOTE 4.3.9) is refused by Java and others that read from a stream.
 * Throws a SatchelError: that of the source, `cancelled` when the reader of the output has gone, `length-mismatch`
 * where an entry has not its size, `bad-input` above 50,000 entries.
 */
export function streamZip(options: ZipStreamOptions): Promise<StreamedZip> {
  return new ZipStream(options).run();
}

class ZipStream {
  readonly #options: ZipStreamOptions;
  readonly #archive: Archive;
  readonly #fate: SharedFate;
  readonly #output: HeldOutput;
  readonly #zlib = { level: USUAL_LEVEL, chunkSize: CHUNK_BYTES };
  readonly #names = new EntryNames();
  readonly #tail = new ZipTail();
  readonly #iterator: AsyncIterator<StreamEntry>;
  #body: StreamBody | null = null;
  #source: Readable | null = null;
  /** For the present entry, when it is streamed and nothing is to be gained. */
  #blocks: StoredBlocks | null = null;
  #entries = 0;
  /** Bytes of stored entries that archiver was given and that have not come out of it yet, about. */
  #waiting = 0;
  #onProgress: (() => void) | null = null;
  #onEntry: (() => void) | null = null;
  #finalized = false;

  constructor(options: ZipStreamOptions) {
    this.#options = options;
    const { clock, stallMs } = options;
    this.#fate = new SharedFate({ clock, stallMs, onFail: (error) => this.#cut(error) });
    this.#output = new HeldOutput(options.output, this.#fate);
    this.#iterator = options.entries[Symbol.asyncIterator]();
    const usual = (how: ArchiveOptions) =>
      storeInBlocks(new ZipArchive(how) as unknown as Archive, () => this.#blocks);
    const create = options.createArchive ?? usual;
    this.#archive = create({ forceLocalTime: true, zlib: this.#zlib });
    this.#archive.on('entry', () => this.#onEntry?.());
    for (const event of ['error', 'warning']) {
      this.#archive.on(event, (thrown: unknown) => this.#fate.fail(archiveError(thrown)));
    }
  }

  async run(): Promise<StreamedZip> {
    const { signal } = this.#options;
    const onAbort = () => this.#fate.fail(asSatchelError(signal.reason));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal.aborted) onAbort();
      this.#output.watch();
      this.#fate.watch();
      const [bytes] = await this.#fate.unlessFailed(Promise.all([this.#pump(), this.#feed()]));
      return { entries: this.#entries, bytes };
    } catch (thrown) {
      this.#fate.fail(asSatchelError(thrown));
      throw this.#fate.error ?? thrown;
    } finally {
      this.#fate.close();
      this.#output.unwatch();
      signal.removeEventListener('abort', onAbort);
    }
  }

  // ---- in

  async #feed(): Promise<void> {
    for (;;) {
      const next = await this.#next();
      if (next.done) break;
      await this.#add(next.value);
    }
    this.#finalized = true;
    // It may never settle, or too early: what comes out is what counts.
    this.#archive.finalize().catch(() => {});
  }

  #next(): Promise<IteratorResult<StreamEntry>> {
    const asked = this.#iterator.next();
    // What comes when all has failed already is nobody's any more, and its source would stay open.
    asked.then(
      (next) => {
        if (this.#fate.error && !next.done) new StreamBody(next.value).close();
      },
      () => {},
    );
    return this.#fate.waitingFor(asked);
  }

  async #add(entry: StreamEntry): Promise<void> {
    this.#demandFew();
    this.#demandSafe(entry.name);
    this.#body = new StreamBody(entry);
    if (this.#fate.error) this.#body.close();
    const head = this.#wantsHead(entry)
      ? await this.#fate.waitingFor(this.#body.head(WHOLE_BYTES))
      : Buffer.alloc(0);
    const level = entry.name.endsWith('/') ? null : await this.#levelOf(entry, head);
    const whole = this.#body.ended;
    this.#zlib.level = level ?? 0;
    // A whole one has no use for large buffers.
    this.#zlib.chunkSize = whole ? 16 * 1024 : CHUNK_BYTES;
    this.#blocks = level === null ? new StoredBlocks(entry.size) : null;
    // An empty one archiver stores anyway, but with a data descriptor unless it is told to.
    const store = whole && (level === null || head.length === 0);
    if (store) this.#waiting += head.length;
    await this.#append(entry, whole ? head : this.#sourceOf(this.#body, head), store);
    this.#options.onEntry?.(entry);
    await this.#settle();
  }

  #demandFew(): void {
    this.#entries += 1;
    if (this.#entries <= MOST_STREAM_ENTRIES) return;
    const detail = `a ZIP that is streamed has at most ${MOST_STREAM_ENTRIES} entries`;
    throw new SatchelError('bad-input', detail);
  }

  /** archiver takes away from a name what it does not like, and has no eye for doubles. */
  #demandSafe(name: string): void {
    const isSafe = entryPath(name, { folder: name.endsWith('/') }) === name;
    if (isSafe && this.#names.claim(name) === name) return;
    throw new SatchelError('path-unsafe', `not a name for an entry of a ZIP: ${name}`);
  }

  /** Where size and name say all, its header can go out before its first byte is here. */
  #wantsHead({ name, mediaType, size }: StreamEntry): boolean {
    const isLarge = size !== null && size > WHOLE_BYTES;
    return !isLarge || (this.#options.compress === 'auto' && isTextLike(name, mediaType));
  }

  /** Null: not at all. */
  async #levelOf({ name, mediaType }: StreamEntry, head: Buffer): Promise<number | null> {
    const { compress } = this.#options;
    if (compress === 'store') return null;
    if (compress !== 'auto') return compress;
    return isTextLike(name, mediaType) && (await gains(head)) ? USUAL_LEVEL : null;
  }

  #append({ name, modified, mode }: StreamEntry, source: Readable | Buffer, store: boolean): Promise<void> {
    const added = new Promise<void>((resolve) => {
      this.#onEntry = resolve;
    });
    const known = Number.isFinite(modified) ? modified : this.#options.clock.now();
    const date = new Date(Math.min(LATEST, Math.max(EARLIEST, known)));
    this.#archive.append(source, { name, date, mode: mode & 0o7777, store });
    return this.#fate.unlessFailed(added);
  }

  /** It never has an error: archiver would end the entry in order, and it would look whole. */
  #sourceOf(body: StreamBody, head: Buffer): Readable {
    const pull = async (source: Readable) => {
      try {
        const bytes = await this.#fate.waitingFor(body.next());
        source.push(bytes);
      } catch (thrown) {
        this.#fate.fail(asSatchelError(thrown));
      }
    };
    this.#source = new Readable({
      highWaterMark: CHUNK_BYTES,
      read() {
        void pull(this);
      },
    });
    this.#source.push(head);
    return this.#source;
  }

  /** archiver takes whole entries however many wait already. */
  async #settle(): Promise<void> {
    while (this.#waiting > WAITING_BYTES) {
      const progress = new Promise<void>((resolve) => {
        this.#onProgress = resolve;
      });
      await this.#fate.unlessFailed(progress);
    }
  }

  // ---- out

  /** Gives how many bytes. */
  async #pump(): Promise<number> {
    let bytes = 0;
    for await (const chunk of chunksOf(this.#archive)) {
      this.#fate.progress();
      bytes += chunk.length;
      this.#demandLength(bytes, false);
      this.#tail.push(chunk);
      this.#waiting = Math.max(0, this.#waiting - chunk.length);
      this.#onProgress?.();
      await this.#output.push(chunk);
    }
    // It has ended early before.
    if (!this.#finalized || !this.#tail.endsZipOf(this.#entries))
      throw archiveError('archiver ended too early');
    this.#demandLength(bytes, true);
    await this.#output.end();
    return bytes;
  }

  #demandLength(bytes: number, ended: boolean): void {
    const { length = null } = this.#options;
    if (length === null || bytes === length || (bytes < length && !ended)) return;
    throw archiveError(`it has ${bytes} bytes${ended ? '' : ' or more'}, and ${length} were promised`);
  }

  // ---- the end before the end

  #cut(error: SatchelError): void {
    // First: nothing more may come out.
    this.#archive.destroy(error);
    this.#source?.destroy();
    this.#body?.close();
    this.#iterator.return?.().catch(() => {});
    this.#output.cut(error, this.#options.neverEmpty === true);
  }
}
