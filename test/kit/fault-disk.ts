import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { FileSystem } from '../../main/world/disk.ts';
import { Shadow } from './shadow.ts';

export type DiskCall = 'write' | 'read' | 'sync' | 'open' | 'link' | 'unlink' | 'rename' | 'truncate';

export type DiskFault =
  /** The nth call of this kind (1 is the first), on a path that matches, fails with this errno. */
  | {
      readonly name: 'error';
      readonly call: DiskCall;
      readonly nth: number;
      readonly errno: string;
      readonly path?: RegExp;
    }
  /** Every write of more than one byte writes only a part of it. */
  | { readonly name: 'short-write' }
  /** Only so many bytes fit; then ENOSPC, after writing what still fits. */
  | { readonly name: 'full'; bytes: number };

/**
 * A real disk that fails on purpose: calls go through to the real files, but may fail first, in one named way, and
 * the power may be cut: then everything since the last fsync is kept, lost or torn at random. Give `fileSystem` to a
 * Disk. `happened` counts the faults that really struck.
 */
export class FaultDisk {
  readonly faults: DiskFault[];
  readonly fileSystem: FileSystem;
  readonly #counts = new Map<DiskFault, number>();
  readonly #happened = new Map<DiskFault['name'], number>();
  readonly #shadow: Shadow;
  readonly #folder: string;
  #off = false;

  constructor(folder: string, faults: DiskFault[] = []) {
    this.faults = faults;
    this.#folder = folder;
    this.#shadow = new Shadow();
    this.fileSystem = this.#wrap();
  }

  happened(name: DiskFault['name']): number {
    return this.#happened.get(name) ?? 0;
  }

  /**
   * Cuts the power: every later call fails, and the folder's files become what a machine would find after it comes
   * back. `random` is in [0, 1).
   */
  async powerCut(random: () => number): Promise<void> {
    this.#off = true;
    const survivors = this.#shadow.afterPowerCut(random);
    for (const entry of await fs.readdir(this.#folder)) await fs.unlink(join(this.#folder, entry));
    for (const { paths, content } of survivors) {
      const [first, ...others] = paths as [string, ...string[]];
      await fs.writeFile(first, content);
      for (const other of others) await fs.link(first, other);
    }
  }

  /** Bytes that no fsync has made safe so far. */
  get unsafeBytes(): number {
    return this.#shadow.unsafeBytes;
  }

  #count(fault: DiskFault): void {
    this.#happened.set(fault.name, (this.#happened.get(fault.name) ?? 0) + 1);
  }

  #strike(call: DiskCall, path: string): void {
    if (this.#off) throw errno('EIO', path);
    for (const fault of this.faults) {
      if (fault.name !== 'error' || fault.call !== call || (fault.path && !fault.path.test(path))) continue;
      const count = (this.#counts.get(fault) ?? 0) + 1;
      this.#counts.set(fault, count);
      if (count !== fault.nth) continue;
      this.#count(fault);
      throw errno(fault.errno, path);
    }
  }

  /** How much of a write gets through. */
  #admitted(size: number, path: string): number {
    let admitted = size;
    for (const fault of this.faults) {
      if (fault.name === 'short-write' && admitted > 1) {
        admitted = Math.ceil(admitted / 3);
        this.#count(fault);
      } else if (fault.name === 'full' && admitted > fault.bytes) {
        this.#count(fault);
        if (fault.bytes === 0) throw errno('ENOSPC', path);
        admitted = fault.bytes;
      }
    }
    for (const fault of this.faults) if (fault.name === 'full') fault.bytes -= admitted;
    return admitted;
  }

  #wrap(): FileSystem {
    const wrapped = {
      ...fs,
      open: async (path: string, flags: string) => {
        this.#strike('open', path);
        const handle = await fs.open(path, flags);
        const isFolder = (await handle.stat()).isDirectory();
        if (!isFolder)
          this.#shadow.opened(path, flags.startsWith('w') ? Buffer.alloc(0) : await fs.readFile(path));
        return this.#wrapHandle(handle, path, isFolder);
      },
      link: async (from: string, to: string) => {
        this.#strike('link', from);
        await fs.link(from, to);
        this.#shadow.linked(from, to);
      },
      unlink: async (path: string) => {
        this.#strike('unlink', path);
        await fs.unlink(path);
        this.#shadow.unlinked(path);
      },
      rename: async (from: string, to: string) => {
        this.#strike('rename', from);
        await fs.rename(from, to);
        this.#shadow.renamed(from, to);
      },
    };
    return wrapped as unknown as FileSystem;
  }

  #wrapHandle(handle: fs.FileHandle, path: string, isFolder: boolean): fs.FileHandle {
    const inode = isFolder ? null : this.#shadow.at(path);
    const own = {
      writev: async (buffers: Buffer[], position: number) => {
        this.#strike('write', path);
        const whole = Buffer.concat(buffers);
        const part = whole.subarray(0, this.#admitted(whole.length, path));
        await handle.write(part, 0, part.length, position);
        inode?.wrote(position, part);
        return { bytesWritten: part.length, buffers };
      },
      truncate: async (size: number) => {
        this.#strike('truncate', path);
        await handle.truncate(size);
        inode?.truncated(size);
      },
      sync: async () => {
        this.#strike('sync', path);
        await handle.sync();
        if (inode) inode.synced();
        else this.#shadow.folderSynced();
      },
      read: async (...args: Parameters<fs.FileHandle['read']>) => {
        this.#strike('read', path);
        return handle.read(...args);
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

function errno(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
