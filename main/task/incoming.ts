import { isAbsolute, resolve } from 'node:path';
import { SatchelError } from '../contract/errors.ts';
import type { NewItem, NewTask } from '../contract/new-task.ts';
import type { Settings } from '../contract/settings.ts';
import { checksumText, parseChecksum } from '../source/headers.ts';
import { parseSource } from '../source/links.ts';
import { FILE_NAME_LIMIT, nameFor, safeName } from '../source/names.ts';
import { categoryOf, folderOf } from './categories.ts';
import { packageOf } from './new-package.ts';
import { newFileRecord } from './new-record.ts';
import type { TaskRecord } from './record.ts';
import { sparesOf } from './spares.ts';
import { type IncomingOptions, secretOf, wishesOf } from './wishes.ts';

/** Where a download goes and what it is sorted into, as far as its address tells. */
export interface Sorted {
  readonly url: string;
  /** The user's own, made safe; or null. */
  readonly out: string | null;
  readonly name: string;
  readonly dir: string;
  readonly category: string | null;
  readonly ask: boolean;
}

/** Throws `bad-url`. Credentials in the address are taken out of it. */
export function sort(
  { url: text, name, dir }: { url: string; name?: string | undefined; dir?: string | undefined },
  { settings, downloads }: Pick<IncomingOptions, 'settings' | 'downloads'>,
): Sorted & { readonly user: string | null; readonly password: string | null } {
  const { url, user, password } = parseSource(text);
  const out = name === undefined ? null : safeName(name, FILE_NAME_LIMIT);
  const shown = out ?? nameFor({ disposition: null, url, mediaType: null });
  const category = categoryOf(settings.categories, shown, null);
  return {
    url,
    user,
    password,
    out,
    name: shown,
    dir: dir === undefined ? folderOf(category, downloads) : resolve(downloads, dir),
    category: category?.name ?? null,
    ask: dir === undefined && (settings.askWhere || category?.ask === true),
  };
}

/** What is asked for, as a task. Throws `bad-input`, `bad-url`. */
export function recordOf(task: NewTask, options: IncomingOptions): TaskRecord {
  if (task.kind === 'package') return packageOf(task, options);
  if (task.compress !== undefined) throw new SatchelError('bad-input', 'compress is for packages');
  const { url, name, checksum, headers, spares } = oneSource(task);
  const sorted = sort({ url, name, dir: task.dir }, options);
  const { out, dir, category, ask } = sorted;
  const secret = secretOf({ ...task, headers }, sorted, options.box);
  return newFileRecord({ url: sorted.url, dir, out }, options.now, {
    secret,
    spares: sparesOf(spares, { url: sorted.url, secret }, options.box),
    checksum: checksum === undefined ? null : checksumText(parseChecksum(checksum)),
    ...wishesOf(task, ask),
    category,
  });
}

/** A file task is given by its address, or by one item. */
function oneSource(task: NewTask) {
  const [item, ...rest] = task.items ?? [];
  const url = task.url ?? item?.url;
  if (url === undefined) throw new SatchelError('bad-input', 'a file task wants a url');
  if (rest.length > 0 || (item && (task.url !== undefined || !isAddressOnly(item)))) {
    throw new SatchelError('bad-input', 'a file task has one url, and no local files');
  }
  return {
    url,
    name: task.name ?? item?.name,
    checksum: task.checksum ?? item?.checksum,
    headers: { ...task.headers, ...item?.headers },
    spares: task.spares ?? item?.spares ?? [],
  };
}

function isAddressOnly({ path, task }: NewItem): boolean {
  return path === undefined && task === undefined;
}

/** The folder of the downloads: the user's, else the system's. Throws `bad-input` for one that is not absolute. */
export function downloadsFolder(settings: Settings, usual: string): string {
  const { dir } = settings;
  if (dir !== null && !isAbsolute(dir)) throw new SatchelError('bad-input', 'dir: must be an absolute path');
  return dir ?? usual;
}
