import { crc32 } from 'node:zlib';
import { SatchelError } from '../contract/errors.ts';
import { withoutQuery } from '../source/links.ts';
import { entryPath } from '../zip/entry-names.ts';
import { FILE_MODE, METHODS } from '../zip/records.ts';
import type { Entries, Entry } from './package-entries.ts';
import { itemKey } from './package-notes.ts';
import type { PackageTools } from './package-tools.ts';

/** What is not in the ZIP, and why; part of it. */
const MISSING = 'MISSING.txt';

/**
 * The last steps of a package all of whose items are there or left out: their names as the user wants them now, the
 * word on what is missing, the central directory in the list's order. Gives the bytes of the ZIP.
 */
export async function closePackage(
  entries: Entries,
  tools: PackageTools,
  onName: (itemId: string, name: string) => void,
): Promise<number> {
  const { zip } = tools;
  const [missing, there] = split(entries.list);
  const lost = missing.find(({ item }) => item.leftOut === null);
  if (lost) throw new SatchelError('internal', `item ${lost.item.id} is not there`);
  const kept = new Set(there.map(({ number }) => number));
  for (const { id } of [...zip.file.regions]) if (!kept.has(id)) await zip.release(id);
  const renamed = there.filter(isRenamed);
  // All before any: two that change names are not in each other's way.
  for (const { note } of renamed) tools.names.release(note?.name ?? '');
  for (const entry of renamed) await rename(entry, tools);
  for (const entry of there) {
    onName(entry.item.id, entry.note?.name ?? '');
  }
  const order = there.map(({ number }) => ({ region: number, index: 0 }));
  if (missing.length > 0)
    order.push({ region: await putMissing(entries.newNumber(), missing, tools), index: 0 });
  return zip.close(order);
}

function split(list: readonly Entry[]): [Entry[], Entry[]] {
  return [list.filter(({ state }) => state !== 'done'), list.filter(({ state }) => state === 'done')];
}

/** Only what the user has renamed meanwhile: a double that was numbered stays so. */
function isRenamed({ item, note }: Entry): boolean {
  return item.name !== null && note?.name != null && entryPath(item.name) !== note.name;
}

/** Its old name has been given back. */
async function rename(entry: Entry, { zip, names }: PackageTools): Promise<void> {
  const { item, note, number } = entry;
  if (!note) return;
  const name = names.claim(entryPath(item.name ?? ''));
  if (name === note.name) return;
  await zip.rename(number, name);
  entry.note = { ...note, name };
  await zip.file.keepNote(itemKey(number), entry.note);
}

async function putMissing(number: number, missing: readonly Entry[], tools: PackageTools): Promise<number> {
  const lines = missing.map(({ item, note }) => {
    const what = note?.name ?? item.name;
    const where = item.source.kind === 'url' ? withoutQuery(item.source.url) : item.source.path;
    const reason = item.leftOut?.reason ?? 'it is not there';
    return `${[what, where].filter((each) => each !== null).join('\n  from ')}\n  because: ${reason}\n`;
  });
  const text = `Not in this ZIP:\n\n${lines.join('\n')}`;
  const bytes = Buffer.from(text.replaceAll('\n', '\r\n'));
  const facts = {
    name: tools.names.claim(MISSING),
    method: METHODS.stored,
    crc: crc32(bytes),
    size: bytes.length,
    compressedSize: bytes.length,
    modified: tools.startedAt,
    mode: FILE_MODE,
  };
  await tools.zip.put(number, [{ facts, buffers: [bytes] }]);
  return number;
}
