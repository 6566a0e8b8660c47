import type { Task } from '../../main/contract/task.ts';

/** Addresses stay the same while a task is replaced ten times a second; so do its items. */
const addresses = new WeakMap<Task['items'], string>();
const names = new WeakMap<Task, string>();

/** What a search looks through: name and addresses, in lower case. */
export function searchTextOf(task: Task): string {
  let text = names.get(task);
  if (text === undefined) {
    text = `${folded(task.name)}\n${addressesOf(task.items)}`;
    names.set(task, text);
  }
  return text;
}

/** The words of a search, each of which has to occur somewhere. */
export function wordsOf(search: string): readonly string[] {
  return folded(search).split(/\s+/u).filter(Boolean);
}

function addressesOf(items: Task['items']): string {
  let text = addresses.get(items);
  if (text === undefined) {
    text = folded(items.map(({ url, path, name }) => `${name}\n${readable(url ?? path ?? '')}`).join('\n'));
    addresses.set(items, text);
  }
  return text;
}

/** As it is asked for and, where that differs, as people read it: `%E4%BC%9A` is also `会`. */
function readable(address: string): string {
  if (!address.includes('%')) return address;
  try {
    return `${address}\n${decodeURI(address)}`;
  } catch {
    return address;
  }
}

/** Composed and in lower case; full-width letters are the same as others. */
function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
