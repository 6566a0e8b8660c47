import { join } from 'node:path';
import type { CheckedInput, CommandAnswer } from '../contract/commands.ts';
import { SatchelError } from '../contract/errors.ts';
import type { NewItem } from '../contract/new-task.ts';
import type { Task } from '../contract/task.ts';
import { parseSource } from '../source/links.ts';
import type { Clock } from '../world/clock.ts';
import type { Disk } from '../world/disk.ts';
import type { SecretBox } from '../world/secrets.ts';
import { entryPath } from '../zip/entry-names.ts';
import { leaveOut } from './items.ts';
import type { Manager } from './manager.ts';
import { itemOf, localPath, zipName } from './new-package.ts';
import { openPartial } from './open-partial.ts';
import type { ItemRecord, TaskRecord } from './record.ts';
import { freshSource } from './secrets.ts';

export interface ItemCommandsOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly box: SecretBox;
  readonly manager: Manager;
}

/** What is done to the items of packages. Each of them is made whole or not at all. */
export class ItemCommands {
  readonly #options: ItemCommandsOptions;

  constructor(options: ItemCommandsOptions) {
    this.#options = options;
  }

  add({ id, items: given, position }: CheckedInput<'items.add'>): { task: Task } {
    const { box, clock, manager } = this.#options;
    const record = this.#changeable(id);
    const taskOf = (taskId: string) => manager.get(taskId);
    const around = { task: {}, box, now: clock.now(), state: restOf(record), taskOf };
    const fresh = given.map((item: NewItem) => itemOf(item, around));
    const { items } = record;
    const at = Math.min(position ?? items.length, items.length);
    manager.changeItems(record, () => refill(items, [...items.slice(0, at), ...fresh, ...items.slice(at)]));
    return { task: manager.show(record) };
  }

  update({ id, itemId, name, position, url, path }: CheckedInput<'items.update'>): { task: Task } {
    const { manager } = this.#options;
    const record = this.#changeable(id);
    const item = itemIn(record, itemId);
    if (url !== undefined && path !== undefined) {
      throw new SatchelError('bad-input', 'an item wants either a url or a path');
    }
    // Everything that can be refused comes first.
    const link = url === undefined ? null : this.#link(item, url);
    const local = path === undefined ? null : localPath(path);
    manager.changeItems(record, () => {
      if (local !== null) replace(record, item, { url: '', path: local, secret: null });
      else if (link !== null && item.path !== null) replace(record, item, { ...link, path: null });
      else if (link !== null) Object.assign(item, link);
      if (name !== undefined) item.name = item.out = entryPath(name);
      if (position !== undefined) move(record.items, item, position);
    });
    return { task: manager.show(record) };
  }

  remove({ id, itemId }: CheckedInput<'items.remove'>): { task: Task } {
    const { manager } = this.#options;
    const record = this.#changeable(id);
    const item = itemIn(record, itemId);
    const { items } = record;
    if (items.length === 1) throw new SatchelError('bad-transition', 'it is the only item of the package');
    manager.changeItems(record, () => void items.splice(items.indexOf(item), 1));
    return { task: manager.show(record) };
  }

  retry({ id, itemId, restart }: CheckedInput<'items.retry'>): { task: Task } {
    const { manager } = this.#options;
    const record = this.#changeable(id);
    const item = itemIn(record, itemId);
    if (item.state !== 'failed') throw new SatchelError('bad-transition', `retry while ${item.state}`);
    const event = record.state === 'failed' ? 'retry' : null;
    const again = () => {
      item.tries += 1;
      item.leftOut = null;
      item.error = null;
      item.state = restOf(record);
      if (!restart) return;
      item.startOver = true;
      item.received = 0;
    };
    manager.changeItems(record, again, event);
    return { task: manager.show(record) };
  }

  finishWithout(id: string): { task: Task } {
    const { manager } = this.#options;
    const record = this.#changeable(id);
    const failed = record.items.filter(({ state, leftOut }) => state === 'failed' && leftOut === null);
    if (failed.length === 0) throw new SatchelError('bad-transition', 'no item has failed');
    const event = record.state === 'failed' ? 'retry' : null;
    manager.changeItems(record, () => failed.forEach(leaveOut), event);
    return { task: manager.show(record) };
  }

  /** Throws `name-conflict` where something has the name, or the package is to have it. */
  async openPartial({
    id,
    name,
  }: CheckedInput<'tasks.openPartial'>): Promise<CommandAnswer<'tasks.openPartial'>> {
    const { disk, manager } = this.#options;
    const record = this.#package(id);
    const { place } = record;
    if (record.state === 'done') throw new SatchelError('bad-transition', 'the package is done');
    if (!place) throw new SatchelError('bad-transition', 'nothing of the package is there yet');
    const path = join(place.folder, zipName(name));
    const reserved = [place.name, record.name].map((own) => join(place.folder, own));
    if (reserved.includes(path)) throw new SatchelError('name-conflict', path);
    const opened = await openPartial(disk, place, path);
    return { ...opened, path, task: manager.show(record) };
  }

  #package(id: string): TaskRecord {
    const record = this.#options.manager.get(id);
    if (record.kind !== 'package') throw new SatchelError('bad-input', 'it is not a package');
    return record;
  }

  /** What comes while the ZIP is being closed would come too late for it. */
  #changeable(id: string): TaskRecord {
    const record = this.#package(id);
    const phase = record.state === 'running' ? this.#options.manager.flightOf(record)?.live.phase : null;
    const closing = phase === 'packing' || phase === 'verifying';
    if (record.state === 'done' || closing) {
      throw new SatchelError('bad-transition', `a change of its items while ${closing ? phase : 'done'}`);
    }
    return record;
  }

  /** What was given for one origin is not for another; what stands in the new address is. */
  #link(item: ItemRecord, text: string): Pick<ItemRecord, 'url' | 'secret'> {
    if (item.path === null && item.state === 'done') {
      throw new SatchelError('bad-transition', 'a new url while done');
    }
    return freshSource(this.#options.box, item, parseSource(text));
  }
}

/** Throws `not-found`. */
function itemIn({ items }: TaskRecord, itemId: string): ItemRecord {
  const item = items.find(({ id }) => id === itemId);
  if (!item) throw new SatchelError('not-found', `no item ${itemId}`);
  return item;
}

/** What an item is that is not there yet and does not run. */
function restOf({ state }: TaskRecord): ItemRecord['state'] {
  return state === 'paused' ? 'paused' : 'waiting';
}

/** Another file, of which nothing is there. */
function replace(
  record: TaskRecord,
  item: ItemRecord,
  source: Pick<ItemRecord, 'url' | 'path' | 'secret'>,
): void {
  const nothing = { received: 0, total: null, resumable: null, etag: null, checksum: null };
  const again = { state: restOf(record), error: null, leftOut: null, startOver: false };
  Object.assign(item, source, nothing, again, { tries: item.tries + 1 });
}

function move(items: ItemRecord[], item: ItemRecord, position: number): void {
  items.splice(items.indexOf(item), 1);
  items.splice(Math.min(position, items.length), 0, item);
}

/** Not by spreading into `push`: 100,000 arguments are too many. */
function refill(items: ItemRecord[], wanted: readonly ItemRecord[]): void {
  items.length = 0;
  for (const item of wanted) items.push(item);
}
