/** Where the bytes of an entry come from; null while a browser still hands them over. */
export type TraySource =
  | {
      readonly kind: 'link';
      /** As given, credentials and all. */
      readonly url: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly checksum?: string;
    }
  /** A file of the engine's machine, absolute. */
  | { readonly kind: 'file'; readonly path: string }
  /** A download of the list; `url` is where it came from, should it leave the list. */
  | { readonly kind: 'task'; readonly id: string; readonly url: string };

/** Something that is to go into the package. */
export interface TrayEntry {
  readonly key: string;
  /** In the ZIP, with `/` between folders. */
  readonly name: string;
  readonly source: TraySource | null;
  /** Bytes; null while nobody knows. */
  readonly size: number | null;
  /** Bytes that a browser has handed over so far; null where it hands over nothing. */
  readonly sent: number | null;
}

/** What is moved where. */
export interface Move {
  /** By key: the name that each has below the folder it comes to. */
  readonly names: ReadonlyMap<string, string>;
  /** Before which entry; null: the end. */
  readonly before: string | null;
  /** Without `/` at its end; empty: none. */
  readonly folder: string;
}

/** With more behind the others; a name that is taken gets ` (1)`. What comes from the same place twice comes once. */
export function withMore(entries: readonly TrayEntry[], more: readonly TrayEntry[]): readonly TrayEntry[] {
  const taken = new Set(entries.map(({ name }) => sameName(name)));
  const sources = new Set(entries.map(({ source }) => originOf(source)));
  const added: TrayEntry[] = [];
  for (const entry of more) {
    const origin = originOf(entry.source);
    if (origin !== null && sources.has(origin)) continue;
    sources.add(origin);
    const name = freeName(entry.name, taken);
    taken.add(sameName(name));
    added.push(name === entry.name ? entry : { ...entry, name });
  }
  return [...entries, ...added];
}

export function without(entries: readonly TrayEntry[], keys: ReadonlySet<string>): readonly TrayEntry[] {
  return entries.filter(({ key }) => !keys.has(key));
}

/** One entry under another name. */
export function renamed(entries: readonly TrayEntry[], key: string, name: string): readonly TrayEntry[] {
  const others = new Set(entries.filter((entry) => entry.key !== key).map((entry) => sameName(entry.name)));
  const free = freeName(cleanPath(name), others);
  if (free === '') return entries;
  return entries.map((entry) => (entry.key === key ? { ...entry, name: free } : entry));
}

/** A folder, with all that is in it, under another path. */
export function folderRenamed(entries: readonly TrayEntry[], from: string, to: string): readonly TrayEntry[] {
  const path = cleanPath(to);
  if (path === '' || path === from) return entries;
  return rebuilt(entries, (entry) =>
    entry.name.startsWith(`${from}/`) ? path + entry.name.slice(from.length) : entry.name,
  );
}

/** Entries in another place, together and in their order. */
export function moved(entries: readonly TrayEntry[], { names, before, folder }: Move): readonly TrayEntry[] {
  const chosen = entries.filter(({ key }) => names.has(key));
  const rest = entries.filter(({ key }) => !names.has(key));
  const target = before !== null && names.has(before) ? nextBeyond(entries, before, names) : before;
  const at = target === null ? -1 : rest.findIndex(({ key }) => key === target);
  const place = at < 0 ? rest.length : at;
  const put = chosen.map((entry) => {
    const below = names.get(entry.key) ?? entry.name;
    return { ...entry, name: folder === '' ? below : `${folder}/${below}` };
  });
  return rebuilt([...rest.slice(0, place), ...put, ...rest.slice(place)], ({ name }) => name);
}

/** Bytes of all together, and how many have no known size. */
export function sizeOf(entries: readonly TrayEntry[]): { readonly bytes: number; readonly unknown: number } {
  let [bytes, unknown] = [0, 0];
  for (const { size } of entries) {
    if (size === null) unknown += 1;
    else bytes += size;
  }
  return { bytes, unknown };
}

function nextBeyond(
  entries: readonly TrayEntry[],
  from: string,
  left: ReadonlyMap<string, string>,
): string | null {
  const start = entries.findIndex(({ key }) => key === from);
  return entries.slice(start).find(({ key }) => !left.has(key))?.key ?? null;
}

/** With these names, each of them once. */
function rebuilt(entries: readonly TrayEntry[], nameOf: (entry: TrayEntry) => string): readonly TrayEntry[] {
  const taken = new Set<string>();
  return entries.map((entry) => {
    const name = freeName(nameOf(entry), taken);
    taken.add(sameName(name));
    return name === entry.name ? entry : { ...entry, name };
  });
}

/** As ZIPs are unpacked where names differ by more than case. */
function sameName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(sameName(name))) return name;
  const [, stem = name, ending = ''] = /^(.+?)(\.[^./]{1,10})?$/.exec(name) ?? [];
  for (let number = 1; ; number += 1) {
    const other = `${stem} (${number})${ending}`;
    if (!taken.has(sameName(other))) return other;
  }
}

/** What was typed as a place in a ZIP: no empty parts, no way up. */
function cleanPath(text: string): string {
  const parts = text.split(/[/\\]/).map((part) => part.trim());
  return parts.filter((part) => part !== '' && part !== '.' && part !== '..').join('/');
}

/** What tells that two entries are the same; null while that is not known. */
function originOf(source: TraySource | null): string | null {
  if (source === null) return null;
  if (source.kind === 'link') return `link ${source.url}`;
  return source.kind === 'file' ? `file ${source.path}` : `task ${source.id}`;
}
