import { join } from 'node:path';
import type { Disk, DiskFile } from './disk.ts';
import { PRIVATE } from './small-file.ts';

/** A log is begun anew at this size, and so many are kept: a program that runs for months fills no disk with them. */
const MOST_BYTES = 5 * 1024 * 1024;
const KEPT = 5;
/** With a disk that hangs, lines are dropped rather than kept in memory without end. */
const MOST_WAITING = 1024 * 1024;

/** Lines in `satchel.log` of a folder; older ones in `satchel.1.log` … What cannot be written is dropped: a log is no reason to stop. */
export class LogFile {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #mostBytes: number;
  #file: { readonly file: DiskFile; size: number } | null = null;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | null = null;

  constructor(disk: Disk, folder: string, mostBytes = MOST_BYTES) {
    this.#disk = disk;
    this.#folder = folder;
    this.#mostBytes = mostBytes;
  }

  write(line: string): void {
    if (this.#waitingBytes > MOST_WAITING) return;
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = null;
    });
  }

  /** Resolves when what was given so far is in the file. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#file?.file.close();
    this.#file = null;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const bytes = Buffer.from(this.#waiting.join(''));
      this.#waiting = [];
      this.#waitingBytes = 0;
      try {
        await this.#append(bytes);
      } catch {
        await this.#file?.file.close().catch(() => {});
        this.#file = null;
      }
    }
  }

  async #append(bytes: Buffer): Promise<void> {
    if (this.#file && this.#file.size + bytes.length > this.#mostBytes) await this.#rotate(this.#file.file);
    this.#file ??= await this.#open();
    await this.#file.file.write([bytes], this.#file.size);
    this.#file.size += bytes.length;
  }

  async #open() {
    const path = this.#pathOf(0);
    await this.#disk.makeFolder(this.#folder, 0o700);
    const there = (await this.#disk.facts(path)) !== null;
    const file = there ? await this.#disk.open(path) : await this.#disk.create(path, PRIVATE);
    return { file, size: await file.size() };
  }

  async #rotate(file: DiskFile): Promise<void> {
    this.#file = null;
    await file.close();
    await this.#disk.remove(this.#pathOf(KEPT - 1));
    for (let number = KEPT - 2; number >= 0; number -= 1) {
      const path = this.#pathOf(number);
      if ((await this.#disk.facts(path)) !== null) await this.#disk.replace(path, this.#pathOf(number + 1));
    }
  }

  #pathOf(number: number): string {
    return join(this.#folder, number === 0 ? 'satchel.log' : `satchel.${number}.log`);
  }
}
