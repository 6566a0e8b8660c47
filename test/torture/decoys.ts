import { createHash } from 'node:crypto';
import { chmod, lstat, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Decoy {
  readonly name: string;
  readonly look: string;
}

/** The user's own files, under names that downloads want as well. */
export class Decoys {
  readonly #folder: string;
  readonly #all: readonly Decoy[];

  private constructor(folder: string, all: readonly Decoy[]) {
    this.#folder = folder;
    this.#all = all;
  }

  static async lay(folder: string): Promise<Decoys> {
    const names = ['file-1.bin', 'file-2.bin.part', 'file-3.bin.satchel', 'file-4.bin', 'bundle-1.zip'];
    const all: Decoy[] = [];
    for (const name of names) {
      const path = join(folder, name);
      await writeFile(path, `of the user: ${name}\n`);
      if (name === 'file-4.bin') await chmod(path, 0o400);
      all.push({ name, look: await lookAt(path) });
    }
    return new Decoys(folder, all);
  }

  get names(): readonly string[] {
    return this.#all.map(({ name }) => name);
  }

  /** Those that are no longer as they were laid: content, inode, mode and time. */
  async touched(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const { name, look } of this.#all) {
      const now = await lookAt(join(this.#folder, name)).catch(() => 'gone');
      if (now !== look) found.push(`${name}: ${look} → ${now}`);
    }
    return found;
  }
}

async function lookAt(path: string): Promise<string> {
  const { ino, mode, mtimeNs } = await lstat(path, { bigint: true });
  const hash = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return `${ino} ${mode} ${mtimeNs} ${hash.slice(0, 16)}`;
}
