import { asSatchelError, SatchelError } from '../contract/errors.ts';
import { type Clock, delay } from '../world/clock.ts';
import type { FirstAnswer } from './crew.ts';
import type { Hosts } from './hosts.ts';
import { Pull } from './pull.ts';
import { holdsHost, isPermanent, RetryCount, retryDelay } from './retry.ts';
import { type Segment, startSegment } from './segment-span.ts';
import { FromZero, OddNode, type Source } from './source.ts';
import type { Limiter } from './throttle.ts';

/**
 * Bytes at the beginning of a source that has not shown that it can be gone on with: none of them is handed out before
 * so many are here, or all. Up to then a broken connection costs nothing but time; after it, the file.
 */
const HELD_BACK_BYTES = 256 * 1024;

export interface RemoteListener {
  /**
   * It waits; `retryAt` is milliseconds since 1970, or null until a connection to its host is free. `error` is null
   * when it did not fail.
   */
  onWaiting(retryAt: number | null, error: SatchelError | null): void;
  /** Bytes come again. */
  onDelivering(): void;
}

export interface RemoteOptions {
  readonly clock: Clock;
  readonly hosts: Hosts;
  readonly limiter: Limiter;
  readonly source: Source;
  /** In [0, 1). */
  readonly random: () => number;
  /** Failures in a row that brought nothing new. */
  readonly retries: number;
  readonly stallMs: number;
  readonly signal: AbortSignal;
  readonly listener: RemoteListener;
}

/**
 * One remote file as bytes in order, over one connection at a time. A connection that breaks is replaced by one that
 * goes on at the next byte, under the same rules for its answer as any (judge.ts), so that no two files are spliced.
 * Nothing is read that nobody asks for. It ends only where the file is whole, else `next` throws a SatchelError:
 * `range-ignored` for a source that broke off and cannot be gone on with. Close it when it is not read to its end.
 */
export interface RemoteFile extends AsyncIterableIterator<Buffer, undefined> {
  /** The first answer: all that a name can be made of. What is known by now of the source is in `Source.facts`. */
  readonly first: FirstAnswer;
  /** Of the file, that have been handed out. */
  readonly received: number;
  /** A connection is held at present. */
  readonly connected: boolean;
  /** Gives the connection back for now: another has more need of it. To be called between two calls of `next` only. */
  rest(): void;
  /** Gives up, at once; a `next` that waits then throws. */
  close(): void;
}

/** Asks for a file until an answer may be used. Throws a SatchelError. */
export async function openRemote(options: RemoteOptions): Promise<RemoteFile> {
  const remote = new Remote(options);
  try {
    await remote.open();
    return remote;
  } catch (thrown) {
    remote.close();
    throw thrown;
  }
}

class Remote implements RemoteFile {
  readonly #options: RemoteOptions;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #retries: RetryCount;
  #first: FirstAnswer | null = null;
  #pull: Pull | null = null;
  #segment: Segment | null = null;
  /** Where it begins. */
  #segmentFrom = 0;
  /** Bytes that have come; those of `#held` are not handed out yet. */
  #at = 0;
  #received = 0;
  #held: Buffer[] = [];
  /** They are all here. */
  #whole = false;
  #waited = false;
  #lastWait: SatchelError | null = null;

  constructor(options: RemoteOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
    this.#retries = new RetryCount(options.retries, 0);
  }

