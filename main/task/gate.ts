import { resolve } from 'node:path';
import type { NewItem, NewTask } from '../contract/new-task.ts';
import type { Settings, SettingsPatch } from '../contract/settings.ts';
import { parseUrl } from '../source/links.ts';
import type { AddressRule } from '../world/address-rule.ts';
import { folderOf } from './categories.ts';
import type { Confinement } from './confinement.ts';
import type { TaskRecord } from './record.ts';

export interface GateOptions {
  /** Null: every address may be fetched. */
  readonly rule: AddressRule | null;
  /** Null: files may lie anywhere. */
  readonly confinement: Confinement | null;
  /** Whether a file has been handed over to be packed, and lies where those do. */
  readonly isHandedOver?: (path: string) => boolean;
  /** Absolute; relative folders lie below it. */
  readonly downloads: () => string;
  readonly settings: () => Settings;
}

/**
 * What is refused where others than this machine's user may ask: addresses that are not public, and files outside one
 * folder. Asked when something is wanted, so that it is refused at once; and again when a run begins, since links may
 * have changed and tasks may come from an earlier life.
 */
export class Gate {
  readonly #options: GateOptions;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** Where a path truly leads. Throws `path-unsafe`. */
  demandInside(path: string): Promise<string> {
    const { confinement } = this.#options;
    return confinement ? confinement.demandInside(path) : Promise.resolve(resolve(path));
  }

  /** Throws `address-refused` where the address alone tells, `bad-url` where it is none. */
  demandUrl(text: string): void {
    const { rule } = this.#options;
    if (rule) rule.demandUrl(parseUrl(text).href);
  }

  async demandTasks(tasks: readonly NewTask[]): Promise<void> {
    for (const { url, spares = [], items = [], dir } of tasks) {
      for (const each of [...(url === undefined ? [] : [url]), ...spares]) this.demandUrl(each);
      if (dir !== undefined) await this.demandDir(dir);
      await this.demandItems(items);
    }
  }

  async demandItems(items: readonly Pick<NewItem, 'url' | 'path' | 'spares'>[]): Promise<void> {
    for (const { url, path, spares = [] } of items) {
      for (const each of [...(url === undefined ? [] : [url]), ...spares]) this.demandUrl(each);
      if (path !== undefined) await this.#demandSource(path);
    }
  }

  /** Of a package: what was handed over for it lies where nothing else may be read or written. */
  async #demandSource(path: string): Promise<void> {
    if (this.#options.isHandedOver?.(path) !== true) await this.demandInside(path);
  }

  async demandDir(dir: string): Promise<void> {
    await this.demandInside(resolve(this.#options.downloads(), dir));
  }

  async demandSettings({ dir, categories = [], caFile, webhooks = [] }: SettingsPatch): Promise<void> {
    for (const { url } of webhooks) this.demandUrl(url);
    const base = dir ?? this.#options.downloads();
    const dirs = categories.flatMap((category) => (category.dir === null ? [] : [folderOf(category, base)]));
    for (const each of [dir, caFile, ...dirs]) {
      if (each !== undefined && each !== null) await this.demandInside(each);
    }
  }

  /** Of a task that is about to run, or to be touched: all places that it reads or writes. */
  async demandRecord({ dir, dirByType, place, finished, items }: TaskRecord): Promise<void> {
    if (!this.#options.confinement) return;
    const { settings, downloads } = this.#options;
    const byType = dirByType ? settings().categories.map((each) => folderOf(each, downloads())) : [];
    for (const { path } of items) if (path !== null) await this.#demandSource(path);
    for (const each of new Set([dir, place?.folder, finished?.path, ...byType])) {
      if (each !== undefined) await this.demandInside(each);
    }
  }
}
