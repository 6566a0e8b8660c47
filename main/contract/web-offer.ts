import type { Offer } from './desktop.ts';

/** Any page can have made it: more than this nobody has meant. */
const MOST_LINKS = 1000;

/**
 * What a page offers by a query: `url=…&url=…`, with `pack=1` to the package tray. Addresses only: no folder, no header,
 * no name comes from a page. Null where it offers nothing.
 */
export function offerOfQuery(query: URLSearchParams): Offer | null {
  const addresses = webAddresses(query.getAll('url'));
  if (addresses.length === 0) return null;
  return { text: addresses.join('\n'), paths: [], from: 'link', pack: query.get('pack') === '1' };
}

/** Those of the texts that are addresses of the web, as many as can be meant. */
export function webAddresses(texts: readonly string[]): readonly string[] {
  return texts.filter(isWebAddress).slice(0, MOST_LINKS);
}

/** On one line: what is read of a text further on is more than addresses. */
function isWebAddress(text: string): boolean {
  return /^https?:\/\/\S+$/i.test(text) && URL.parse(text) !== null;
}
