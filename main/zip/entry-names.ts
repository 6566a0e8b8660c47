import { createHash } from 'node:crypto';
import { nameKey, numberedName, SEGMENT_LIMIT, safeName } from '../source/names.ts';

/**
 * Bytes of an entry's folders together. macOS takes no path of more than 1,024 bytes: with the longest name behind
 * them there is some room for the folder that the ZIP is extracted to.
 */
export const FOLDERS_LIMIT = 640;

/** Bytes of an entry's path at most, as entryPath gives it; the field would hold 65,535 (APPNOTE 4.4.10). */
export const PATH_LIMIT = FOLDERS_LIMIT + 1 + SEGMENT_LIMIT + 1;

/** UTF-16 units that leave room within Windows' 260 for a usual folder to extract to. */
const LONG_PATH = 180;

/** Info-ZIP's unzip takes it off a file's name (no folder's), on every system: `a;1` would overwrite `a`. */
const VMS_VERSION = /;(\d*)$/;

export interface PathOptions {
  /** The text is a path of a Windows system: `\` is between its folders too, elsewhere it is part of a name. */
  readonly windows?: boolean;
  /** It names a folder: ends in `/`. */
  readonly folder?: boolean;
}

/**
 * Any text as the name of a ZIP entry (APPNOTE 4.4.17) that is safe on every system: relative, `/` between segments
 * that are each as `safeName` gives them, `..` as `_`; never empty, at most PATH_LIMIT bytes. Of folders too long
 * together the first ones stay, the rest becomes `~` and six digits of their hash. Applying it again changes nothing.
 */
export function entryPath(raw: string, options: PathOptions = {}): string {
  const segments = raw
    .split(options.windows ? /[/\\]/ : '/')
    .filter((segment) => segment !== '' && segment !== '.')
    .map((segment) => safeName(segment));
  const name = segments.pop() ?? '_';
  const folders = withinLimit(segments).map((folder) => `${folder}/`);
  return folders.join('') + (options.folder ? `${name}/` : name.replace(VMS_VERSION, '_$1'));
}

function withinLimit(folders: readonly string[]): readonly string[] {
  const whole = folders.join('/');
  if (bytes(whole) <= FOLDERS_LIMIT) return folders;
  const rest = `~${createHash('sha256').update(whole).digest('hex').slice(0, 6)}`;
  let room = FOLDERS_LIMIT - rest.length;
  const cut = folders.findIndex((folder) => {
    room -= bytes(folder) + 1;
    return room < 0;
  });
  return [...folders.slice(0, cut), rest];
}

const bytes = (text: string) => Buffer.byteLength(text, 'utf8');

/** Whether Windows' programs that know no long paths will fail to extract it. */
export function isLongPath(name: string): boolean {
  return name.length > LONG_PATH;
}

/** Everything of one key in one folder. Kept when it is free again, for the sake of its numbers. */
interface Place {
  /** A file of this name is claimed; else it is free, or a folder. */
  file: boolean;
  /** A folder is claimed as an entry of its own. */
  folder: boolean;
  /** Claimed names below it. */
  below: number;
  inside: Map<string, Place> | null;
  /** The number to try next for a double. */
  next: number;
  /** Lower numbers that have been given back; somebody may have claimed their names since. */
  freed: number[];
  /** What a folder of this name is called as long as a file has it. */
  folderAs: string | null;
  /** Whose n-th double it is. */
  double: { readonly of: Place; readonly n: number } | null;
}

/**
 * Names of one ZIP's entries, no two of which any file system takes for one (see `nameKey`), and no file with the name
 * of another's folder. All names are as `entryPath` gives them. Claims in the same order give the same names.
 */
export class EntryNames {
  readonly #root = newPlace();

  /**
   * The wanted name if it is free, else with ` (1)`, ` (2)` … before its extension. Where a file has the name of one of
   * its folders, it is that folder that gets the number, for all that come after. An entry for a folder that others are
   * in already is no double.
   */
  claim(wanted: string): string {
    const segments = wanted.split('/');
    // What follows a folder's last `/`.
    if (segments.at(-1) === '') segments.pop();
    const isFolder = wanted.endsWith('/');
    const last = segments.pop() ?? '';
    const way = [this.#root];
    const path: string[] = [];
    let place = this.#root;
    for (const segment of segments) {
      const name = folderName(place, segment);
      place = enter(place, name);
      way.push(place);
      path.push(name);
    }
    const name = isFolder ? freeFolder(place, last) : freeFile(place, last);
    const own = enter(place, name);
    if (isFolder) own.folder = true;
    else own.file = true;
    for (const each of way) each.below += 1;
    return [...path, name].join('/') + (isFolder ? '/' : '');
  }

  /** Frees a claimed name; nothing happens to another. */
  release(name: string): void {
    const way = this.#wayTo(name);
    const own = way?.pop();
    if (!way || !own || !isClaimed(own, name)) return;
    if (name.endsWith('/')) own.folder = false;
    else own.file = false;
    for (const each of way) each.below -= 1;
    own.double?.of.freed.push(own.double.n);
  }

  /** Whether this entry, or one that differs in case only, is claimed. `a/` and `a` are two. */
  has(name: string): boolean {
    const own = this.#wayTo(name)?.pop();
    return own !== undefined && isClaimed(own, name);
  }

  /** From the root to the name's own place; null when it never was claimed. */
  #wayTo(name: string): Place[] | null {
    const way = [this.#root];
    let place: Place | undefined = this.#root;
    for (const segment of name.replace(/\/$/, '').split('/')) {
      place = place.inside?.get(nameKey(segment));
      if (!place) return null;
      way.push(place);
    }
    return way;
  }
}

function newPlace(): Place {
  return {
    file: false,
    folder: false,
    below: 0,
    inside: null,
    next: 1,
    freed: [],
    folderAs: null,
    double: null,
  };
}

function isClaimed(place: Place, name: string): boolean {
  return name.endsWith('/') ? place.folder : place.file;
}

function isFree(place: Place | undefined): boolean {
  return !place || (!place.file && !place.folder && place.below === 0);
}

function find(parent: Place, name: string): Place | undefined {
  return parent.inside?.get(nameKey(name));
}

function enter(parent: Place, name: string): Place {
  const key = nameKey(name);
  parent.inside ??= new Map();
  let place = parent.inside.get(key);
  if (!place) {
    place = newPlace();
    parent.inside.set(key, place);
  }
  return place;
}

/** What a folder is called that something goes into. */
function folderName(parent: Place, name: string): string {
  const place = find(parent, name);
  if (!place?.file) return name;
  // Unless a file has got that name too, after the last of the folder had gone.
  if (place.folderAs === null || find(parent, place.folderAs)?.file)
    place.folderAs = numbered(parent, place, name);
  return place.folderAs;
}

function freeFolder(parent: Place, name: string): string {
  const called = folderName(parent, name);
  const place = find(parent, called);
  return place?.folder ? numbered(parent, place, called) : called;
}

function freeFile(parent: Place, name: string): string {
  const place = find(parent, name);
  return place && !isFree(place) ? numbered(parent, place, name) : name;
}

/** A free name beside the one of `place`. It goes on from the last number: trying all again is quadratic. */
function numbered(parent: Place, place: Place, name: string): string {
  for (;;) {
    const n = place.freed.pop() ?? place.next++;
    const candidate = numberedName(name, n, SEGMENT_LIMIT);
    if (!isFree(find(parent, candidate))) continue;
    enter(parent, candidate).double = { of: place, n };
    return candidate;
  }
}
