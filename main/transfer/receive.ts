import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { Appender } from '../bytes/appender.ts';
import type { Sink } from '../bytes/partial-file.ts';
import { SatchelError } from '../contract/errors.ts';
import type { Clock, Timer } from '../world/clock.ts';
import { type HttpAnswer, httpError } from '../world/http.ts';
import type { Stripe } from './stripes.ts';
import type { Limiter, Quota } from './throttle.ts';

export interface Reception {
  readonly answer: HttpAnswer;
  readonly encodings: readonly string[];
  /** End of what the answer promised, exclusive; null when it did not say. */
  readonly promisedEnd: number | null;
  readonly stripe: Stripe;
  /** The stripe's end is reached: may it go on? */
  readonly extend: () => boolean;
  /** Where the bytes go. */
  readonly file: Sink;
  readonly regionId: number;
  /** Bytes that may wait to be written before reading pauses. */
  readonly highWater: number;
  /** What the task may read. */
  readonly limiter: Limiter;
  readonly clock: Clock;
  /** No byte for so long, while we read, is a stall. */
  readonly stallMs: number;
  /** Bytes have come; they may still have to wait for their turn. */
  readonly onArrival: () => void;
  readonly onBytes: (count: number) => void;
  readonly onJournaled: (count: number) => void;
  readonly signal: AbortSignal;
}

const DECODERS: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
};

/** The body with its content-encodings undone, last applied first (RFC 9110 §8.4). */
export function decoded(answer: HttpAnswer, encodings: readonly string[]): Readable {
  let body = answer.body;
  for (const encoding of encodings.toReversed()) {
    const decoder = DECODERS[encoding]?.();
    if (!decoder)
      throw new SatchelError('http-status', `unknown content-encoding ${encoding}`, { status: 415 });
    // The error also arrives at the last stream, where it is listened for.
    body = pipeline(body, decoder, () => {}) as unknown as Readable;
  }
  return body;
}

/**
 * Moves the body of an accepted answer into the file, up to the end of its stripe, which may be moved meanwhile. Bytes
 * beyond are cut. Resolves when the stripe's end or the body's clean end is reached and everything is journaled;
 * throws when the body broke or stalled, likewise with everything journaled that came.
 */
export function receive(reception: Reception): Promise<void> {
  try {
    return new Receiver(reception).run();
  } catch (error) {
    reception.answer.close();
    throw error;
  }
}

class Receiver {
  readonly #reception: Reception;
  readonly #body: Readable;
  readonly #appender: Appender;
  readonly #quota: Quota;
  #fail: (error: unknown) => void = () => {};
  #writeFailure: { readonly error: unknown } | null = null;
  #lastByteAt: number;
  /** The disk has enough to do. */
  #full = false;
  #timer: Timer | null = null;

  constructor(reception: Reception) {
    this.#reception = reception;
    this.#body = decoded(reception.answer, reception.encodings);
    this.#lastByteAt = reception.clock.monotonic();
    const { file, regionId, clock, stripe, highWater, onJournaled } = reception;
    this.#appender = new Appender({
      file,
      regionId,
      clock,
      highWater,
      from: stripe.at,
      onJournaled,
      onDrain: () => this.#drained(),
      onError: (error) => {
        this.#writeFailure = { error };
        this.#fail(error);
      },
    });
    this.#quota = reception.limiter.open(() => this.#resume());
  }

  async run(): Promise<void> {
    let ended = false;
    try {
      ended = await this.#flow();
    } finally {
      this.#timer?.stop();
      this.#quota.close();
      // A body read to its end has given its connection back, to be used again; any other is cut off.
      if (!ended) this.#reception.answer.close();
      await this.#appender.finish();
    }
    // The last bytes may be refused when the body has long ended.
    if (this.#writeFailure) throw this.#writeFailure.error;
  }

  get #paused(): boolean {
    return this.#full || this.#quota.waiting;
  }

  #drained(): void {
    if (!this.#full) return;
    this.#full = false;
    this.#resume();
  }

  #resume(): void {
    if (this.#paused) return;
    this.#lastByteAt = this.#reception.clock.monotonic();
    this.#body.resume();
  }

  /** True when the body ended by itself, false when the stripe is full. */
  #flow(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      // It may have broken while the file was being made, when nobody listened.
      if (this.#body.destroyed) return reject(httpError(this.#body.errored, this.#reception.signal));
      this.#watchStall(reject);
      this.#body.on('error', (thrown) => reject(httpError(thrown, this.#reception.signal)));
      this.#body.on('end', () => {
        const short = this.#shortfall();
        if (short) reject(short);
        else resolve(true);
      });
      this.#body.on('data', (bytes: Buffer) => {
        if (this.#take(bytes)) resolve(false);
      });
    });
  }

  /** True when the stripe is full and the answer would go on. */
  #take(bytes: Buffer): boolean {
    const { stripe, clock, onArrival, onBytes, promisedEnd } = this.#reception;
    this.#lastByteAt = clock.monotonic();
    onArrival();
    let rest = bytes;
    while (rest.length > 0) {
      // Whatever comes beyond the promise is no part of the file.
      if (promisedEnd !== null && stripe.at >= promisedEnd) return true;
      const room = Math.min(stripe.end, promisedEnd ?? stripe.end) - stripe.at;
      if (room <= 0) {
        if (this.#reception.extend()) continue;
        return true;
      }
      const fitting = rest.length > room ? rest.subarray(0, room) : rest;
      const size = this.#quota.take(fitting.length);
      if (size > 0) {
        stripe.at += size;
        onBytes(size);
        if (!this.#appender.push(fitting.subarray(0, size))) this.#full = true;
      }
      rest = rest.subarray(size);
      if (size < fitting.length) return this.#leave(rest);
    }
    // Nothing more is to come: the end of the body needs no turn.
    if (stripe.at === promisedEnd) this.#quota.close();
    if (this.#paused) this.#body.pause();
    if (stripe.at < stripe.end) return false;
    // Exactly full: a body that ends here too is left to end, so that its connection can be used again.
    return promisedEnd === null ? false : promisedEnd > stripe.at && !this.#reception.extend();
  }

  /** What is not ours yet stays with the body, which reads no more until this is gone. */
  #leave(rest: Buffer): false {
    this.#body.pause();
    this.#body.unshift(rest);
    return false;
  }

  #watchStall(reject: (error: SatchelError) => void): void {
    const { clock, stallMs } = this.#reception;
    const check = () => {
      const idle = this.#paused ? 0 : clock.monotonic() - this.#lastByteAt;
      if (idle >= stallMs) reject(new SatchelError('timeout', `no byte for ${stallMs / 1000} s`));
      else this.#timer = clock.after(stallMs - idle, check);
    };
    this.#timer = clock.after(stallMs, check);
  }

  /** A body that ended although more was promised. */
  #shortfall(): SatchelError | null {
    const { answer, stripe, promisedEnd } = this.#reception;
    if (promisedEnd === null) return unsureEnd(answer);
    const wanted = Math.min(promisedEnd, stripe.end);
    return stripe.at < wanted ? new SatchelError('network', `${wanted - stripe.at} bytes short`) : null;
  }
}

/** Why the end of a body that promised no length may not be the file's. */
export function unsureEnd(answer: HttpAnswer): SatchelError | null {
  if (answer.closeDelimited) {
    return new SatchelError('length-mismatch', 'the server did not say how long the file is, and hung up');
  }
  return answer.complete() ? null : new SatchelError('network', 'the last chunk is missing');
}
