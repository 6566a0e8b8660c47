import type { Writable } from 'node:stream';
import type { SatchelError } from '../contract/errors.ts';
import { FILE_MODE, localHeader, METHODS } from './records.ts';
import type { SharedFate } from './shared-fate.ts';
import { outputError } from './stream-errors.ts';

/** An entry without its only byte. */
const NEVER_WHOLE = {
  ...{ name: 'incomplete', method: METHODS.stored, crc: 0, size: 1, compressedSize: 1 },
  ...{ modified: Date.UTC(1980, 0, 2), mode: FILE_MODE },
};

/**
 * An output that cannot seek. What was pushed last is kept back until more follows, so that what is cut never ends
 * behind an entry: readers that go from header to header would take that for the end of the ZIP.
 */
export class HeldOutput {
  readonly #output: Writable;
  readonly #fate: SharedFate;
  readonly #onClose = () => this.#fate.fail(outputError(this.#output.errored));
  #last: Buffer | null = null;
  #written = 0;

  constructor(output: Writable, fate: SharedFate) {
    this.#output = output;
    this.#fate = fate;
  }

  /** From now on its failure is everybody's. */
  watch(): void {
    // It stays: an error that comes after the end must not bring the process down.
    this.#output.on('error', (thrown) => this.#fate.fail(outputError(thrown)));
    this.#output.on('close', this.#onClose);
    if (this.#output.destroyed) this.#onClose();
  }

  unwatch(): void {
    this.#output.off('close', this.#onClose);
  }

  /** Resolves when it takes more. */
  async push(bytes: Buffer): Promise<void> {
    const last = this.#last;
    if (last) {
      this.#last = bytes;
      await this.#write(last);
    } else {
      // Whoever waits for the first bytes has them now; one that is missing is as good as many.
      this.#last = bytes.subarray(-1);
      await this.#write(bytes.subarray(0, -1));
    }
  }

  /** All of it is right: resolves when all of it is written. */
  async end(): Promise<void> {
    if (this.#last) await this.#write(this.#last);
    const finished = new Promise<void>((resolve) => {
      this.#output.once('finish', () => {
        // From now on nothing can fail any more: its closing is no loss.
        this.#fate.succeed();
        resolve();
      });
    });
    this.#output.end();
    await this.#fate.waitingFor(finished);
  }

  /** It will never be whole. `neverEmpty`: nothing at all would look like an empty ZIP. */
  cut(error: SatchelError, neverEmpty: boolean): void {
    if (neverEmpty && this.#written === 0) this.#output.write(localHeader(NEVER_WHOLE));
    this.#output.destroy(error);
  }

  async #write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    if (this.#fate.error) throw this.#fate.error;
    this.#written += bytes.length;
    if (this.#output.write(bytes)) return;
    await this.#fate.waitingFor(new Promise<void>((resolve) => this.#output.once('drain', resolve)));
  }
}
