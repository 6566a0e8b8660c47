import * as nodeFs from 'node:fs';
import { crc32 } from 'node:zlib';

/**
 * Many files at a time by calls that block, for a thread of its own: a call that does not costs the main thread ten
 * times as much as the disk needs for a small file. What is given crosses to another thread, so it is plain, and in
 * columns where there is much of it.
 */
export type BlockingFs = Pick<
  typeof nodeFs,
  'lstatSync' | 'statSync' | 'readdirSync' | 'openSync' | 'fstatSync' | 'readSync' | 'closeSync'
>;

/** A failure of the operating system. */
export interface Errno {
  readonly code: string;
  readonly message: string;
}

/** Kinds as they stand in a column. `unknown`: see its error. `link`: it is not followed. */
export const KINDS = ['unknown', 'file', 'folder', 'link', 'other'] as const;
export type Kind = (typeof KINDS)[number];

/** Facts by column; a row for each path asked for, or for each name in a folder. */
export interface FactColumns {
  /** Indexes into KINDS. */
  readonly kinds: Uint8Array;
  /** Bytes. */
  readonly sizes: Float64Array;
  /** Milliseconds since 1970, whole. */
  readonly modified: Float64Array;
  /** As Unix has it, type bits included. */
  readonly modes: Uint16Array;
  /** Device and inode of each folder, by row. */
  readonly ids: ReadonlyMap<number, string>;
  /** By row. */
  readonly errors: ReadonlyMap<number, Errno>;
}

export interface Listing extends FactColumns {
  /** By UTF-16 code units, ascending. */
  readonly names: readonly string[];
  /** Why there are no names. */
  readonly error: Errno | null;
}

function errnoOf(thrown: unknown): Errno {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'EIO';
  return { code, message: thrown instanceof Error ? thrown.message : String(thrown) };
}

/** What is at each of these paths; links are followed or told as such. */
export function look(paths: readonly string[], follow: boolean, fs: BlockingFs = nodeFs): FactColumns {
  const count = paths.length;
  const columns = {
    kinds: new Uint8Array(count),
    sizes: new Float64Array(count),
    modified: new Float64Array(count),
    modes: new Uint16Array(count),
    ids: new Map<number, string>(),
    errors: new Map<number, Errno>(),
  };
  for (const [row, path] of paths.entries()) {
    try {
      let stat = fs.lstatSync(path);
      if (follow && stat.isSymbolicLink()) stat = fs.statSync(path);
      columns.kinds[row] = KINDS.indexOf(kindOf(stat));
      columns.sizes[row] = stat.size;
      columns.modified[row] = Math.floor(stat.mtimeMs);
      columns.modes[row] = stat.mode;
      // An inode of Windows does not fit into a number.
      if (stat.isDirectory() && follow) columns.ids.set(row, idOf(fs.statSync(path, { bigint: true })));
    } catch (thrown) {
      columns.errors.set(row, errnoOf(thrown));
    }
  }
  return columns;
}

function kindOf(stat: nodeFs.Stats): Kind {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  return stat.isSymbolicLink() ? 'link' : 'other';
}

const idOf = ({ dev, ino }: nodeFs.BigIntStats) => `${dev}:${ino}`;

/** What is in these folders, at least in the first of them; no more of them once there are `enough` names. */
export function list(
  folders: readonly string[],
  follow: boolean,
  enough: number,
  fs: BlockingFs = nodeFs,
): Listing[] {
  const listings: Listing[] = [];
  let count = 0;
  for (const folder of folders) {
    const listing = listOne(folder, follow, fs);
    listings.push(listing);
    count += listing.names.length;
    if (count >= enough) break;
  }
  return listings;
}

function listOne(folder: string, follow: boolean, fs: BlockingFs): Listing {
  try {
    const names = fs.readdirSync(folder).sort();
    const before = /[/\\]$/.test(folder) ? folder : `${folder}/`;
    const paths = names.map((name) => before + name);
    return { names, error: null, ...look(paths, follow, fs) };
  } catch (thrown) {
    return { names: [], error: errnoOf(thrown), ...look([], follow, fs) };
  }
}

/** A larger one is not read. */
export const SMALL_BYTES = 64 * 1024;

/** What became of one file. */
export const OUTCOMES = ['failed', 'whole', 'large', 'changed', 'other'] as const;

/** Files read; a row for each. */
export interface ReadColumns {
  /** Of all that are whole, one after another. */
  readonly bytes: ArrayBuffer;
  /** Indexes into OUTCOMES. `changed`: it was being written to, each time it was read. */
  readonly outcomes: Uint8Array;
  readonly sizes: Float64Array;
  readonly crcs: Uint32Array;
  readonly modified: Float64Array;
  readonly modes: Uint16Array;
  readonly errors: ReadonlyMap<number, Errno>;
}

/** Somebody may be writing to it just now. */
const TRIES = 3;

// Else opening a fifo that took the file's name would wait for ever. Windows has neither.
const OPEN_FLAGS = nodeFs.constants.O_RDONLY | (nodeFs.constants.O_NONBLOCK ?? 0);

/** Reads small files whole. `expected` is about what they have together, in bytes. */
export function readSmall(paths: readonly string[], expected: number, fs: BlockingFs = nodeFs): ReadColumns {
  const count = paths.length;
  const columns = {
    outcomes: new Uint8Array(count),
    sizes: new Float64Array(count),
    crcs: new Uint32Array(count),
    modified: new Float64Array(count),
    modes: new Uint16Array(count),
    errors: new Map<number, Errno>(),
  };
  let bytes = new ArrayBuffer(expected);
  let used = 0;
  const room = (size: number) => {
    if (used + size > bytes.byteLength) bytes = bytes.transfer(used + size);
    return Buffer.from(bytes, used, size);
  };
  for (const [row, path] of paths.entries()) {
    try {
      const read = readOne(path, room, fs);
      columns.outcomes[row] = OUTCOMES.indexOf(read.outcome);
      columns.sizes[row] = read.stat.size;
      columns.modified[row] = Math.floor(read.stat.mtimeMs);
      columns.modes[row] = read.stat.mode;
      if (read.outcome !== 'whole') continue;
      columns.crcs[row] = crc32(Buffer.from(bytes, used, read.stat.size));
      used += read.stat.size;
    } catch (thrown) {
      columns.errors.set(row, errnoOf(thrown));
    }
  }
  return { ...columns, bytes: used < bytes.byteLength ? bytes.transfer(used) : bytes };
}

interface ReadOne {
  readonly outcome: (typeof OUTCOMES)[number];
  readonly stat: nodeFs.Stats;
}

function readOne(path: string, room: (size: number) => Buffer, fs: BlockingFs): ReadOne {
  const fd = fs.openSync(path, OPEN_FLAGS);
  try {
    for (let tries = 1; ; tries += 1) {
      const stat = fs.fstatSync(fd);
      if (!stat.isFile()) return { outcome: 'other', stat };
      if (stat.size > SMALL_BYTES) return { outcome: 'large', stat };
      const filled = fill(fd, room(stat.size), fs);
      const { size, mtimeMs } = fs.fstatSync(fd);
      if (filled === size && size === stat.size && mtimeMs === stat.mtimeMs)
        return { outcome: 'whole', stat };
      if (tries === TRIES) return { outcome: 'changed', stat };
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** Bytes read, from the file's beginning; fewer than there is room for only where it ends. */
function fill(fd: number, buffer: Buffer, fs: BlockingFs): number {
  let filled = 0;
  while (filled < buffer.length) {
    const count = fs.readSync(fd, buffer, filled, buffer.length - filled, filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}
