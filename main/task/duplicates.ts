import { join } from 'node:path';
import type { Duplicate } from '../contract/commands.ts';
import { sourceKey } from '../source/links.ts';
import type { HistoryEntry, ItemRecord, TaskRecord } from './record.ts';
import type { Store } from './store.ts';

/** What may be a duplicate of something: where it comes from, and where it would go. */
export interface Looked {
  /** Without credentials and fragment. */
  readonly url: string;
  readonly dir: string;
  readonly name: string;
}

/** Finds what fetches, or has fetched, the same, in the list and in the history. */
export class Duplicates {
  readonly #list: () => readonly TaskRecord[];
  readonly #store: Store;
  /** Parsing ten thousand addresses takes too long to do it for each line of a pasted text. */
  readonly #keys = new WeakMap<ItemRecord, { readonly url: string; readonly key: string }>();

  constructor(list: () => readonly TaskRecord[], store: Store) {
    this.#list = list;
    this.#store = store;
  }

  /** Looks for those of the same address, else of the same path; what is in the list first. For many questions. */
  lookup(): (looked: Looked) => Duplicate[] {
    // A package that holds the same is no second of it.
    const files = this.#list().filter(({ kind }) => kind === 'file');
    const byKey = Map.groupBy(files, ({ items }) => this.#key(items[0]));
    const byPath = Map.groupBy(this.#list(), pathOf);
    return ({ url, dir, name }) => {
      const key = sourceKey(url);
      const path = join(dir, name);
      const sameUrl = new Set(byKey.get(key));
      const samePath = (byPath.get(path) ?? []).filter((record) => !sameUrl.has(record));
      const listed = [
        ...[...sameUrl].map((record) => inList(record, 'url')),
        ...samePath.map((record) => inList(record, 'name')),
      ];
      const known = new Set(listed.map(({ taskId }) => taskId));
      const past = this.#store
        .duplicates({ sourceKey: key, path })
        .filter(({ taskId }) => !known.has(taskId))
        .map((entry) => inHistory(entry, sourceKey(entry.url) === key ? 'url' : 'name'));
      return [...listed, ...past];
    };
  }

  /** An earlier task that fetched the same content (strong ETag and length), or null. */
  ofContent({ id }: TaskRecord, etag: string, total: number): string | null {
    const same = this.#list().find(
      (other) =>
        other.kind === 'file' &&
        other.id < id &&
        other.items.some((item) => item.etag === etag && item.total === total),
    );
    const past = () => this.#store.duplicates({ content: { etag, total } }).find(({ taskId }) => taskId < id);
    return same?.id ?? past()?.taskId ?? null;
  }

  #key(item: ItemRecord | undefined): string {
    if (!item) return '';
    const known = this.#keys.get(item);
    if (known?.url === item.url) return known.key;
    const key = sourceKey(item.url);
    this.#keys.set(item, { url: item.url, key });
    return key;
  }
}

function pathOf({ finished, dir, name }: TaskRecord): string {
  return finished?.path ?? join(dir, name);
}

function inList(record: TaskRecord, by: Duplicate['by']): Duplicate {
  return { taskId: record.id, by, name: record.name, path: pathOf(record), state: record.state };
}

function inHistory({ taskId, name, path }: HistoryEntry, by: Duplicate['by']): Duplicate {
  return { taskId, by, name, path, state: null };
}
