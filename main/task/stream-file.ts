import { SatchelError } from '../contract/errors.ts';
import type { Disk, DiskFile } from '../world/disk.ts';
import type { ItemListener } from './package-job.ts';
import type { Streamed } from './stream-item.ts';

const READ_BYTES = 256 * 1024;

/** A file of this machine that goes into a ZIP that is streamed. */
export interface StreamFile {
  readonly id: string;
  /** In the ZIP, not yet safe. */
  readonly name: string;
  readonly path: string;
  /** As it was when it was promised: bytes, and milliseconds since 1970. Another one is `source-changed`. */
  readonly size: number;
  readonly modified: number;
}

export class StreamedFile implements Streamed {
  readonly mediaType = null;
  readonly segments = [];
  readonly #given: StreamFile;
  readonly #disk: Disk;
  readonly #listener: ItemListener;
  #file: DiskFile | null = null;
  #read = 0;
  #begun = false;
  #closed = false;

  constructor(given: StreamFile, disk: Disk, listener: ItemListener) {
    this.#given = given;
    this.#disk = disk;
    this.#listener = listener;
  }

  get id(): string {
    return this.#given.id;
  }

  get wantedName(): string {
    return this.#given.name;
  }

  get label(): string {
    return this.#given.name;
  }

  get modified(): number {
    return this.#given.modified;
  }

  get size(): number {
    return this.#given.size;
  }

  get left(): number {
    return this.#given.size - this.#read;
  }

  async open(): Promise<void> {
    this.#file = await this.#disk.openToRead(this.#given.path);
    if (this.#closed) await this.#file.close();
    await this.#demandSame();
  }

  begin(): void {
    this.#listener.onState('running', null);
  }

  rest(): void {}

  /** A file that is being read is closed by who reads it: not under its hands. */
  close(): void {
    if (!this.#closed && !this.#begun) this.#file?.close().catch(() => {});
    this.#closed = true;
  }

  async *body(onRead: () => void): AsyncGenerator<Buffer, void> {
    this.#begun = true;
    try {
      while (this.left > 0) {
        const bytes = await this.#opened.read(this.#read, Math.min(READ_BYTES, this.left));
        if (bytes.length === 0) throw changed();
        this.#read += bytes.length;
        // Its last bytes are not told before it is known that all of them were of one file.
        if (this.left === 0) await this.#demandSame();
        this.#listener.onJournaled(bytes.length);
        onRead();
        yield bytes;
      }
    } finally {
      await this.#file?.close();
    }
  }

  get #opened(): DiskFile {
    if (!this.#file) throw new SatchelError('internal', 'a file that was not opened');
    return this.#file;
  }

  /** One that is gone by now is still the file that was opened. */
  async #demandSame(): Promise<void> {
    const { path, size, modified } = this.#given;
    const facts = await this.#disk.facts(path);
    const isOther = facts !== null && facts.modified !== modified;
    if (isOther || (await this.#opened.size()) !== size) throw changed();
  }
}

function changed(): SatchelError {
  return new SatchelError('source-changed', 'the file has changed since');
}
