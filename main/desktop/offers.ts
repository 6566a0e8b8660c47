import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Offer } from '../contract/desktop.ts';
import { offerOfQuery, webAddresses } from '../contract/web-offer.ts';
import { isList } from './lists.ts';

export const LINK_SCHEME = 'satchel';

/** What a `satchel:` link offers: `satchel://add?url=…&url=…&pack=1`. Null where it is none of ours, or offers nothing. */
export function offerOfLink(link: string): Offer | null {
  const url = URL.parse(link);
  if (url === null || url.protocol !== `${LINK_SCHEME}:`) return null;
  const wanted = url.host === 'add' || /^\/*add\/?$/.test(url.pathname);
  return wanted ? offerOfQuery(url.searchParams) : null;
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
  const named = args.filter((arg) => !arg.startsWith('-')).map(asPath);
  const paths = named.filter((path) => path !== null).filter(isList);
  if (paths.length === 0) return null;
  return { text: '', paths: paths.map((path) => resolve(folder, path)), from: 'file', pack: false };
}

/** File managers of Linux give addresses of files; null: an address of something else. */
function asPath(arg: string): string | null {
  if (!arg.includes('://')) return arg;
  try {
    return fileURLToPath(arg);
  } catch {
    return null;
  }
}

/** A file that the system has opened with Satchel; null: not one that can be. */
export function offerOfFile(path: string): Offer | null {
  return isAbsolute(path) ? { text: '', paths: [path], from: 'file', pack: false } : null;
}

/** The web addresses in a text that was copied; null: there are none. */
export function offerOfClipboard(text: string): Offer | null {
  const addresses = webAddresses(text.split(/\s+/));
  return addresses.length === 0
    ? null
    : { text: addresses.join('\n'), paths: [], from: 'clipboard', pack: false };
}
