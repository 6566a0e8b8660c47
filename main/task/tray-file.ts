import type { Disk } from '../world/disk.ts';
import { InTurn } from '../world/in-turn.ts';
import type { SecretBox } from '../world/secrets.ts';
import { writeWhole } from '../world/small-file.ts';

/** What is put together for the next package, as the window that does it has written it. Sealed on the disk. */
export class TrayFile {
  readonly #disk: Disk;
  readonly #box: SecretBox;
  readonly #path: string;
  readonly #writing = new InTurn();

  constructor(disk: Disk, box: SecretBox, path: string) {
    this.#disk = disk;
    this.#box = box;
    this.#path = path;
  }

  /** Null where there is nothing, or nothing that can be read: it is a draft, and begun anew. */
  async read(): Promise<string | null> {
    await this.#writing.ended();
    if ((await this.#disk.facts(this.#path)) === null) return null;
    try {
      return this.#box.open(await this.#disk.readWhole(this.#path));
    } catch {
      return null;
    }
  }

  /** One after the other: the last one stays. */
  write(text: string | null): Promise<void> {
    return this.#writing.run(() => {
      if (text === null) return this.#disk.remove(this.#path);
      return writeWhole(this.#disk, this.#path, Buffer.from(this.#box.seal(text)));
    });
  }

  /** Whether this occurs in it. */
  async names(text: string): Promise<boolean> {
    return (await this.read())?.includes(text) ?? false;
  }
}
