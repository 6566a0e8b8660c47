import { join, resolve } from 'node:path';
import type { CheckedInput, CommandAnswer, CommandName, HistoryRow, Preview } from '../contract/commands.ts';
import { asSatchelError, type ErrorReport, SatchelError } from '../contract/errors.ts';
import type { NewTask } from '../contract/new-task.ts';
import type { Settings, SettingsPatch } from '../contract/settings.ts';
import type { Task, TaskState } from '../contract/task.ts';
import { linksIn, parseSource } from '../source/links.ts';
import { FILE_NAME_LIMIT, safeName } from '../source/names.ts';
import type { Clock } from '../world/clock.ts';
import type { Disk } from '../world/disk.ts';
import { InTurn } from '../world/in-turn.ts';
import type { SecretBox } from '../world/secrets.ts';
import { actOnMany } from './act-on-many.ts';
import { adoptJournals } from './adopt.ts';
import type { Duplicates } from './duplicates.ts';
import { isStill } from './finished-file.ts';
import type { Gate } from './gate.ts';
import type { Seen } from './held-answers.ts';
import { recordOf, sort } from './incoming.ts';
import { ItemCommands } from './item-commands.ts';
import { exportJson, exportUrls, parseList } from './list-file.ts';
import { lookAtFiles } from './look-files.ts';
import type { Manager } from './manager.ts';
import { localPath, zipName } from './new-package.ts';
import { PieceReader } from './piece-reader.ts';
import type { HistoryEntry, ItemRecord, TaskRecord } from './record.ts';
import { freshSource } from './secrets.ts';
import type { Store } from './store.ts';
import type { TrayFile } from './tray-file.ts';
import { verifyTask } from './verify-task.ts';

export type Handlers = {
  readonly [N in CommandName]: (input: CheckedInput<N>) => CommandAnswer<N> | Promise<CommandAnswer<N>>;
};

export interface HandlerOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly box: SecretBox;
  readonly store: Store;
  readonly manager: Manager;
  /** The task's speed limit is another now. */
  readonly setLimit: (record: TaskRecord) => void;
  readonly duplicates: Duplicates;
  readonly gate: Gate;
  readonly tray: TrayFile;
  /** Of browsers, for the tray; whoever takes them has them. */
  readonly offers: { readonly text: string }[];
  /** By address, of those whose servers answer in time. */
  readonly lookAhead: (urls: readonly string[]) => Promise<ReadonlyMap<string, Seen>>;
  /** Ends what takes long. */
  readonly closing: AbortSignal;
  readonly settings: () => Settings;
  readonly updateSettings: (patch: SettingsPatch) => Promise<Settings>;
  /** Absolute. */
  readonly downloads: () => string;
  readonly about: () => Pick<
    CommandAnswer<'status'>,
    'version' | 'dataDir' | 'startedAt' | 'limitRate' | 'problems' | 'holds'
  >;
}

