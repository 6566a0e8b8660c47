import { basename, isAbsolute, resolve } from 'node:path';
import { SatchelError } from '../contract/errors.ts';
import type { NewItem, NewTask } from '../contract/new-task.ts';
import { checksumText, parseChecksum } from '../source/headers.ts';
import { parseSource } from '../source/links.ts';
import { FILE_NAME_LIMIT, nameFor, safeName } from '../source/names.ts';
import type { SecretBox } from '../world/secrets.ts';
import { entryPath } from '../zip/entry-names.ts';
import { categoryOf, folderOf } from './categories.ts';
import { newItem, newPackageRecord } from './new-record.ts';
import type { ItemRecord, TaskRecord } from './record.ts';
import { type IncomingOptions, secretOf, wishesOf } from './wishes.ts';

const USUAL_NAME = 'package.zip';

/** A package as it is asked for. Throws `bad-input`, `bad-url`. */
export function packageOf(task: NewTask, options: IncomingOptions): TaskRecord {
  const { settings, downloads, now, box, taskOf } = options;
  const { items = [], url, checksum, spares, compress = 'auto' } = task;
  if (items.length === 0) throw new SatchelError('bad-input', 'a package wants items');
  if (spares !== undefined) throw new SatchelError('bad-input', 'spares are for file tasks');
  if (url !== undefined || checksum !== undefined) {
    throw new SatchelError('bad-input', "url and checksum of a package are its items'");
  }
  const name = zipName(task.name ?? USUAL_NAME);
  const category = categoryOf(settings.categories, name, null);
  const asking = task.dir === undefined && (settings.askWhere || category?.ask === true);
  const wishes = wishesOf(task, asking);
  return newPackageRecord(
    {
      name,
      dir: task.dir === undefined ? folderOf(category, downloads) : resolve(downloads, task.dir),
      compress,
      items: items.map((item) => itemOf(item, { task, box, now, taskOf, state: wishes.state })),
    },
    now,
    { ...wishes, category: category?.name ?? null },
  );
}

/** Safe, and with the ending of a ZIP. */
export function zipName(wanted: string): string {
  return safeName(/\.zip$/i.test(wanted) ? wanted : `${wanted}.zip`, FILE_NAME_LIMIT);
}

export interface ItemSurroundings {
  /** What is said for all items together. */
  readonly task: Pick<NewTask, 'headers' | 'referer' | 'userAgent' | 'credentials' | 'cookies'>;
  readonly box: SecretBox;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly state: ItemRecord['state'];
  /** Throws `not-found`. */
  readonly taskOf: (id: string) => TaskRecord;
}

/** One item as it is asked for. Throws `bad-input`, `bad-url`. */
export function itemOf(given: NewItem, around: ItemSurroundings): ItemRecord {
  if (given.spares !== undefined) throw new SatchelError('bad-input', 'spares are for file tasks');
  const sources = [given.url, given.path, given.task].filter((each) => each !== undefined);
  if (sources.length !== 1) throw new SatchelError('bad-input', 'an item wants a url, a path or a task');
  if (given.task !== undefined) return itemOfTask(around.taskOf(given.task), given, around);
  const { task, box, now, state } = around;
  const checksum = given.checksum === undefined ? null : checksumText(parseChecksum(given.checksum));
  const out = given.name === undefined ? null : entryPath(given.name);
  if (given.url !== undefined) {
    const source = parseSource(given.url);
    const { url } = source;
    const headers = { ...task.headers, ...given.headers };
    const secret = secretOf({ ...task, headers }, source, box);
    const name = out ?? nameFor({ disposition: null, url, mediaType: null });
    return newItem({ url, path: null, out, name, state, checksum, secret }, now);
  }
  if (given.headers !== undefined) throw new SatchelError('bad-input', 'headers are for addresses');
  const path = localPath(given.path ?? '');
  return newItem({ url: '', path, out, name: out ?? entryPath(basename(path)), state, checksum }, now);
}

/** What a file task has put in place, else where it comes from, with all that lets it in there. */
function itemOfTask(
  { kind, state: of, finished, name, items: [from] }: TaskRecord,
  given: NewItem,
  { now, state }: ItemSurroundings,
): ItemRecord {
  if (kind === 'package' || from === undefined) {
    throw new SatchelError('bad-input', 'a package in a package: give its items');
  }
  if (given.headers !== undefined) throw new SatchelError('bad-input', 'headers are for addresses');
  const out = given.name === undefined ? from.out : entryPath(given.name);
  const checksum = given.checksum === undefined ? from.checksum : checksumText(parseChecksum(given.checksum));
  if (of === 'done' && finished !== null) {
    const { path } = finished;
    return newItem({ url: '', path, out, name: out ?? entryPath(basename(path)), state, checksum }, now);
  }
  const { url, secret } = from;
  return newItem({ url, path: null, out, name: out ?? name, state, checksum, secret }, now);
}

/** Of a file of this machine. Throws `bad-input`: whoever asks has another folder than this process. */
export function localPath(path: string): string {
  if (!isAbsolute(path) || path.includes('\0')) throw new SatchelError('bad-input', 'path: must be absolute');
  return resolve(path);
}
