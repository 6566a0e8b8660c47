import { wire } from '../../wire/wires.ts';
import { pastedLinks } from '../add/paste.ts';
import type { BrowserFile } from '../tray/adding.ts';

/** What is known of a drag before it is dropped: browsers keep the rest to themselves until then. */
export interface Dragged {
  /** Links, or text that may have some. */
  readonly hasText: boolean;
  readonly files: number;
  /** Some of the files may be lists of links. */
  readonly hasLists: boolean;
}

/** What was dropped. */
export interface Dropped {
  /** With links in it, or empty. */
  readonly text: string;
  readonly files: readonly File[];
  /** Where they lie; empty in a browser. */
  readonly paths: readonly string[];
  /** Files with their places in the folders that were dropped; for a browser, which has no paths. */
  readonly tree: () => Promise<readonly BrowserFile[]>;
}

/** On what is dragged out of the window and is not for it. */
export const OWN_TYPE = 'application/x-satchel-own';

const TEXTS: ReadonlySet<string> = new Set(['text/uri-list', 'text/plain', 'text/html']);
const LISTS = /\.(?:txt|urls|list|aria2|html?)$/i;
/** A list of links is smaller. */
const MOST_BYTES = 10_000_000;

/** Null where it is nothing for Satchel. */
export function draggedIn(data: DataTransfer): Dragged | null {
  const files = [...data.items].filter(({ kind }) => kind === 'file');
  const hasText = data.types.some((type) => TEXTS.has(type));
  if ((files.length === 0 && !hasText) || data.types.includes(OWN_TYPE)) return null;
  // A folder, and what the system has no type for, has none.
  return { hasText, files: files.length, hasLists: files.some(({ type }) => /^$|^text\//.test(type)) };
}

/** To be called while it is dropped: afterwards nothing of it can be read. */
export function readDrop(data: DataTransfer): Dropped {
  const text = linksIn(data);
  // A picture of a page comes as a file too; its link says more.
  const files = text === '' ? [...data.files] : [];
  const entries = [...data.items].flatMap((item) =>
    item.kind === 'file' ? (item.webkitGetAsEntry() ?? []) : [],
  );
  const paths = files.flatMap((file) => wire.desktop?.pathOf(file) || []);
  return { text, files, paths, tree: () => filesBelow(entries) };
}

/** The links in those of the files that are lists of them, and how many of the files are none. */
export async function readLists(
  files: readonly File[],
): Promise<{ readonly text: string; readonly others: number }> {
  const lists = files.filter(({ name, size }) => LISTS.test(name) && size <= MOST_BYTES);
  const texts = await Promise.all(lists.map((file) => file.text()));
  return { text: texts.join('\n'), others: files.length - lists.length };
}

function linksIn(data: DataTransfer): string {
  const uris = data
    .getData('text/uri-list')
    .split(/\r?\n/)
    .filter((line) => /^https?:\/\//i.test(line));
  if (uris.length > 0) return uris.join('\n');
  return pastedLinks(data.getData('text/plain'), data.getData('text/html')) ?? '';
}

async function filesBelow(entries: readonly FileSystemEntry[], folder = ''): Promise<readonly BrowserFile[]> {
  const found: BrowserFile[] = [];
  for (const entry of entries) {
    const name = folder + entry.name;
    if (isFile(entry)) {
      const file = await new Promise<File | null>((resolve) => entry.file(resolve, () => resolve(null)));
      if (file !== null) found.push({ file, name });
    } else if (isFolder(entry)) found.push(...(await filesBelow(await childrenOf(entry), `${name}/`)));
  }
  return found;
}

/** They come in portions, the last of which is empty. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) =>
      reader.readEntries(resolve, () => resolve([])),
    );
    if (some.length === 0)
      return all.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    all.push(...some);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
