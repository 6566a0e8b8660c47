import * as nodeFs from 'node:fs/promises';
import { dirname } from 'node:path';
import { SatchelError } from '../contract/errors.ts';

/** The part of `node:fs/promises` that is used; a test gives one that fails on purpose. */
export type FileSystem = Pick<
  typeof nodeFs,
  | 'open'
  | 'lstat'
  | 'readdir'
  | 'readFile'
  | 'rename'
  | 'link'
  | 'unlink'
  | 'mkdir'
  | 'statfs'
  | 'realpath'
  | 'chmod'
  | 'copyFile'
>;

export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'other';
  readonly size: number;
  /** Device and inode: two paths with one id are one file. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** Permission bits; on Windows they say little. */
  readonly mode: number;
}

const CODES = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EACCES: 'permission',
  EPERM: 'permission',
  EROFS: 'permission',
  EEXIST: 'name-conflict',
  ENAMETOOLONG: 'bad-input',
  ENOTDIR: 'bad-input',
} as const;

const COPY_EXCLUSIVE = nodeFs.constants.COPYFILE_EXCL;

function errnoOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined;
}

/** An error of the operating system as one of ours; the detail names the path. */
export function diskError(thrown: unknown, path: string): SatchelError {
  const errno = errnoOf(thrown);
  const code = errno !== undefined && errno in CODES ? CODES[errno as keyof typeof CODES] : 'disk-error';
  return new SatchelError(code, errno ? `${errno}: ${path}` : `${String(thrown)}: ${path}`, {
    cause: thrown,
  });
}

async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw diskError(thrown, path);
  }
}

/** What an open file is; times in nanoseconds since 1970. */
export interface OpenFileFacts {
  readonly size: number;
  /** As in FileFacts. */
  readonly id: string;
  readonly modifiedNs: bigint;
  /** Of any change to it, which nobody can set. */
  readonly changedNs: bigint;
}

/** An open file, read and written by position. Every failure is a SatchelError. */
export class DiskFile {
  readonly path: string;
  readonly #handle: nodeFs.FileHandle;

