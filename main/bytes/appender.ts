import type { Clock, Timer } from '../world/clock.ts';
import type { Sink } from './partial-file.ts';

/** Below this, and younger than FLUSH_MS, bytes wait for company: tiny writes cost more than they save. */
const FLUSH_BYTES = 128 * 1024;
/** At the latest so long after a byte came it is on its way to the file. */
const FLUSH_MS = 15;

export interface AppenderOptions {
  readonly file: Sink;
  readonly regionId: number;
  /** First byte, relative to the region. */
  readonly from: number;
  readonly clock: Clock;
  /** With so many bytes waiting behind a write, the source is asked to pause. */
  readonly highWater: number;
  /** The waiting bytes are few again: reading may go on. */
  readonly onDrain: () => void;
  /** Bytes were written and journaled. */
  readonly onJournaled: (bytes: number) => void;
  /** A write failed; nothing more will be written. */
  readonly onError: (error: unknown) => void;
}

/**
 * Takes a stream of bytes and writes them one after another into a region. One write is under way at a time and takes
 * along all that came meanwhile, so batches grow with the speed: with a slow source a killed process loses little,
 * with a fast one little time goes into calls.
 */
export class Appender {
  readonly #options: AppenderOptions;
  #at: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | null = null;
  #timer: Timer | null = null;
  #failed = false;

  constructor(options: AppenderOptions) {
    this.#options = options;
    this.#at = options.from;
  }

  /** Takes bytes; false asks the caller to pause until `onDrain`. */
  push(bytes: Buffer): boolean {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (!this.#writing) {
      if (this.#waitingBytes >= FLUSH_BYTES) this.#write();
      else this.#timer ??= this.#options.clock.after(FLUSH_MS, () => this.#write());
    }
    return this.#waitingBytes < this.#options.highWater;
  }

  /** Writes what is left; resolves when all is journaled or has failed (which `onError` was told). */
  async finish(): Promise<void> {
    if (!this.#writing) this.#write();
    while (this.#writing !== null) {
      await this.#writing;
      if (this.#waitingBytes > 0) this.#write();
    }
  }

  #write(): void {
    this.#timer?.stop();
    this.#timer = null;
    if (this.#writing || this.#waitingBytes === 0 || this.#failed) return;
    this.#writing = this.#writeWaiting();
  }

  async #writeWaiting(): Promise<void> {
    const { file, regionId, onDrain, onJournaled, onError } = this.#options;
    const buffers = this.#waiting;
    const size = this.#waitingBytes;
    const from = this.#at;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#at += size;
    try {
      await file.write(regionId, from, buffers);
      onJournaled(size);
      for (const buffer of buffers) free(buffer);
    } catch (error) {
      this.#failed = true;
      this.#waiting = [];
      this.#waitingBytes = 0;
      onError(error);
    }
    this.#writing = null;
    if (this.#failed) return;
    if (this.#waitingBytes >= FLUSH_BYTES) this.#write();
    else if (this.#waitingBytes > 0) this.#timer ??= this.#options.clock.after(FLUSH_MS, () => this.#write());
    if (size >= this.#options.highWater || this.#waitingBytes === 0) onDrain();
  }
}

/**
 * Gives a buffer's memory back at once instead of at some later garbage collection, which at full speed would be 64 MiB
 * late. Only for one that has its memory for itself.
 */
function free({ buffer, byteLength }: Buffer): void {
  if (byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
