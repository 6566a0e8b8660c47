import type { Readable } from 'node:stream';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import type { Clock, Timer } from '../world/clock.ts';
import { httpError } from '../world/http.ts';
import { decoded, unsureEnd } from './receive.ts';
import type { Granted } from './source.ts';
import type { Limiter, Quota } from './throttle.ts';

/** A body that goes on behind the bytes it promised is given so long to end, ms; then its connection is cut off. */
const LINGER_MS = 1000;

export interface PullOptions {
  readonly granted: Extract<Granted, { kind: 'body' }>;
  /** Its first byte in the file. */
  readonly from: number;
  /** Where it is to end, exclusive; null when unknown. What lies behind is cut. */
  readonly end: number | null;
  readonly limiter: Limiter;
  readonly clock: Clock;
  /** No byte for so long, while one is waited for, is a stall. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
  /** Its connection is free again. Called once. */
  readonly onGone: () => void;
}

/**
 * The body of an accepted answer, read as somebody asks for its bytes: what is not asked for stays on the way, and
 * time in which nobody asks is no stall. Close it, or `finish` it when all it promised is here.
 */
export class Pull {
  readonly #options: PullOptions;
  readonly #body: Readable;
  readonly #quota: Quota;
  #at: number;
  /** Read from the body, and not yet allowed by the limit. */
  #left: Buffer | null = null;
  #ended = false;
  #gone = false;
  #wake: (() => void) | null = null;
  readonly #onEvent = () => this.#wake?.();

  constructor(options: PullOptions) {
    this.#options = options;
    const { granted, from, limiter, signal } = options;
    this.#at = from;
    try {
      this.#body = decoded(granted.answer, granted.encodings);
    } catch (error) {
      granted.answer.close();
      throw error;
    }
    this.#quota = limiter.open(this.#onEvent);
    for (const event of ['readable', 'error', 'close']) this.#body.on(event, this.#onEvent);
    this.#body.on('end', () => {
      this.#ended = true;
      this.#onEvent();
    });
    signal.addEventListener('abort', this.#onEvent);
  }

  /** The next bytes; null once all that was promised is here. Throws when the body broke off or stalled. */
  async read(): Promise<Buffer | null> {
    const { end } = this.#options;
    for (;;) {
      while (this.#quota.waiting) await this.#event(null);
      if (this.#at === end) return null;
      const bytes = this.#left ?? (this.#body.read() as Buffer | null);
      if (bytes !== null) {
        const taken = this.#take(bytes);
        if (taken.length > 0) return taken;
      } else if (this.#ended) {
        const short = this.#shortfall();
        if (short) throw short;
        return null;
      } else if (this.#body.destroyed) {
        throw httpError(this.#body.errored, this.#options.signal);
      } else {
        await this.#event(this.#options.stallMs);
      }
    }
  }

  /** All it promised is here. A body that ends by itself gives its connection back, to be used again. */
  finish(): void {
    this.#quota.close();
    this.#options.signal.removeEventListener('abort', this.#onEvent);
    if (this.#ended) this.#free();
    else this.#linger();
  }

  #linger(): void {
    const timer = this.#options.clock.after(LINGER_MS, () => this.close());
    const end = () => {
      timer.stop();
      this.#free();
    };
    const look = () => {
      if (this.#left !== null || this.#body.read() !== null) this.close();
    };
    this.#body.on('end', end).on('close', end).on('readable', look);
    look();
  }

  /** Lets go of it; what has not been read is lost. */
  close(): void {
    this.#quota.close();
    this.#options.signal.removeEventListener('abort', this.#onEvent);
    this.#options.granted.answer.close();
    this.#free();
  }

  #shortfall(): SatchelError | null {
    const { granted, end } = this.#options;
    if (end === null) return unsureEnd(granted.answer);
    return new SatchelError('network', `${end - this.#at} bytes short`);
  }

  #free(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#options.onGone();
  }

  /** What the promise and the limit allow of it; the rest waits, or is cut. */
  #take(bytes: Buffer): Buffer {
    const room = (this.#options.end ?? Number.POSITIVE_INFINITY) - this.#at;
    const fitting = bytes.length > room ? bytes.subarray(0, room) : bytes;
    const size = this.#quota.take(fitting.length);
    this.#left = size < bytes.length ? bytes.subarray(size) : null;
    this.#at += size;
    return fitting.subarray(0, size);
  }

  /** Waits for whatever happens next, at most `ms`. */
  #event(ms: number | null): Promise<void> {
    const { clock, signal } = this.#options;
    if (signal.aborted) return Promise.reject(asSatchelError(signal.reason));
    return new Promise((resolve, reject) => {
      let timer: Timer | null = null;
      const over = (end: () => void) => {
        timer?.stop();
        this.#wake = null;
        end();
      };
      this.#wake = () => over(signal.aborted ? () => reject(asSatchelError(signal.reason)) : resolve);
      if (ms === null) return;
      timer = clock.after(ms, () =>
        over(() => reject(new SatchelError('timeout', `no byte for ${ms / 1000} s`))),
      );
    });
  }
}
