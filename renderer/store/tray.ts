import { create } from 'zustand';
import type { Compress } from '../../main/contract/compress.ts';
import { wire } from '../wire/wires.ts';
import { type TrayEntry, type TraySource, withMore } from './tray-entries.ts';

/** What is put together for the next package. */
export interface Tray {
  readonly isOpen: boolean;
  /** Of the ZIP, as typed; empty: the usual one. */
  readonly name: string;
  readonly compress: Compress;
  readonly entries: readonly TrayEntry[];
}

const EMPTY: Tray = { isOpen: false, name: '', compress: 'auto', entries: [] };

/** A tray that is changed often, as while something is handed over, is kept so often at most. */
const KEEP_MS = 300;

export const useTray = create<Tray>(() => EMPTY);

let isRestored = false;
let isKept = true;

/** Takes it up where it was left, in this window or another; from then on the engine keeps it. */
export async function restoreTray(): Promise<void> {
  if (isRestored) return;
  const answer = await wire.call('tray.get', {});
  if (!answer.ok || isRestored) return;
  isRestored = true;
  const before = restored(answer.value.text);
  // What has been put in meanwhile comes behind it.
  const { entries, isOpen } = useTray.getState();
  useTray.setState({
    ...before,
    isOpen: isOpen || before.isOpen,
    entries: withMore(before.entries, entries),
  });
  useTray.subscribe(() => {
    if (isKept) setTimeout(() => void keep(), KEEP_MS);
    isKept = false;
  });
}

async function keep(): Promise<void> {
  isKept = true;
  const { isOpen, name, compress, entries } = useTray.getState();
  const isEmpty = entries.length === 0 && name === '';
  const text = isEmpty ? null : JSON.stringify({ isOpen, name, compress, entries });
  await wire.call('tray.put', { text });
}

export function setTray(change: Partial<Tray>): void {
  useTray.setState(change);
}

let wantsFocus = false;

/** `focus`: whoever opens it goes on in it. */
export function openTray(focus = false): void {
  wantsFocus = focus;
  setTray({ isOpen: true });
}

/** Whether it was opened for somebody to go on in it; asked once, when it is there. */
export function takesFocus(): boolean {
  const takes = wantsFocus;
  wantsFocus = false;
  return takes;
}

export function closeTray(): void {
  setTray({ isOpen: false });
}

/** Empty and closed, as after packing. */
export function clearTray(): void {
  useTray.setState({ ...EMPTY });
}

/** Opens it with these behind what is there. Gives how many have come. */
export function putIntoTray(more: readonly TrayEntry[]): number {
  const { entries } = useTray.getState();
  const all = withMore(entries, more);
  setTray({ isOpen: true, entries: all });
  return all.length - entries.length;
}

/** What has become known of an entry, if it is still there. */
export function tellOfEntry(
  key: string,
  more: Partial<Pick<TrayEntry, 'name' | 'size' | 'sent' | 'source'>>,
): void {
  const { entries } = useTray.getState();
  if (!entries.some((entry) => entry.key === key)) return;
  setTray({ entries: entries.map((entry) => (entry.key === key ? { ...entry, ...more } : entry)) });
}

/** Whether an entry is still wanted. */
export function isInTray(key: string): boolean {
  return useTray.getState().entries.some((entry) => entry.key === key);
}

function restored(text: string | null): Tray {
  try {
    const found: unknown = JSON.parse(text ?? 'null');
    if (!isRecord(found) || !Array.isArray(found['entries'])) return EMPTY;
    const { isOpen, name, compress } = found;
    return {
      isOpen: isOpen === true,
      name: typeof name === 'string' ? name : '',
      compress: isCompress(compress) ? compress : 'auto',
      entries: found['entries'].flatMap(restoredEntry),
    };
  } catch {
    return EMPTY;
  }
}

/** What a browser had not handed over yet is lost with the page that had it. */
function restoredEntry(found: unknown): TrayEntry[] {
  if (!isRecord(found)) return [];
  const { key, name, size } = found;
  const source = restoredSource(found['source']);
  if (typeof key !== 'string' || typeof name !== 'string' || source === null) return [];
  return [{ key, name, source, size: typeof size === 'number' ? size : null, sent: null }];
}

function restoredSource(found: unknown): TraySource | null {
  if (!isRecord(found)) return null;
  const { kind, url, path, id, checksum, headers } = found;
  if (kind === 'link' && typeof url === 'string') {
    return {
      ...{ kind, url },
      ...(typeof checksum === 'string' && { checksum }),
      ...(isHeaders(headers) && { headers }),
    };
  }
  if (kind === 'file' && typeof path === 'string') return { kind, path };
  return kind === 'task' && typeof id === 'string' && typeof url === 'string' ? { kind, id, url } : null;
}

function isCompress(value: unknown): value is Compress {
  return value === 'auto' || value === 'store' || (typeof value === 'number' && value >= 1 && value <= 9);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isHeaders(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((each) => typeof each === 'string');
}
