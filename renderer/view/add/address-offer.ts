import type { Offer } from '../../../main/contract/desktop.ts';
import { offerOfQuery } from '../../../main/contract/web-offer.ts';

const MOST_CHARACTERS = 65_536;

/** What the address of the page offers behind its `#`: `#add?url=…&url=…&pack=1`, as a bookmark makes it. Null: nothing. */
export function offerOfAddress(hash: string): Offer | null {
  const [, query] = /^#add\?(.*)$/s.exec(hash) ?? [];
  if (query === undefined || query.length > MOST_CHARACTERS) return null;
  return offerOfQuery(new URLSearchParams(query));
}