  constructor(path: string, handle: nodeFs.FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Writes all of `buffers` at byte `position`; a short write is carried on with, so it is all or an error. */
  write(buffers: readonly Buffer[], position: number): Promise<void> {
    return guarded(this.path, async () => {
      let rest = buffers.filter((buffer) => buffer.length > 0);
      let at = position;
      while (rest.length > 0) {
        const { bytesWritten } = await this.#handle.writev(rest, at);
        // A write of nothing that is no error would otherwise loop for ever.
        if (bytesWritten === 0) throw Object.assign(new Error('wrote nothing'), { code: 'EIO' });
        at += bytesWritten;
        rest = withoutFirst(rest, bytesWritten);
      }
    });
  }

  /** Up to `length` bytes from `position`; fewer only at the end of the file. */
  read(position: number, length: number): Promise<Buffer> {
    return guarded(this.path, async () => {
      const buffer = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await this.#handle.read(buffer, filled, length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    });
  }

  size(): Promise<number> {
    return guarded(this.path, async () => (await this.#handle.stat()).size);
  }

  /** Of the open file, whatever has its name by now. */
  facts(): Promise<OpenFileFacts> {
    return guarded(this.path, async () => {
      const { size, dev, ino, mtimeNs, ctimeNs } = await this.#handle.stat({ bigint: true });
      return { size: Number(size), id: `${dev}:${ino}`, modifiedNs: mtimeNs, changedNs: ctimeNs };
    });
  }

  truncate(size: number): Promise<void> {
    return guarded(this.path, () => this.#handle.truncate(size));
  }

  /** Until this resolves, nothing written is safe from a power cut. */
  sync(): Promise<void> {
    return guarded(this.path, () => this.#handle.sync());
  }

  setModified(ms: number): Promise<void> {
    return guarded(this.path, () => this.#handle.utimes(ms / 1000, ms / 1000));
  }

  close(): Promise<void> {
    return guarded(this.path, () => this.#handle.close());
  }
}

function withoutFirst(buffers: readonly Buffer[], count: number): Buffer[] {
  let skip = count;
  const rest: Buffer[] = [];
  for (const buffer of buffers) {
    if (skip >= buffer.length) skip -= buffer.length;
    else {
      rest.push(skip > 0 ? buffer.subarray(skip) : buffer);
      skip = 0;
    }
  }
  return rest;
}

/** The disk. Every failure is a SatchelError: disk-full, permission, name-conflict, disk-error. */
export class Disk {
  readonly #fs: FileSystem;

  constructor(fs: FileSystem = nodeFs) {
    this.#fs = fs;
  }

  /**
   * Makes a new file for reading and writing; `name-conflict` when the name is taken. `mode` is what it has from the
   * first moment on, less what the umask takes away.
   */
  create(path: string, mode?: number): Promise<DiskFile> {
    return this.#open(path, 'wx+', mode);
  }

  /** Opens an existing file for reading and writing. */
  open(path: string): Promise<DiskFile> {
    return this.#open(path, 'r+');
  }

  openToRead(path: string): Promise<DiskFile> {
    return this.#open(path, 'r');
  }

  async #open(path: string, flags: string, mode?: number): Promise<DiskFile> {
    return new DiskFile(path, await guarded(path, () => this.#fs.open(path, flags, mode)));
  }

  /** What is at `path`, or null where nothing is. */
  facts(path: string): Promise<FileFacts | null> {
    return guarded(path, async () => {
      try {
        const stat = await this.#fs.lstat(path, { bigint: true });
        const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other';
        const mode = Number(stat.mode & 0o777n);
        const modified = Number(stat.mtimeNs / 1_000_000n);
        return { kind, size: Number(stat.size), id: `${stat.dev}:${stat.ino}`, modified, mode };
      } catch (thrown) {
        if (errnoOf(thrown) === 'ENOENT') return null;
        throw thrown;
      }
    });
  }

  readWhole(path: string): Promise<Buffer> {
    return guarded(path, () => this.#fs.readFile(path));
  }

  /** Names in a folder; none where there is no such folder. */
  list(folder: string): Promise<string[]> {
    return guarded(folder, async () => {
      try {
        return await this.#fs.readdir(folder);
      } catch (thrown) {
        if (errnoOf(thrown) === 'ENOENT') return [];
        throw thrown;
      }
    });
  }

  /** Those above it too; `mode` is for all that are new. */
  makeFolder(folder: string, mode = 0o777): Promise<void> {
    return guarded(folder, async () => {
      await this.#fs.mkdir(folder, { recursive: true, mode });
    });
  }

  setMode(path: string, mode: number): Promise<void> {
    return guarded(path, () => this.#fs.chmod(path, mode));
  }

  /** Keeps what is at `from` under another name too, which must be free: a second link, else a copy. */
  keepAs(from: string, to: string): Promise<void> {
    return guarded(to, async () => {
      if (!(await this.#link(from, to))) await this.#fs.copyFile(from, to, COPY_EXCLUSIVE);
    });
  }

  /** False where links are not to be had (FAT, some network shares). */
  async #link(from: string, to: string): Promise<boolean> {
    try {
      await this.#fs.link(from, to);
      return true;
    } catch (thrown) {
      if (errnoOf(thrown) === 'EEXIST' || errnoOf(thrown) === 'ENOENT') throw thrown;
      return false;
    }
  }

  /** The folder's one true path: two ways to write it give the same answer. */
  realFolder(folder: string): Promise<string> {
    return guarded(folder, () => this.#fs.realpath(folder));
  }

  /** Moves a file within its folder, replacing what is there. */
  replace(from: string, to: string): Promise<void> {
    return guarded(to, () => this.#fs.rename(from, to));
  }

  /**
   * Moves a file to a name that must be free: `name-conflict` when it is not. link + unlink cannot replace anything;
   * where links are not to be had it is check + rename. What fails leaves it where it was, if the disk lets it.
   */
  moveIntoPlace(from: string, to: string): Promise<void> {
    return guarded(to, async () => {
      if (await this.#link(from, to)) return this.#takeOff(from, to);
      if ((await this.facts(to)) !== null) throw Object.assign(new Error('taken'), { code: 'EEXIST' });
      return this.#fs.rename(from, to);
    });
  }

  /** Of two names of a file leaves `other` alone; where the first cannot be taken off, takes `other` back. */
  async #takeOff(name: string, other: string): Promise<void> {
    try {
      await this.#fs.unlink(name);
    } catch (thrown) {
      await this.#fs.unlink(other).catch(() => {});
      throw thrown;
    }
  }

  /** Removes a file; one that is not there is no error. */
  remove(path: string): Promise<void> {
    return guarded(path, async () => {
      try {
        await this.#fs.unlink(path);
      } catch (thrown) {
        if (errnoOf(thrown) !== 'ENOENT') throw thrown;
      }
    });
  }

  /** Makes new and moved names in `folder` safe from a power cut. Windows cannot open folders, and needs no such call. */
  syncFolder(folder: string): Promise<void> {
    if (process.platform === 'win32') return Promise.resolve();
    return guarded(folder, async () => {
      const handle = await this.#fs.open(folder, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  }

  /** The disk that `folder` is on, or will be on: bytes that this user may still write, and all; null: it does not say. */
  async space(folder: string): Promise<{ free: number; total: number } | null> {
    for (let there = folder; ; there = dirname(there)) {
      try {
        const { blocks, bavail, bsize } = await this.#fs.statfs(there);
        return blocks === 0 ? null : { free: bavail * bsize, total: blocks * bsize };
      } catch {
        if (dirname(there) === there) return null;
      }
    }
  }

  /** Bytes that this user may still write in `folder`; Infinity where the file system does not say. */
  freeBytes(folder: string): Promise<number> {
    return guarded(folder, async () => {
      const { blocks, bavail, bsize } = await this.#fs.statfs(folder);
      return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
    });
  }
}
