import { z } from 'zod';

/** Keys under which a file task keeps its facts in the journal (docs/formats.md). */
export const NOTES = {
  /** ItemNote: what is fetched. */
  item: 'item',
  /** SourceFacts: what the server said of it. */
  facts: 'facts',
  /** Checksums that the server sent with it, `ALGO:HEX`. */
  digests: 'digests',
  /** Names in the same folder that go when this download is done. */
  replaces: 'replaces',
} as const;

export const ItemNote = z.object({
  /** As the user gave it, without credentials and fragment. */
  url: z.string(),
});
export type ItemNote = z.infer<typeof ItemNote>;

export const NameList = z.array(z.string());
