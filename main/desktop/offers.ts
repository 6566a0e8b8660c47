import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import type { Offer } from '../contract/desktop.ts';
import { isList } from './lists.ts';

export const LINK_SCHEME = 'satchel';
/** A link is given by whatever page is open: more than this nobody has meant. */
const MOST_LINKS = 1000;

/**
 * What a `satchel:` link offers: `satchel://add?url=…&url=…`. Addresses only: no folder, no header, no name comes from
 * a page. Null where it is none of ours, or offers nothing.
 */
export function offerOfLink(link: string): Offer | null {
  const url = URL.parse(link);
  if (url === null || url.protocol !== `${LINK_SCHEME}:`) return null;
  const wanted = url.host === 'add' || /^\/*add\/?$/.test(url.pathname);
  const addresses = url.searchParams.getAll('url').filter(isWebAddress).slice(0, MOST_LINKS);
  if (!wanted || addresses.length === 0) return null;
  return { text: addresses.join('\n'), paths: [], from: 'link' };
}

/** What a second start hands over to the first. */
const Start = z.object({ args: z.array(z.string()), folder: z.string() });

/** Null where it is nothing of ours. */
export function startOf(data: unknown): z.infer<typeof Start> | null {
  return Start.safeParse(data).data ?? null;
}

/** What the arguments of a start offer; `folder` is where it was started. Null: nothing. */
export function offerOfArguments(args: readonly string[], folder: string): Offer | null {
  for (const arg of args) {
    const linked = offerOfLink(arg);
    if (linked !== null) return linked;
  }
  const paths = args.filter((arg) => !arg.startsWith('-') && !arg.includes('://') && isList(arg));
  if (paths.length === 0) return null;
  return { text: '', paths: paths.map((path) => resolve(folder, path)), from: 'file' };
}

/** A file that the system has opened with Satchel; null: not one that can be. */
export function offerOfFile(path: string): Offer | null {
  return isAbsolute(path) ? { text: '', paths: [path], from: 'file' } : null;
}

/** The web addresses in a text that was copied; null: there are none. */
export function offerOfClipboard(text: string): Offer | null {
  const addresses = text.split(/\s+/).filter(isWebAddress).slice(0, MOST_LINKS);
  return addresses.length === 0 ? null : { text: addresses.join('\n'), paths: [], from: 'clipboard' };
}

function isWebAddress(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}
