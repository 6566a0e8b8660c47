/** Something with a place in a ZIP. */
export interface Placed {
  /** The same for the same thing, whatever it is called. */
  readonly key: string;
  /** In the ZIP, with `/` between folders. */
  readonly name: string;
  /** Bytes; null while nobody knows. */
  readonly size: number | null;
}

interface RowBase {
  /** The same for the same row while others come and go. */
  readonly key: string;
  /** Without its folders. */
  readonly label: string;
  /** From 0. */
  readonly depth: number;
  /** Among the rows of the same folder, from 1, and how many they are. */
  readonly place: number;
  readonly siblings: number;
}

/** A line of the tree that is shown: a folder, which stands for what is in it, or one thing. */
export type TreeRow<T extends Placed> =
  | (RowBase & {
      readonly kind: 'folder';
      /** With its own name, without `/` at its end. */
      readonly path: string;
      readonly open: boolean;
      /** All in it, folders in it too; in order. */
      readonly inside: readonly T[];
      /** Bytes, as far as they are known. */
      readonly size: number;
      /** Some of it has no known size. */
      readonly partly: boolean;
    })
  | (RowBase & { readonly kind: 'file'; readonly entry: T });

interface Folder<T extends Placed> {
  readonly path: string;
  readonly label: string;
  readonly children: (Folder<T> | T)[];
  readonly folders: Map<string, Folder<T>>;
  readonly inside: T[];
}

/** The tree as lines, in the order of the entries; a folder stands where the first thing in it does. */
export function treeRows<T extends Placed>(
  entries: readonly T[],
  closed: ReadonlySet<string>,
): readonly TreeRow<T>[] {
  const rows: TreeRow<T>[] = [];
  addRows(rows, treeOf(entries), { depth: 0, closed });
  return rows;
}

/** Where a name lies: its folders without the last `/`, and what comes after. */
export function splitName(name: string): { readonly folder: string; readonly label: string } {
  const slash = name.lastIndexOf('/');
  return { folder: name.slice(0, Math.max(0, slash)), label: name.slice(slash + 1) };
}

export function joinName(folder: string, label: string): string {
  return folder === '' ? label : `${folder}/${label}`;
}

function treeOf<T extends Placed>(entries: readonly T[]): Folder<T> {
  const root = folderAt<T>('', '');
  for (const entry of entries) {
    const { folder } = splitName(entry.name);
    let at = root;
    for (const label of folder === '' ? [] : folder.split('/')) {
      const there = at.folders.get(label) ?? folderAt<T>(joinName(at.path, label), label);
      if (!at.folders.has(label)) {
        at.folders.set(label, there);
        at.children.push(there);
      }
      there.inside.push(entry);
      at = there;
    }
    at.children.push(entry);
  }
  return root;
}

function folderAt<T extends Placed>(path: string, label: string): Folder<T> {
  return { path, label, children: [], folders: new Map(), inside: [] };
}

function addRows<T extends Placed>(
  rows: TreeRow<T>[],
  folder: Folder<T>,
  at: { readonly depth: number; readonly closed: ReadonlySet<string> },
): void {
  const { depth, closed } = at;
  const siblings = folder.children.length;
  for (const [index, child] of folder.children.entries()) {
    const base = { depth, place: index + 1, siblings };
    if (!('children' in child)) {
      const { key, name } = child;
      rows.push({ ...base, kind: 'file', key, label: splitName(name).label, entry: child });
      continue;
    }
    const { path, label, inside } = child;
    const open = !closed.has(path);
    const size = inside.reduce((sum, entry) => sum + (entry.size ?? 0), 0);
    const partly = inside.some((entry) => entry.size === null);
    rows.push({ ...base, kind: 'folder', key: `${path}/`, label, path, open, inside, size, partly });
    if (open) addRows(rows, child, { depth: depth + 1, closed });
  }
}

/** The entries in the order in which the tree shows them: that of the ZIP. */
export function inTreeOrder<T extends Placed>(entries: readonly T[]): readonly T[] {
  return treeRows(entries, new Set()).flatMap((row) => (row.kind === 'file' ? [row.entry] : []));
}

/** In which folder a row lies; empty: in none. */
export function folderOf<T extends Placed>(row: TreeRow<T>): string {
  return splitName(row.kind === 'folder' ? row.path : row.entry.name).folder;
}

/** What stands for a row in the order of the entries. */
function firstKey<T extends Placed>(row: TreeRow<T>): string | null {
  return row.kind === 'file' ? row.entry.key : (row.inside[0]?.key ?? null);
}

/** Where something is moved to. */
export interface Target {
  /** The key of an entry; null: the end. */
  readonly before: string | null;
  readonly folder: string;
}

/** Where among the rows something would land. */
export interface DropPlace {
  /** Before which of them; their number is the end. Null: into `into`. */
  readonly at: number | null;
  /** The key of a folder's row. */
  readonly into: string | null;
}

/** Whether a part of a folder's row, from 0 at its top to 1, stands for the folder itself. */
export function isInside(share: number): boolean {
  return share > EDGE_SHARE && share < 1 - EDGE_SHARE;
}

const EDGE_SHARE = 0.25;

/** What a place among the rows means. */
export function targetAt<T extends Placed>(rows: readonly TreeRow<T>[], { at, into }: DropPlace): Target {
  const folder = rows.find(({ key }) => key === into);
  if (folder?.kind === 'folder') return { before: null, folder: folder.path };
  const below = rows[at ?? rows.length];
  if (below === undefined) return { before: null, folder: '' };
  return { before: firstKey(below), folder: folderOf(below) };
}

/** The rows of the same folder. */
export function siblingsOf<T extends Placed>(
  rows: readonly TreeRow<T>[],
  row: TreeRow<T>,
): readonly TreeRow<T>[] {
  const folder = folderOf(row);
  return rows.filter((each) => each.depth === row.depth && folderOf(each) === folder);
}

/** One place up or down among these rows, for those from the first to the last; null: they are at that end. */
export function stepBeside<T extends Placed>(
  siblings: readonly TreeRow<T>[],
  { first, last }: { readonly first: number; readonly last: number },
  step: 1 | -1,
): Pick<Target, 'before'> | null {
  const beside = siblings[step < 0 ? first - 1 : last + 1];
  if (beside === undefined) return null;
  const before = step < 0 ? beside : siblings[last + 2];
  return { before: before === undefined ? null : firstKey(before) };
}
