import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { SatchelError } from '../contract/errors.ts';
import type { Disk } from '../world/disk.ts';

/** A folder that nothing may lie outside of, whatever symbolic links say. */
export class Confinement {
  readonly #disk: Disk;
  readonly #root: string;

  private constructor(disk: Disk, root: string) {
    this.#disk = disk;
    this.#root = root;
  }

  /** The folder must be there. */
  static async open(disk: Disk, folder: string): Promise<Confinement> {
    return new Confinement(disk, await disk.realFolder(folder));
  }

  /**
   * Gives where a path truly leads: what is there of it with its links resolved, the rest as it is written. Throws
   * `path-unsafe` where that is outside.
   */
  async demandInside(path: string): Promise<string> {
    const missing: string[] = [];
    let there = resolve(path);
    // A link to nothing is there: what is made under its name would be made where it points.
    while ((await this.#isThere(there)) === false && dirname(there) !== there) {
      missing.unshift(basename(there));
      there = dirname(there);
    }
    const real = join(await this.#real(there, path), ...missing);
    const below = relative(this.#root, real);
    if (below === '..' || below.startsWith(`..${sep}`) || resolve(below) === below) throw unsafe(path);
    return real;
  }

  async #isThere(path: string): Promise<boolean> {
    try {
      return (await this.#disk.facts(path)) !== null;
    } catch {
      // Below a file, say: nothing can be there.
      return false;
    }
  }

  async #real(there: string, path: string): Promise<string> {
    try {
      return await this.#disk.realFolder(there);
    } catch {
      throw unsafe(path);
    }
  }
}

function unsafe(path: string): SatchelError {
  return new SatchelError('path-unsafe', path);
}
