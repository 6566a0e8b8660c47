import type { Writable } from 'node:stream';
import type { Compress } from '../contract/compress.ts';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import { EntryNames, entryPath } from '../zip/entry-names.ts';
import { FILE_MODE } from '../zip/records.ts';
import { MOST_STREAM_ENTRIES, type StreamEntry, type StreamedZip, streamZip } from '../zip/stream.ts';
import type { RunSurroundings } from './file-job.ts';
import type { PackageListener } from './package-job.ts';
import { StreamedFile, type StreamFile } from './stream-file.ts';
import { type Streamed, StreamedItem, type StreamItem } from './stream-item.ts';

/**
 * The next item is asked for when so many bytes are left of this one, or fewer. Its answer then waits no longer than a
 * server bears: one that waits for minutes is cut off, and a link that is good for once is lost with it.
 */
const ASK_AHEAD_BYTES = 1024 * 1024;
/** No block takes archiver as long as this to compress. */
const ARCHIVER_STALL_MS = 60_000;

export interface StreamJob {
  /** In the ZIP's order. */
  readonly items: readonly (StreamItem | StreamFile)[];
  readonly compress: Compress;
  /** Bytes that the ZIP was promised to have; see `ZipStreamOptions`. */
  readonly length?: number | null;
  /** Ended when the ZIP is whole, destroyed when it will never be. */
  readonly output: Writable;
  /** A failure before the first byte is not to look like an empty ZIP to whoever reads the output. */
  readonly neverEmpty: boolean;
  /** The first item is open: from now on bytes may come. */
  readonly onBegun?: () => void;
}

export type StreamListener = Pick<PackageListener, 'onPhase' | 'onFetch' | 'item'>;

/**
 * Streams remote files as a ZIP while they are fetched: nothing is on the disk, and memory stays flat. One item at a
 * time; the next one's answer is there when this one ends. An item that fails for good ends all, and the output never
 * looks whole. Throws a SatchelError that names the item.
 */
export async function streamPackage(
  job: StreamJob,
  around: RunSurroundings,
  listener: StreamListener,
  signal: AbortSignal,
): Promise<StreamedZip> {
  demandFew(job.items.length);
  const run = new StreamRun(job, around, listener, signal);
  try {
    return await run.run();
  } finally {
    run.close();
  }
}

/** Throws `bad-input` where there are too many. */
export function demandFew(items: number): void {
  if (items <= MOST_STREAM_ENTRIES) return;
  throw new SatchelError('bad-input', `a ZIP that is streamed has at most ${MOST_STREAM_ENTRIES} items`);
}

interface Ahead {
  readonly index: number;
  readonly streamed: Streamed;
  readonly opened: Promise<void>;
}

class StreamRun {
  readonly #job: StreamJob;
  readonly #around: RunSurroundings;
  readonly #listener: StreamListener;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #names = new EntryNames();
  #ahead: Ahead | null = null;
  #current: Streamed | null = null;
  /** The present one waits for its server. */
  #waits = false;
  #failure: SatchelError | null = null;

  constructor(job: StreamJob, around: RunSurroundings, listener: StreamListener, signal: AbortSignal) {
    this.#job = job;
    this.#around = around;
    this.#listener = listener;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  async run(): Promise<StreamedZip> {
    const { output, compress, neverEmpty, length = null } = this.#job;
    this.#listener.onPhase('fetching');
    this.#listener.onFetch(() => [
      ...(this.#current?.segments ?? []),
      ...(this.#ahead?.streamed.segments ?? []),
    ]);
    try {
      return await streamZip({
        ...{ output, compress, neverEmpty, length, clock: this.#around.clock, signal: this.#signal },
        entries: this.#entries(),
        stallMs: ARCHIVER_STALL_MS,
        onEntry: () => this.#listenerOf(this.#current)?.onState('done', null),
      });
    } catch (thrown) {
      throw this.#failed(asSatchelError(thrown));
    }
  }

  /** Whatever is under way ends. */
  close(): void {
    this.#stop.abort(new SatchelError('cancelled'));
    this.#current?.close();
    this.#ahead?.streamed.close();
  }

  async *#entries(): AsyncGenerator<StreamEntry, void> {
    for (const index of this.#job.items.keys()) yield await this.#entry(index);
  }

  async #entry(index: number): Promise<StreamEntry> {
    const { streamed, opened } = this.#ahead?.index === index ? this.#ahead : this.#open(index);
    this.#ahead = null;
    this.#waits = false;
    this.#current = streamed;
    streamed.begin();
    await this.#guarded(opened);
    if (index === 0) this.#job.onBegun?.();
    const name = this.#names.claim(entryPath(streamed.wantedName));
    this.#listenerOf(streamed)?.onName(name);
    return {
      name,
      modified: streamed.modified ?? this.#around.clock.now(),
      mode: FILE_MODE,
      mediaType: streamed.mediaType,
      size: streamed.size,
      body: this.#body(streamed, index),
    };
  }

  async *#body(streamed: Streamed, index: number): AsyncGenerator<Buffer, void> {
    const askAhead = () => {
      const { left } = streamed;
      this.#waits = false;
      if (left !== null && left <= ASK_AHEAD_BYTES) this.#askAhead(index + 1);
    };
    try {
      yield* streamed.body(askAhead);
    } catch (thrown) {
      this.#failure ??= asSatchelError(thrown);
      throw thrown;
    }
  }

  #askAhead(index: number): void {
    if (this.#ahead || index >= this.#job.items.length) return;
    const ahead = this.#open(index);
    this.#ahead = ahead;
    // A failure is told when its turn has come.
    ahead.opened.then(
      () => this.#letRest(),
      () => {},
    );
  }

  /** What was asked ahead must not hold the connection that the present one waits for. */
  #letRest(): void {
    if (this.#waits) this.#ahead?.streamed.rest();
  }

  #open(index: number): Ahead {
    const streamed = this.#streamed(this.#job.items[index] as StreamItem | StreamFile);
    return { index, streamed, opened: streamed.open() };
  }

  #streamed(item: StreamItem | StreamFile): Streamed {
    const listener = this.#listener.item(item.id);
    if ('path' in item) return new StreamedFile(item, this.#around.disk, listener);
    return new StreamedItem(item, {
      around: this.#around,
      signal: this.#signal,
      listener,
      onWaiting: () => {
        this.#waits = true;
        this.#letRest();
      },
    });
  }

  async #guarded(opened: Promise<void>): Promise<void> {
    try {
      await opened;
    } catch (thrown) {
      this.#failure ??= asSatchelError(thrown);
      throw thrown;
    }
  }

  #listenerOf(streamed: Streamed | null) {
    return streamed ? this.#listener.item(streamed.id) : null;
  }

  /** An item's own failure is told with its name. */
  #failed(error: SatchelError): SatchelError {
    const current = this.#current;
    const own = error === this.#failure || error.code === 'length-mismatch';
    if (error.code === 'cancelled' || !own) this.#listenerOf(current)?.onState('waiting', null);
    else this.#listenerOf(current)?.onState('failed', error);
    if (!current || error.code === 'cancelled' || error !== this.#failure) return error;
    const name = current.label;
    const { code, status } = error;
    const detail = error.detail === undefined ? name : `${name}: ${error.detail}`;
    return new SatchelError(code, detail, { cause: error, ...(status === undefined ? {} : { status }) });
  }
}