  get first(): FirstAnswer {
    if (!this.#first) throw new SatchelError('internal', 'a file without an answer');
    return this.#first;
  }

  get received(): number {
    return this.#received;
  }

  get connected(): boolean {
    return this.#pull !== null;
  }

  async open(): Promise<void> {
    this.#pull = await this.#connect();
    if (!this.#first) throw new SatchelError('network', 'no file where one was expected');
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Buffer, undefined>> {
    try {
      const bytes = await this.#next();
      if (bytes === null) return { done: true, value: undefined };
      this.#received += bytes.length;
      return { done: false, value: bytes };
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  async return(): Promise<IteratorResult<Buffer, undefined>> {
    this.close();
    return { done: true, value: undefined };
  }

  rest(): void {
    this.#endSegment();
    this.#pull?.close();
    this.#pull = null;
  }

  close(): void {
    this.#stop.abort(new SatchelError('cancelled'));
    this.rest();
  }

  async #next(): Promise<Buffer | null> {
    if (this.#received === 0 && this.#held.length === 0) await this.#holdBack();
    return this.#held.shift() ?? this.#read();
  }

  async #holdBack(): Promise<void> {
    const { source } = this.#options;
    while (source.facts?.resumable !== true && this.#at < HELD_BACK_BYTES) {
      const bytes = await this.#read();
      if (bytes === null) return;
      this.#held.push(bytes);
    }
  }

  /** The next bytes from the network, whatever it takes; null when all are here. */
  async #read(): Promise<Buffer | null> {
    const { source } = this.#options;
    while (!this.#isWhole()) {
      try {
        this.#pull ??= await this.#connect();
        const bytes = (await this.#pull?.read()) ?? null;
        if (bytes !== null) return this.#took(bytes);
        // Nothing lies behind what is here; else it was what was promised, and there may be more to ask for.
        if (source.facts?.total == null) source.learn({ total: this.#at });
        this.#letFinish();
      } catch (thrown) {
        this.#endSegment(thrown);
        this.rest();
        await this.#mend(thrown);
      }
    }
    this.#letFinish();
    return null;
  }

  #isWhole(): boolean {
    this.#whole ||= this.#at === this.#options.source.facts?.total;
    return this.#whole;
  }

  #took(bytes: Buffer): Buffer {
    this.#at += bytes.length;
    this.#retries.reached(this.#at);
    if (this.#waited) this.#options.listener.onDelivering();
    this.#waited = false;
    return bytes;
  }

  #letFinish(): void {
    this.#endSegment();
    this.#pull?.finish();
    this.#pull = null;
  }

  #endSegment(thrown: unknown = null): void {
    this.#segment?.end(this.#at - this.#segmentFrom, thrown);
    this.#segment = null;
  }

  /** Null when there is nothing behind what is here. */
  async #connect(): Promise<Pull | null> {
    for (;;) {
      try {
        return await this.#ask();
      } catch (thrown) {
        await this.#mend(thrown);
      }
    }
  }

  async #ask(): Promise<Pull | null> {
    const { hosts, source } = this.#options;
    if (this.#at > 0 && source.withoutRange) {
      throw new FromZero(new SatchelError('range-ignored', 'it is sent whole only'));
    }
    const slot = hosts.tryAcquire(source.host) ?? (await this.#queueForHost());
    this.#segment = startSegment(source.host, this.#at);
    this.#segmentFrom = this.#at;
    try {
      const state = { begun: this.#at > 0, extra: false };
      const granted = await source.ask({ from: this.#at, end: null }, state, this.#signal);
      if (granted.kind === 'complete') {
        this.#endSegment();
        slot.release();
        return null;
      }
      if (source.facts) {
        this.#first ??= { facts: source.facts, url: granted.url, headers: granted.answer.headers };
      }
      const { clock, limiter, stallMs } = this.#options;
      const onGone = () => slot.release();
      const reading = { clock, limiter, stallMs, signal: this.#signal, onGone };
      // A whole file in chunks promises nothing, but may not be longer than the file is known to be.
      const end = granted.end ?? source.facts?.total ?? null;
      return new Pull({ ...reading, granted, from: this.#at, end });
    } catch (thrown) {
      this.#endSegment(thrown);
      slot.release();
      throw thrown;
    }
  }

  async #queueForHost() {
    const { hosts, source, listener } = this.#options;
    this.#waited = true;
    listener.onWaiting(hosts.heldUntil(source.host), null);
    const slot = await hosts.acquire(source.host, this.#signal);
    if (!slot) throw asSatchelError(this.#signal.reason);
    return slot;
  }

  /** Waits until it makes sense to try again. Throws where it never will. */
  async #mend(thrown: unknown): Promise<void> {
    if (this.#signal.aborted) throw asSatchelError(this.#signal.reason);
    if (thrown instanceof FromZero) return this.#goFromZero(thrown.error);
    return this.#waitToRetry(asSatchelError(thrown instanceof OddNode ? thrown.error : thrown));
  }

  async #goFromZero(error: SatchelError): Promise<void> {
    // The end could not be told from a cut, and the source cannot be asked for what lies behind it.
    if (this.#lastWait?.code === 'length-mismatch') throw this.#lastWait;
    if (this.#received > 0) throw this.#cannotGoOn(error);
    const { source } = this.#options;
    const again = source.withoutRange;
    source.withoutRange = true;
    source.learn({ resumable: false });
    this.#at = 0;
    this.#held = [];
    if (again) await this.#waitToRetry(error, false);
  }

  #cannotGoOn(error: SatchelError): SatchelError {
    const cause = this.#lastWait ?? error;
    const why = cause.detail ?? cause.message;
    const detail = `it broke off at byte ${this.#at} (${why}) and cannot be gone on with`;
    return new SatchelError('range-ignored', detail, { cause });
  }

  async #waitToRetry(error: SatchelError, permanent = isPermanent(error)): Promise<void> {
    const { clock, hosts, random, source, listener } = this.#options;
    const attempt = this.#retries.failed();
    if (attempt === null || permanent) throw error;
    this.#lastWait = error;
    const wait = retryDelay(attempt, random(), error.retryAfterMs);
    if (holdsHost(error)) hosts.hold(source.host, wait);
    this.#waited = true;
    listener.onWaiting(clock.now() + wait, error);
    await delay(clock, wait, this.#signal);
    if (this.#signal.aborted) throw asSatchelError(this.#signal.reason);
  }
}
