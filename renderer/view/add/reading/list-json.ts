/** One task of an exported list, as far as it is shown before it is added. */
export interface ListedTask {
  readonly name: string;
  /** Of the first of its addresses; empty where it has none. */
  readonly url: string;
  readonly items: number;
}

/** The tasks of a list as Satchel exports it; null where the text is no such list. The engine checks the rest. */
export function readList(text: string): readonly ListedTask[] | null {
  if (!/^\s*\{\s*"/.test(text)) return null;
  const list = parsed(text);
  if (!isRecord(list) || list['satchel'] !== 1 || !Array.isArray(list['tasks'])) return null;
  return list['tasks'].map(listedTask);
}

function listedTask(task: unknown): ListedTask {
  if (!isRecord(task)) return { name: '', url: '', items: 1 };
  const items = Array.isArray(task['items']) ? task['items'] : [];
  const first: unknown = items[0];
  const url = textOf(task['url']) || (isRecord(first) ? textOf(first['url']) : '');
  return { name: textOf(task['name']) || lastPart(url), url, items: Math.max(1, items.length) };
}

function lastPart(url: string): string {
  const path = URL.parse(url)?.pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
