import { basename, resolve, sep } from 'node:path';
import { SatchelError } from '../contract/errors.ts';
import { type FactColumns, KINDS, type Kind, type Listing } from './blocking-disk.ts';
import { type DiskThread, localError } from './disk-thread.ts';

/** A file or folder of this machine. */
export interface LocalEntry {
  /** Absolute. */
  readonly path: string;
  /**
   * In the ZIP, `/` between its parts and none at its ends: from the last part of the root on. A root that ends in `.`
   * or `..`, and that of a disk, stands for what is in it.
   */
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** Bytes; 0 for a folder. */
  readonly size: number;
  /** Milliseconds since 1970, whole. */
  readonly modified: number;
  /** As Unix has it, type bits included. */
  readonly mode: number;
}

export interface WalkOptions {
  /** Those that a root is, or leads through, are followed always. */
  readonly symlinks: 'follow' | 'skip';
  /** What is left out, a folder with all that is in it. */
  readonly exclude?: (path: string, isFolder: boolean) => boolean;
  /**
   * Told of what cannot be packed: `not-found`, `permission`, `disk-error`; `bad-input` for what is neither file nor
   * folder, and for a link that leads back to a folder that it lies in.
   */
  readonly onProblem: (path: string, error: SatchelError) => void;
}

type Tree = Pick<DiskThread, 'look' | 'list'>;

/** Folders whose contents are asked for at once: a question each would take longer than the answer. */
const FOLDERS_AT_ONCE = 16;

/** A folder being walked. */
interface Frame {
  readonly listing: Omit<Listing, 'error'>;
  /** In the ZIP, and on the disk, with what separates it from the names of what is in it. */
  readonly name: string;
  readonly path: string;
  /** Rows of the listing that are still to be told of. */
  readonly rows: IterableIterator<number>;
  /** Paths of those folders among the rows whose contents have not been asked for yet … */
  unasked: string[];
  /** … and the contents of the next ones. */
  readonly listed: Listing[];
  /** Ids of the folders from the root down to this one. */
  readonly above: readonly string[];
}

/**
 * Files and folders below the roots, each folder before what is in it, in the order of their names by UTF-16 code
 * units: the same tree gives the same order always. Roots come in the order given. Nothing is held but the contents of
 * the folders that lead to where it is.
 */
export async function* walk(
  tree: Tree,
  roots: readonly string[],
  options: WalkOptions,
): AsyncGenerator<LocalEntry> {
  for (const root of roots) yield* walkRoot(tree, root, options);
}

async function* walkRoot(tree: Tree, root: string, options: WalkOptions): AsyncGenerator<LocalEntry> {
  const path = resolve(root);
  const own = ['', '.', '..'].includes(basename(root)) ? '' : basename(path);
  const listing = { names: [own], ...(await tree.look([path], true)) };
  const before = path.slice(0, path.length - own.length);
  const frames = [frameOf(listing, { name: '', path: before, above: [] }, own, options)];
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    const { value: row } = frame.rows.next();
    if (row === undefined) {
      frames.pop();
      continue;
    }
    const entry = entryOf(frame, row);
    if (entry.name !== '') yield entry;
    if (entry.kind === 'folder') {
      const inside = await contentsOf(entry.path, frame, tree, options);
      if (!inside) continue;
      const id = frame.listing.ids.get(row);
      const above = id === undefined ? frame.above : [...frame.above, id];
      const name = entry.name === '' ? '' : `${entry.name}/`;
      const below = { name, path: entry.path.endsWith(sep) ? entry.path : entry.path + sep, above };
      frames.push(frameOf(inside, below, own, options));
    }
  }
}

function frameOf(
  listing: Omit<Listing, 'error'>,
  where: Pick<Frame, 'name' | 'path' | 'above'>,
  root: string,
  options: WalkOptions,
): Frame {
  const rows: number[] = [];
  const unasked: string[] = [];
  for (const [row, own] of listing.names.entries()) {
    const kind = KINDS[listing.kinds[row] as number];
    const name = where.name + own;
    if (kind === 'link' || isExcluded(name, root, kind === 'folder', options)) continue;
    const path = where.path + own;
    const problem = problemOf(path, kind, row, listing, where.above);
    if (problem) options.onProblem(path, problem);
    else rows.push(row);
    if (!problem && kind === 'folder') unasked.push(path);
  }
  return { ...where, listing, rows: rows.values(), unasked, listed: [] };
}

/** People write patterns for what they see in the ZIP, and for what they see in the folder that they give. */
function isExcluded(name: string, root: string, isFolder: boolean, { exclude }: WalkOptions): boolean {
  if (!exclude || name === '') return false;
  if (exclude(name, isFolder)) return true;
  return root !== '' && name.startsWith(`${root}/`) && exclude(name.slice(root.length + 1), isFolder);
}

function problemOf(
  path: string,
  kind: Kind | undefined,
  row: number,
  { errors, ids }: FactColumns,
  above: readonly string[],
): SatchelError | null {
  if (kind === 'file') return null;
  if (kind !== 'folder') {
    const errno = errors.get(row);
    return errno
      ? localError(errno, path)
      : new SatchelError('bad-input', `neither file nor folder: ${path}`);
  }
  const id = ids.get(row);
  if (id === undefined || !above.includes(id)) return null;
  return new SatchelError('bad-input', `a link to a folder that it lies in: ${path}`);
}

function entryOf({ listing, name, path }: Frame, row: number): LocalEntry {
  const own = listing.names[row] as string;
  const kind = KINDS[listing.kinds[row] as number] === 'folder' ? 'folder' : 'file';
  return {
    path: path + own,
    name: name + own,
    kind,
    size: kind === 'file' ? (listing.sizes[row] as number) : 0,
    modified: listing.modified[row] as number,
    mode: listing.modes[row] as number,
  };
}

/** What is in the next folder of a frame; null where that cannot be told. */
async function contentsOf(
  path: string,
  frame: Frame,
  tree: Tree,
  { symlinks, onProblem }: WalkOptions,
): Promise<Listing | null> {
  if (frame.listed.length === 0) {
    const next = frame.unasked.slice(0, FOLDERS_AT_ONCE);
    frame.listed.push(...(await tree.list(next, symlinks === 'follow')));
    frame.unasked = frame.unasked.slice(frame.listed.length);
  }
  const listing = frame.listed.shift() as Listing;
  if (listing.error) onProblem(path, localError(listing.error, path));
  return listing.error ? null : listing;
}
