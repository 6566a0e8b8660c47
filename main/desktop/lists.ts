import { extname } from 'node:path';
import type { Offer } from '../contract/desktop.ts';
import type { Disk } from '../world/disk.ts';

/** Lists of links that Satchel can be opened with. */
const LISTS: ReadonlySet<string> = new Set(['.txt', '.urls', '.list', '.aria2']);
/** Of all together; the Add box takes no more. */
const MOST_BYTES = 10_000_000;

export function isList(path: string): boolean {
  return LISTS.has(extname(path).toLowerCase());
}

/** The lists among its files become its text, since a page can read no file; one that cannot be read says so there. */
export async function readLists(disk: Disk, offer: Offer): Promise<Offer> {
  const texts = offer.text === '' ? [] : [offer.text];
  let left = MOST_BYTES;
  for (const path of offer.paths.filter(isList)) {
    const text = await textOf(disk, path, left);
    left -= text?.length ?? 0;
    texts.push(text ?? `# ${path}: ?`);
  }
  return { ...offer, text: texts.join('\n'), paths: offer.paths.filter((path) => !isList(path)) };
}

async function textOf(disk: Disk, path: string, most: number): Promise<string | null> {
  try {
    const facts = await disk.facts(path);
    if (facts?.kind !== 'file' || facts.size > most) return null;
    return (await disk.readWhole(path)).toString('utf8');
  } catch {
    return null;
  }
}
