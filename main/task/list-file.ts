import { z } from 'zod';
import { SatchelError } from '../contract/errors.ts';
import { NewTask } from '../contract/new-task.ts';
import { type Link, parseInputFile } from '../source/links.ts';
import { issueOf } from './issue.ts';
import type { TaskRecord } from './record.ts';

const ListFile = z.object({ satchel: z.literal(1), tasks: z.array(NewTask) });

/** The list as text, one address a line. */
export function exportUrls(records: readonly TaskRecord[]): string {
  const urls = records.flatMap(({ items }) => items.filter(({ path }) => path === null));
  return urls.map(({ url }) => `${url}\n`).join('');
}

/** The list as JSON that `parseList` takes; without headers, credentials and cookies, which are nobody else's. */
export function exportJson(records: readonly TaskRecord[]): string {
  const tasks = records.map((record) => {
    const { dir, dirByType, priority, limitRate, connections, onConflict, onChanged } = record;
    return {
      kind: record.kind,
      ...(record.kind === 'package' ? packageOf(record) : fileOf(record)),
      dir: dirByType ? undefined : dir,
      priority,
      limitRate: limitRate ?? undefined,
      connections: connections ?? undefined,
      onConflict: onConflict ?? undefined,
      onChanged: onChanged ?? undefined,
      paused: record.state === 'paused',
    };
  });
  return `${JSON.stringify({ satchel: 1, tasks }, null, 2)}\n`;
}

function fileOf({ items: [item] }: TaskRecord) {
  return {
    url: item?.url,
    spares: item && item.spares.length > 0 ? item.spares.map(({ url }) => url) : undefined,
    name: item?.out ?? undefined,
    checksum: item?.checksum ?? undefined,
  };
}

function packageOf({ items, name, compress }: TaskRecord) {
  const given = items.map(({ url, path, out, checksum }) => ({
    ...(path === null ? { url } : { path }),
    name: out ?? undefined,
    checksum: checksum ?? undefined,
  }));
  return { items: given, name, compress: compress ?? undefined };
}

/** An exported list, or addresses one a line as in aria2's input files. Errors: bad-input, saying where. */
export function parseList(text: string, paused: boolean): NewTask[] {
  if (!/^\s*\{/.test(text)) return parseInputFile(text).map((link) => newTaskOf(link, paused));
  const parsed = ListFile.safeParse(jsonOf(text));
  if (!parsed.success) {
    throw new SatchelError('bad-input', `not a list: ${issueOf(parsed.error)}`);
  }
  return parsed.data.tasks.map((task) => ({ ...task, paused: paused || task.paused }));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SatchelError('bad-input', 'not a list: the JSON is broken');
  }
}

function newTaskOf({ url, out, dir, checksum, line }: Link, paused: boolean): NewTask {
  const parsed = NewTask.safeParse({
    url,
    paused,
    ...(out === null ? {} : { name: out }),
    ...(dir === null ? {} : { dir }),
    ...(checksum === null ? {} : { checksum }),
  });
  if (!parsed.success) throw new SatchelError('bad-input', `line ${line}: ${issueOf(parsed.error)}`);
  return parsed.data;
}
