import { onTestFinished } from 'vitest';
import type { HistoryEntry } from '../../main/task/record.ts';
import { openStore, type Store } from '../../main/task/store.ts';
import { Disk } from '../../main/world/disk.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { historyEntry } from './records.ts';

export interface Scene {
  readonly folder: string;
  store: Store;
  /** Closes it and opens it again. */
  again(): Promise<Store>;
}

export async function scene(folder?: string): Promise<Scene> {
  const where = folder ?? (await tempFolder());
  const { store } = await openStore({ disk: new Disk(), folder: where });
  const made: Scene = {
    folder: where,
    store,
    async again() {
      made.store.close();
      made.store = (await openStore({ disk: new Disk(), folder: where })).store;
      return made.store;
    },
  };
  onTestFinished(() => made.store.close());
  return made;
}

/** Remembers one ending for each name, in this order. */
export function remember(store: Store, names: readonly string[]): HistoryEntry[] {
  const entries = names.map((name, n) => historyEntry(n, { name, path: `/home/anna/${name}` }));
  store.save({ history: entries });
  return entries;
}

/** Names that a query finds, newest first, over all pages of two. */
export function found(store: Store, q: string): string[] {
  const names: string[] = [];
  for (let before: string | null = null; ; ) {
    const page = store.searchHistory({ q, limit: 2, before });
    names.push(...page.entries.map(({ name }) => name));
    if (page.next === null) return names;
    before = page.next;
  }
}
