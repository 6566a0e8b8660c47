import type { Clock } from '../world/clock.ts';
import type { DiskFile } from '../world/disk.ts';
import { encodeRecord, type JournalRecord } from './journal.ts';

type Unstamped<T> = T extends unknown ? Omit<T, 'at'> : never;
/** A record without its time, which the writer adds. */
export type NewRecord = Unstamped<JournalRecord>;

interface Waiting {
  readonly bytes: Buffer;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Appends records to a journal. One append is under way at a time and takes along everything that came meanwhile, so
 * a slow disk makes larger batches and not a longer queue. After one failed append nothing more is written: behind a
 * torn line no record would be believed.
 */
export class JournalWriter {
  readonly #file: DiskFile;
  readonly #clock: Clock;
  #length: number;
  #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(file: DiskFile, clock: Clock, length: number) {
    this.#file = file;
    this.#clock = clock;
    this.#length = length;
  }

  /** Bytes appended so far; a record that is still waiting is not counted. */
  get length(): number {
    return this.#length;
  }

  /** Resolves when the records are in the file (not yet synced). They go in one write: a crash has them all, or few. */
  append(...records: readonly NewRecord[]): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    const at = this.#clock.now();
    const lines = records.map((record) => encodeRecord({ ...record, at } as JournalRecord));
    const bytes = lines.length === 1 ? (lines[0] as Buffer) : Buffer.concat(lines);
    return new Promise((done, failed) => {
      this.#waiting.push({ bytes, done, failed });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when everything appended so far is in the file. */
  async flushed(): Promise<void> {
    while (this.#running !== null) await this.#running;
    if (this.#failure) throw this.#failure.error;
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      const bytes = batch.map((entry) => entry.bytes);
      const size = bytes.reduce((sum, one) => sum + one.length, 0);
      try {
        if (this.#failure) throw this.#failure.error;
        await this.#file.write(bytes, this.#length);
        this.#length += size;
        for (const entry of batch) entry.done();
      } catch (error) {
        this.#failure ??= { error };
        for (const entry of batch) entry.failed(error);
      }
    }
    this.#running = null;
  }
}
