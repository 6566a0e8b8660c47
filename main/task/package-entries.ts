import { SatchelError } from '../contract/errors.ts';
import { sourceKeyIfAny } from '../source/links.ts';
import type { PackageItem } from './package-job.ts';
import { type ItemNote, itemNotes } from './package-notes.ts';

/** One item of a package at work. */
export interface Entry {
  /** Of its notes and of its region in the partial file. */
  readonly number: number;
  item: PackageItem;
  /** What the journal has of it, once it has been begun. */
  note: ItemNote | null;
  state: 'waiting' | 'running' | 'done' | 'failed';
  error: SatchelError | null;
  /** It cannot begin before the end of the ZIP is free for it. */
  needsLane: boolean;
  /** It is being taken out; whether it comes back is another matter. */
  leaving: boolean;
  /** How often it was told to go: only the last time says what comes next. */
  departures: number;
  stop: AbortController | null;
  /** Resolves when nothing of its run is under way; never rejects. */
  ended: Promise<void>;
}

export interface Changes {
  readonly gone: readonly Entry[];
  /** Their source is another now: what is here is of no use. */
  readonly replaced: readonly Entry[];
  /** They are wanted again: new ones, and failed ones that the user has asked for. */
  readonly wanted: readonly Entry[];
}

/** The items of a package: what the list wants, matched with what the journal has. */
export class Entries {
  readonly #byId = new Map<string, Entry>();
  #list: Entry[] = [];
  #next: number;
  /** What the journal has and no item of the list has claimed yet. */
  readonly #unclaimed: Map<number, ItemNote>;

  /** `regions`: numbers that are taken already. */
  constructor(notes: ReadonlyMap<string, unknown>, regions: Iterable<number>) {
    this.#unclaimed = itemNotes(notes);
    this.#next = 0;
    for (const key of notes.keys()) this.#taken(Number(/^(?:item|entry):(\d+)$/.exec(key)?.[1] ?? -1));
    for (const number of regions) this.#taken(number);
  }

  #taken(number: number): void {
    this.#next = Math.max(this.#next, number + 1);
  }

  /** In the list's order. */
  get list(): readonly Entry[] {
    return this.#list;
  }

  has(entry: Entry): boolean {
    return this.#byId.get(entry.item.id) === entry;
  }

  /** A number that nothing has. */
  newNumber(): number {
    this.#next += 1;
    return this.#next - 1;
  }

  /** Numbers of items in the journal that the list has not. */
  get extras(): readonly number[] {
    return [...this.#unclaimed.keys()];
  }

  forgetExtras(): void {
    this.#unclaimed.clear();
  }

  /** Takes the list as it is now. */
  update(items: readonly PackageItem[]): Changes {
    const matched = this.#unclaimed.size > 0 ? this.#match(items) : new Map<string, number>();
    const before = new Map(this.#byId);
    const wanted: Entry[] = [];
    const replaced: Entry[] = [];
    this.#byId.clear();
    this.#list = items.map((item) => {
      const there = before.get(item.id);
      const entry = there ?? this.#enter(item, matched.get(item.id));
      before.delete(item.id);
      this.#byId.set(item.id, entry);
      if (!there) wanted.push(entry);
      else if (isOther(entry, item)) replaced.push(entry);
      else if (item.tries > entry.item.tries && entry.state === 'failed') wanted.push(entry);
      entry.item = item;
      return entry;
    });
    return { gone: [...before.values()], replaced, wanted };
  }

  #enter(item: PackageItem, number: number | undefined): Entry {
    const note = number === undefined ? null : (this.#unclaimed.get(number) ?? null);
    if (number !== undefined) this.#unclaimed.delete(number);
    return {
      number: number ?? this.newNumber(),
      item,
      note,
      state: 'waiting',
      error: null,
      needsLane: false,
      leaving: false,
      departures: 0,
      stop: null,
      ended: Promise.resolve(),
    };
  }

  /** By the item's id, else by what it fetches. */
  #match(items: readonly PackageItem[]): Map<string, number> {
    const byId = new Map<string, number>();
    const bySource = new Map<string, number[]>();
    for (const [number, note] of this.#unclaimed) {
      byId.set(note.id, number);
      const key = keyOf(note);
      if (key !== null) bySource.set(key, [...(bySource.get(key) ?? []), number]);
    }
    const matched = new Map<string, number>();
    const used = new Set<number>();
    const take = (item: PackageItem, number: number | undefined) => {
      if (number === undefined || used.has(number) || !suits(item, this.#unclaimed.get(number))) return;
      used.add(number);
      matched.set(item.id, number);
    };
    for (const item of items) take(item, byId.get(item.id));
    for (const item of items) {
      if (matched.has(item.id)) continue;
      const numbers = bySource.get(keyOf(item.source) ?? '') ?? [];
      take(
        item,
        numbers.find((number) => !used.has(number)),
      );
    }
    return matched;
  }
}

function keyOf(source: {
  readonly url?: string | undefined;
  readonly path?: string | undefined;
}): string | null {
  if (source.path !== undefined) return `path:${source.path}`;
  return source.url === undefined ? null : sourceKeyIfAny(source.url);
}

/** Another file of this machine is another file; what another address leads to, only its answer can tell. */
function suits({ source }: PackageItem, note: ItemNote | undefined): boolean {
  return source.kind === 'path' ? note?.path === source.path : note?.url !== undefined;
}

/** A new address may lead to the same file, which only its answer can tell; a file of this machine is another one. */
function isOther(entry: Entry, item: PackageItem): boolean {
  const [was, is] = [entry.item.source, item.source];
  if (was.kind !== is.kind) return true;
  return was.kind === 'path' && is.kind === 'path' ? was.path !== is.path : false;
}

/** The address of a running item is another now. */
export function hasNewAddress(before: PackageItem, after: PackageItem): boolean {
  return (
    before.source.kind === 'url' && after.source.kind === 'url' && before.source.url !== after.source.url
  );
}

export function extrasError(count: number): SatchelError {
  return new SatchelError('name-conflict', `the package there has ${count} items that are not in the list`);
}