/** What each command does. */
export function createHandlers(options: HandlerOptions): Handlers {
  const tasks = new TaskCommands(options);
  const items = new ItemCommands(options);
  const { manager, store, gate, disk } = options;
  const pieces = new PieceReader(disk);
  const found = (ids: readonly string[]) => ids.flatMap((id) => manager.find(id) ?? []);
  return {
    'tasks.add': async (task) => ({
      task: (await tasks.add([task]))[0] as CommandAnswer<'tasks.add'>['task'],
    }),
    'tasks.addAll': async ({ tasks: all }) => ({ tasks: await tasks.add(all) }),
    'tasks.list': (input) => tasks.list(input),
    'tasks.get': ({ id }) => ({ task: manager.show(manager.get(id)) }),
    'tasks.getMany': ({ ids }) => {
      const inOrder = [...new Set(found(ids))].sort((a, b) => a.rank - b.rank);
      return { tasks: inOrder.map((record) => manager.show(record)) };
    },
    'tasks.act': (input) => actOnMany(input, options),
    'tasks.pieces': async ({ ids }) => ({
      pieces: await Promise.all(found(ids).map((record) => pieces.read(record))),
    }),
    'tasks.log': ({ id }) => {
      const record = manager.get(id);
      try {
        manager.flush();
      } catch {
        // Told by `status`; what is remembered can still be read.
      }
      return { entries: store.log.of(record.id) };
    },
    'tasks.verify': async ({ id, checksum }) => {
      const record = manager.get(id);
      await gate.demandRecord(record);
      return verifyTask(disk, record, { checksum, signal: options.closing });
    },
    'tasks.update': async (patch) => {
      if (patch.url !== undefined) gate.demandUrl(patch.url);
      if (patch.dir !== undefined) await gate.demandDir(patch.dir);
      await gate.demandRecord(manager.get(patch.id));
      return tasks.update(patch);
    },
    'tasks.pause': ({ id }) => tasks.command(id, 'pause'),
    'tasks.resume': ({ id }) => tasks.command(id, 'resume'),
    'tasks.retry': ({ id }) => tasks.command(id, 'retry'),
    'tasks.restart': ({ id }) => tasks.command(id, 'restart'),
    'tasks.start': ({ id }) => {
      manager.startNow(manager.get(id));
      return { task: manager.show(manager.get(id)) };
    },
    'tasks.pauseAll': () => tasks.all('pause', ['waiting', 'running']),
    'tasks.resumeAll': () => tasks.all('resume', ['paused']),
    'tasks.remove': async ({ id, files }) => {
      if (files === 'delete') await gate.demandRecord(manager.get(id));
      await manager.remove([manager.get(id)], files);
      return {};
    },
    'tasks.finishWithout': ({ id }) => items.finishWithout(id),
    'tasks.openPartial': async (input) => {
      await gate.demandRecord(manager.get(input.id));
      return items.openPartial(input);
    },
    'items.add': async (input) => {
      await gate.demandItems(input.items);
      return items.add(input);
    },
    'files.look': async ({ paths }) => {
      for (const path of paths) await gate.demandInside(localPath(path));
      return lookAtFiles(paths.map(localPath), options.closing);
    },
    'items.update': async (input) => {
      await gate.demandItems([input]);
      return items.update(input);
    },
    'items.remove': (input) => items.remove(input),
    'items.retry': (input) => items.retry(input),
    'tasks.clearDone': async () => {
      const done = manager.list().filter(({ state }) => state === 'done');
      await manager.remove(done, 'keep');
      return { count: done.length };
    },
    'tasks.preview': async ({ text, sizes }) => ({
      items: await (sizes ? tasks.sized(tasks.preview(text)) : tasks.preview(text)),
    }),
    'list.export': ({ format, state }) => {
      const wanted = manager.list().filter((each) => (state ? each.state === state : each.state !== 'done'));
      return { text: format === 'json' ? exportJson(wanted) : exportUrls(wanted) };
    },
    'list.import': async ({ text, paused }) => ({ tasks: await tasks.add(parseList(text, paused)) }),
    'history.search': ({ q, limit, cursor }) => {
      const found = store.searchHistory({ q, limit, before: cursor ?? null });
      return { entries: found.entries.map(historyRow), nextCursor: found.next };
    },
    'history.remove': ({ taskId }) => {
      store.removeHistory(taskId ?? 'all');
      return {};
    },
    'tray.get': async () => ({ text: await options.tray.read() }),
    'tray.put': async ({ text }) => {
      await options.tray.write(text);
      return {};
    },
    'offers.take': () => ({ offers: options.offers.splice(0) }),
    'settings.get': () => ({ settings: options.settings() }),
    'settings.update': async (patch) => {
      await gate.demandSettings(patch);
      return { settings: await options.updateSettings(patch) };
    },
    status: () => tasks.status(),
  };
}

class TaskCommands {
  readonly #options: HandlerOptions;
  readonly #adding = new InTurn();

  constructor(options: HandlerOptions) {
    this.#options = options;
  }

  /** All or none. One after the other, so that no two are given the same partial file. */
  add(all: readonly NewTask[]): Promise<Task[]> {
    return this.#adding.run(() => this.#add(all));
  }

