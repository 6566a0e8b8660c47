import * as fs from 'node:fs/promises';
import { sep } from 'node:path';
import type { FileSystem } from '../../main/world/disk.ts';

/** What a disk does wrong for a while: so many of these calls, of a hundred, fail with this errno. */
export interface Trouble {
  readonly errno: 'EIO' | 'ENOSPC' | 'EROFS';
  readonly calls: readonly TroubledCall[];
  readonly percent: number;
}
export type TroubledCall = 'open' | 'write' | 'sync' | 'truncate' | 'link' | 'unlink' | 'rename';

/** A real file system whose files below one folder are in trouble at times. `struck` is told of each failure. */
export class TroubledFiles {
  trouble: Trouble | null = null;
  readonly fileSystem: FileSystem;
  readonly #folder: string;
  readonly #random: () => number;
  readonly #struck: (errno: string) => void;

  constructor(folder: string, random: () => number, struck: (errno: string) => void) {
    this.#folder = `${folder}${sep}`;
    this.#random = random;
    this.#struck = struck;
    this.fileSystem = this.#wrapped();
  }

  #strike(call: TroubledCall, path: string): void {
    const { trouble } = this;
    if (trouble === null || !path.startsWith(this.#folder) || !trouble.calls.includes(call)) return;
    if (this.#random() * 100 >= trouble.percent) return;
    this.#struck(trouble.errno);
    throw Object.assign(new Error(`${trouble.errno}: ${path}`), { code: trouble.errno });
  }

  #wrapped(): FileSystem {
    const named =
      (call: TroubledCall, work: (path: string, ...more: string[]) => Promise<void>) =>
      async (path: string, ...more: string[]) => {
        this.#strike(call, path);
        await work(path, ...more);
      };
    return {
      ...fs,
      open: async (path: string, flags: string, mode?: number) => {
        this.#strike('open', path);
        return this.#troubled(await fs.open(path, flags, mode), path);
      },
      link: named('link', (from, to = '') => fs.link(from, to)),
      rename: named('rename', (from, to = '') => fs.rename(from, to)),
      unlink: named('unlink', (path) => fs.unlink(path)),
    } as unknown as FileSystem;
  }

  #troubled(handle: fs.FileHandle, path: string): fs.FileHandle {
    const own = {
      writev: async (buffers: Buffer[], position: number) => {
        try {
          this.#strike('write', path);
        } catch (thrown) {
          // What fails has often written a part of it.
          const part = Buffer.concat(buffers);
          await handle.write(part, 0, Math.floor(part.length * this.#random()), position);
          throw thrown;
        }
        return handle.writev(buffers, position);
      },
      sync: async () => {
        this.#strike('sync', path);
        await handle.sync();
      },
      truncate: async (size: number) => {
        this.#strike('truncate', path);
        await handle.truncate(size);
      },
    };
    return new Proxy(handle, {
      get(target, key) {
        if (key in own) return own[key as keyof typeof own];
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}
