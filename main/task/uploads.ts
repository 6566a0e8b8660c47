import { dirname, join } from 'node:path';
import { SatchelError } from '../contract/errors.ts';
import type { Clock, Timer } from '../world/clock.ts';
import type { Disk } from '../world/disk.ts';
import { newId, timeOfId } from '../world/ids.ts';

export interface UploadsOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Where they lie until they are packed; absolute. It need not be there. */
  readonly folder: string;
  /** Files of this machine that tasks still need. */
  readonly needed: () => Iterable<string>;
  /** Whether somebody may still want one for the package that is put together. */
  readonly mayNeed: (id: string) => Promise<boolean>;
}

/** How far an upload has come, bytes; `path` once all of it is there and on the disk. */
export interface UploadState {
  readonly received: number;
  readonly path: string | null;
}

interface Upload {
  readonly size: number;
  received: number;
  /** A piece of it is being written. */
  isBusy: boolean;
}

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
/** Something that no task has asked for may still be in somebody's tray. */
const KEPT_MS = 86_400_000;
/** After a task has ended, so long for all that ends with it. */
const TIDY_MS = 1000;

/**
 * Files that a browser hands over because it cannot say where they lie. They come in pieces, in order, and lie in the
 * data folder until the package that they are for is done or gone.
 */
export class Uploads {
  readonly #options: UploadsOptions;
  /** Those that are not whole yet, by id. */
  readonly #open = new Map<string, Upload>();
  /** Those that tasks have needed: once none does any more, they go. */
  readonly #used = new Set<string>();
  /** Whether there can be any at all. */
  #mayHave = true;
  #timer: Timer | null = null;
  #isTidying: Promise<void> = Promise.resolve();

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /** `size` in bytes. Throws `disk-full` where there is no room. */
  async begin(size: number): Promise<string> {
    const { disk, clock, folder } = this.#options;
    await disk.makeFolder(folder, PRIVATE_FOLDER);
    const free = await disk.freeBytes(folder);
    if (size > free) throw new SatchelError('disk-full', `${size} bytes needed, ${free} free`);
    const id = newId(clock.now());
    await (await disk.create(this.#pathOf(id), PRIVATE_FILE)).close();
    this.#open.set(id, { size, received: 0, isBusy: false });
    this.#mayHave = true;
    return id;
  }

  /**
   * The next bytes; `at` says where they belong, and must be where it has got to: whoever does not know asks with none.
   * Throws `not-found`, `bad-input`.
   */
  async append(id: string, at: number, bytes: Buffer): Promise<UploadState> {
    const upload = this.#open.get(id);
    if (upload === undefined) throw new SatchelError('not-found', `no upload ${id}`);
    const { size, received } = upload;
    if (upload.isBusy || at !== received || at + bytes.length > size) {
      throw new SatchelError('bad-input', `at: it has ${received} of ${size} bytes`);
    }
    const isWhole = at + bytes.length === size;
    // Before anything is waited for: what comes twice at once is refused, and not counted twice.
    upload.isBusy = true;
    try {
      await this.#write(id, at, bytes, isWhole);
      upload.received = at + bytes.length;
    } finally {
      upload.isBusy = false;
    }
    if (isWhole) this.#open.delete(id);
    return { received: upload.received, path: isWhole ? this.#pathOf(id) : null };
  }

  async #write(id: string, at: number, bytes: Buffer, isLast: boolean): Promise<void> {
    const file = await this.#options.disk.open(this.#pathOf(id));
    try {
      await file.write([bytes], at);
      if (isLast) await file.sync();
    } finally {
      await file.close();
    }
  }

  /** It is not wanted any more, whole or not; one that a task needs stays for it. */
  async drop(id: string): Promise<void> {
    if (!ID.test(id)) throw new SatchelError('not-found', `no upload ${id}`);
    this.#open.delete(id);
    const path = this.#pathOf(id);
    if (!new Set(this.#options.needed()).has(path)) await this.#options.disk.remove(path);
  }

  /** Whether a file is one of these, and whole. */
  owns(path: string): boolean {
    const { folder } = this.#options;
    const id = path.slice(folder.length + 1);
    return dirname(path) === folder && ID.test(id) && !this.#open.has(id);
  }

  /** Something has happened to tasks: what one needs now is known, and goes soon after none needs it any more. */
  follow(): void {
    if (!this.#mayHave || this.#timer !== null) return;
    // When it has happened: a task is told of before it is in the list.
    queueMicrotask(() => this.#noteUse());
    this.#timer = this.#options.clock.after(TIDY_MS, () => {
      this.#timer = null;
      void this.tidy();
    });
  }

  /** Takes away what no task needs: at once what one has needed, the rest after a day. Never rejects. */
  tidy(): Promise<void> {
    this.#isTidying = this.#isTidying.then(() => this.#tidy()).catch(() => {});
    return this.#isTidying;
  }

  async close(): Promise<void> {
    this.#timer?.stop();
    await this.#isTidying;
  }

  async #tidy(): Promise<void> {
    const { disk, clock, folder, mayNeed } = this.#options;
    const names = (await disk.list(folder)).filter((name) => ID.test(name));
    this.#mayHave = names.length > 0 || this.#open.size > 0;
    if (names.length === 0) return;
    const still = this.#noteUse();
    for (const name of names) {
      const path = this.#pathOf(name);
      if (still.has(path)) continue;
      const isOld = timeOfId(name) < clock.now() - KEPT_MS;
      // Last, since it costs most.
      if ((!isOld && !this.#used.has(path)) || (await mayNeed(name))) continue;
      await disk.remove(path).catch(() => {});
      this.#used.delete(path);
      this.#open.delete(name);
    }
  }

  /** Those that tasks need now. */
  #noteUse(): ReadonlySet<string> {
    const now = new Set<string>();
    for (const path of this.#options.needed()) if (this.owns(path)) now.add(path);
    for (const path of now) this.#used.add(path);
    return now;
  }

  #pathOf(id: string): string {
    return join(this.#options.folder, id);
  }
}
