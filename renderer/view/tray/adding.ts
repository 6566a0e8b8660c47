import i18next from 'i18next';
import type { Task } from '../../../main/contract/task.ts';
import { orTell } from '../../store/engine.ts';
import { tell } from '../../store/notices.ts';
import { type TaskView, taskById } from '../../store/tasks.ts';
import { isInTray, putIntoTray, setTray, tellOfEntry, useTray } from '../../store/tray.ts';
import { type TrayEntry, type TraySource, without } from '../../store/tray-entries.ts';
import { wire } from '../../wire/wires.ts';
import type { GivenLink } from '../add/reading/given-link.ts';
import { readText } from '../add/reading/read-text.ts';
import { announce } from '../list/announce.tsx';

/** The ways into the tray. Each says how much has come of it, and what could not. */

/** Links in a text of any kind. Gives whether there were any. */
export function addText(text: string): boolean {
  const reading = readText(text);
  const links = reading.kind === 'links' ? reading.links : [];
  if (links.length === 0) return false;
  const entries = links.map(linkEntry);
  put(entries);
  void askAbout(links, entries);
  return true;
}

/** Files and folders of the engine's machine. */
export async function addPaths(paths: readonly string[]): Promise<void> {
  for (let at = 0; at < paths.length; at += MOST_PATHS) await addSome(paths.slice(at, at + MOST_PATHS));
}

/** So many are looked at in one go. */
const MOST_PATHS = 1000;

async function addSome(paths: readonly string[]): Promise<void> {
  const answer = await orTell(wire.call('files.look', { paths: [...paths] }));
  if (answer === null) return;
  put(answer.files.map(({ path, name, size }) => entryOf(name, { kind: 'file', path }, size)));
  const [first] = answer.left;
  if (first !== undefined) tell({ kind: 'error', error: first.error });
  if (answer.more) tell({ kind: 'info', text: i18next.t('tray.tooMany', { count: answer.files.length }) });
}

/** Downloads of the list: finished ones as the files that they are, others from where they come from. */
export function addTasks(ids: Iterable<string>): void {
  const tasks = [...ids].flatMap((id) => taskById(id) ?? []);
  put(tasks.flatMap(entriesOf));
}

function entriesOf({ id, kind, name, total, items, state, path }: TaskView): readonly TrayEntry[] {
  if (kind === 'file') return [entryOf(name, { kind: 'task', id, url: items[0]?.url ?? '' }, total)];
  if (state === 'done') return [entryOf(name, { kind: 'file', path }, total)];
  return items
    .filter(({ leftOut }) => !leftOut)
    .map((item) => entryOf(item.name, itemSource(item), item.total));
}

/** A file that only the browser has, with its place among what was dropped with it. */
export interface BrowserFile {
  readonly file: File;
  readonly name: string;
}

/** They are handed over one after the other; until then nothing can be packed of them. */
export async function addFiles(files: readonly BrowserFile[]): Promise<void> {
  const { browser } = wire;
  if (browser === null) return;
  const queued = files.map(({ file, name }) => ({
    file,
    entry: { ...entryOf(name, null, file.size), sent: 0 },
  }));
  put(queued.map(({ entry }) => entry));
  for (const { file, entry } of queued) {
    if (isInTray(entry.key)) await handOver(file, entry.key);
  }
}

const TELL_EACH_MS = 200;

async function handOver(file: File, key: string): Promise<void> {
  const unwanted = new AbortController();
  const forget = useTray.subscribe(() => {
    if (!isInTray(key)) unwanted.abort();
  });
  let told = 0;
  const progress = (sent: number) => {
    const now = performance.now();
    if (now - told < TELL_EACH_MS) return;
    told = now;
    tellOfEntry(key, { sent });
  };
  const answer = await wire.browser?.upload(file, progress, unwanted.signal);
  forget();
  if (answer === undefined || unwanted.signal.aborted) return;
  if (answer.ok) {
    const { path, size } = answer.value;
    tellOfEntry(key, { source: { kind: 'file', path }, size, sent: null });
    return;
  }
  const { entries } = useTray.getState();
  setTray({ entries: without(entries, new Set([key])) });
  tell({ kind: 'error', error: answer.error });
}

function put(entries: readonly TrayEntry[]): void {
  const count = putIntoTray(entries);
  const { length } = useTray.getState().entries;
  announce(i18next.t(count === 0 ? 'tray.nothingNew' : 'tray.added', { count, all: length }));
}

function linkEntry({ url, name, headers, checksum }: GivenLink): TrayEntry {
  const source: TraySource = {
    ...{ kind: 'link', url },
    ...(headers !== undefined && { headers }),
    ...(checksum !== undefined && { checksum }),
  };
  return entryOf(name ?? lastPart(url), source, null);
}

/** What the engine would call them, and how large they are as far as their servers say. */
async function askAbout(links: readonly GivenLink[], entries: readonly TrayEntry[]): Promise<void> {
  const text = links.map(({ url }) => url).join('\n');
  for (const sizes of [false, true]) {
    const answer = await wire.call('tasks.preview', { text, sizes });
    if (!answer.ok || answer.value.items.length !== links.length) return;
    const told = new Map<string, Told>();
    for (const [index, { key, name: guessed }] of entries.entries()) {
      const { name = guessed, total = null } = answer.value.items[index] ?? {};
      // A name that was given with the link, or by hand since, stays.
      told.set(key, { guessed, name: links[index]?.name === undefined ? name : guessed, size: total });
    }
    useTray.setState((tray) => ({
      entries: tray.entries.map((entry) => withTold(entry, told.get(entry.key))),
    }));
  }
}

interface Told {
  readonly guessed: string;
  readonly name: string;
  readonly size: number | null;
}

function withTold(entry: TrayEntry, told: Told | undefined): TrayEntry {
  if (told === undefined) return entry;
  const name = entry.name === told.guessed ? told.name : entry.name;
  return { ...entry, name, size: told.size ?? entry.size };
}

function entryOf(name: string, source: TraySource | null, size: number | null): TrayEntry {
  made += 1;
  return { key: `${Date.now().toString(36)}-${made}`, name, source, size, sent: null };
}

let made = 0;

function lastPart(url: string): string {
  const { pathname = '', hostname = '' } = URL.parse(url) ?? {};
  const part = pathname.split('/').findLast((each) => each !== '') ?? hostname;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function itemSource({ url, path, checksum }: Task['items'][number]): TraySource {
  if (url === null) return { kind: 'file', path: path ?? '' };
  return { kind: 'link', url, ...(checksum !== null && { checksum }) };
}