  async #add(all: readonly NewTask[]): Promise<Task[]> {
    const { manager, disk, gate } = this.#options;
    await gate.demandTasks(all);
    const incoming = this.#incoming();
    const records = all.map((task) => recordOf(task, incoming));
    // The same address may just have been removed, and its name is free in a moment.
    await manager.cleared();
    await adoptJournals(records, { disk, others: () => manager.everybody(), byAddress: true });
    const first = manager.lastRank;
    for (const [index, record] of records.entries()) record.rank = first + index;
    manager.add(records);
    for (const [index, { position }] of all.entries()) {
      if (position !== undefined) manager.move(records[index] as TaskRecord, position);
    }
    return records.map((record) => manager.show(record));
  }

  command(id: string, type: 'pause' | 'resume' | 'retry' | 'restart') {
    const { manager } = this.#options;
    const record = manager.get(id);
    manager.command([record], type);
    return { task: manager.show(record) };
  }

  all(type: 'pause' | 'resume', states: readonly TaskState[]) {
    const { manager } = this.#options;
    const wanted = manager
      .list()
      .filter((each) => states.includes(each.state) && !(type === 'resume' && each.asking));
    manager.command(wanted, type);
    return { count: wanted.length };
  }

  list({ state, q, limit, cursor }: CheckedInput<'tasks.list'>): CommandAnswer<'tasks.list'> {
    const { manager } = this.#options;
    const after = cursor === undefined ? Number.NEGATIVE_INFINITY : Number(cursor);
    if (Number.isNaN(after)) throw new SatchelError('bad-input', 'cursor: not one of ours');
    const words = (q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const page: TaskRecord[] = [];
    for (const record of manager.list()) {
      if (record.rank <= after || (state && record.state !== state) || !hasWords(record, words)) continue;
      if (page.length === limit) return { tasks: this.#shown(page), nextCursor: String(page.at(-1)?.rank) };
      page.push(record);
    }
    return { tasks: this.#shown(page), nextCursor: null };
  }

  async update(patch: CheckedInput<'tasks.update'>) {
    const { manager, setLimit } = this.#options;
    const record = manager.get(patch.id);
    // Everything that can be refused comes first: a change is made whole or not at all.
    const source = patch.url === undefined ? undefined : this.#newSource(record, patch.url);
    const dir = patch.dir === undefined ? undefined : this.#newDir(record, patch.dir);
    if (patch.name !== undefined) await this.#rename(record, patch.name);
    if (source !== undefined) Object.assign(record.items[0] ?? {}, source);
    if (dir !== undefined) Object.assign(record, { dir, dirByType: false });
    if (patch.limitRate !== undefined) record.limitRate = patch.limitRate;
    if (patch.connections !== undefined) record.connections = patch.connections;
    setLimit(record);
    if (patch.priority !== undefined) manager.setPriority(record, patch.priority);
    if (patch.position !== undefined) manager.move(record, patch.position);
    manager.changed(record);
    if (dir !== undefined && record.asking) manager.command([record], 'resume');
    manager.tellChanged(record);
    manager.flush();
    manager.fill();
    return { task: manager.show(record) };
  }

  preview(text: string): CommandAnswer<'tasks.preview'>['items'] {
    const { settings, downloads, duplicates, gate } = this.#options;
    const at = { settings: settings(), downloads: downloads() };
    const same = duplicates.lookup();
    return linksIn(text).map((link) => {
      const given = { url: link.url, name: link.out ?? undefined, dir: link.dir ?? undefined };
      const { url, name, dir, category, ask } = sort(given, at);
      return {
        ...{ url, name, dir, category, ask },
        total: null,
        resumable: null,
        duplicates: same({ url, dir, name }),
        error: refusalOf(() => gate.demandUrl(url)),
      };
    });
  }

  /** With what their servers say, as far as they answer in time. */
  async sized(items: Preview[]): Promise<Preview[]> {
    const seen = await this.#options.lookAhead(items.filter(({ error }) => !error).map(({ url }) => url));
    return items.map((item) => ({ ...item, ...seen.get(item.url) }));
  }

  async status(): Promise<CommandAnswer<'status'>> {
    const { manager, about, disk, downloads } = this.#options;
    const space = await disk.space(downloads());
    const { problems, ...rest } = about();
    const failure = manager.failure === null ? [] : [asSatchelError(manager.failure).message];
    const { counts, speed } = manager;
    return {
      ...rest,
      downloads: downloads(),
      disk: space,
      counts,
      speed,
      offers: this.#options.offers.length,
      problems: [...problems, ...failure],
    };
  }

  #incoming() {
    const { settings, downloads, box, clock, manager } = this.#options;
    const taskOf = (id: string) => manager.get(id);
    return { settings: settings(), downloads: downloads(), box, now: clock.now(), taskOf };
  }

  #shown(records: readonly TaskRecord[]) {
    return records.map((record) => this.#options.manager.show(record));
  }

  #newSource(record: TaskRecord, text: string): Pick<ItemRecord, 'url' | 'secret'> {
    if (record.kind === 'package')
      throw new SatchelError('bad-input', "the urls of a package are its items'");
    if (record.state === 'running' || record.state === 'done') throw refused('a new url', record);
    const [item = { url: '', secret: null }] = record.items;
    return freshSource(this.#options.box, item, parseSource(text));
  }

  #newDir(record: TaskRecord, dir: string): string {
    const begun = record.place !== null || this.#options.manager.flightOf(record) !== undefined;
    if (begun || record.state === 'done') throw refused('another folder', record);
    return resolve(this.#options.downloads(), dir);
  }

  /** A finished file is renamed at once; an unfinished one gets its new name at the end. */
  async #rename(record: TaskRecord, wanted: string): Promise<void> {
    const { disk } = this.#options;
    const isPackage = record.kind === 'package';
    const name = isPackage ? zipName(wanted) : safeName(wanted, FILE_NAME_LIMIT);
    const [item] = record.items;
    if (record.state === 'done' && record.finished) {
      if (!(await isStill(disk, record.finished))) throw new SatchelError('not-found', record.finished.path);
      const path = join(record.dir, name);
      if (path !== record.finished.path) await disk.moveIntoPlace(record.finished.path, path);
      record.finished = { ...record.finished, path };
    }
    record.name = name;
    if (item && !isPackage) Object.assign(item, { out: name, name });
  }
}

/** What is thrown, to be shown; null: nothing was. */
function refusalOf(demand: () => void): ErrorReport | null {
  try {
    demand();
    return null;
  } catch (thrown) {
    return asSatchelError(thrown).report();
  }
}

function refused(what: string, { state }: TaskRecord): SatchelError {
  return new SatchelError('bad-transition', `${what} while ${state}`);
}

function hasWords({ name, items }: TaskRecord, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = `${name} ${items.map(({ url, path }) => path ?? url).join(' ')}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function historyRow({ etag: _, createdAt, endedAt, ...rest }: HistoryEntry): HistoryRow {
  return {
    ...rest,
    createdAt: new Date(createdAt).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
  };
}
