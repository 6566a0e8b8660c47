import { z } from 'zod';
import { Compress } from '../contract/compress.ts';
import { SourceFacts } from '../transfer/facts.ts';

/** Keys under which a package keeps its facts in the journal (docs/formats.md). */
export const PACKAGE_NOTES = {
  /** PackageNote: that it is a package. */
  package: 'package',
  /** Numbers of the items in the order of the list; ascending where it is missing. */
  order: 'order',
} as const;

const ITEM_KEY = 'item:';
export const itemKey = (number: number) => `${ITEM_KEY}${number}`;

export const PackageNote = z.object({
  v: z.literal(1),
  /** What it is made of: a list of items, or files and folders of this machine. */
  of: z.enum(['items', 'files']),
  compress: Compress,
});
export type PackageNote = z.infer<typeof PackageNote>;

export const OrderNote = z.array(z.number().int().nonnegative());

/** What is kept of an item. Its number is its region's too. */
export const ItemNote = z.object({
  id: z.string(),
  /** Without credentials and fragment. */
  url: z.string().optional(),
  path: z.string().optional(),
  /** In the ZIP; null while nobody knows. */
  name: z.string().nullable(),
  facts: SourceFacts.nullable(),
  /** Checksums that the server sent with it, `ALGO:HEX`. */
  digests: z.array(z.string()),
  /** Of the entry, ms since 1970. */
  modified: z.number(),
  /** As Unix has it. */
  mode: z.number().int().nonnegative(),
  /** Of a local file, when it was begun: bytes and ms since 1970. */
  seen: z.object({ size: z.number(), modified: z.number() }).optional(),
  /** The entry with this CRC-32 was compared with these checksums. */
  checked: z.object({ crc: z.number(), sums: z.array(z.string()) }).optional(),
});
export type ItemNote = z.infer<typeof ItemNote>;

/** The items that a journal knows of, by number. */
export function itemNotes(notes: ReadonlyMap<string, unknown>): Map<number, ItemNote> {
  const items = new Map<number, ItemNote>();
  for (const [key, value] of notes) {
    if (!key.startsWith(ITEM_KEY) || value === null) continue;
    const note = ItemNote.safeParse(value);
    if (note.success) items.set(Number(key.slice(ITEM_KEY.length)), note.data);
  }
  return items;
}

/** What the package is made of that has these notes; null: it is no package. */
export function madeOf(notes: ReadonlyMap<string, unknown>): PackageNote['of'] | null {
  return PackageNote.safeParse(notes.get(PACKAGE_NOTES.package)).data?.of ?? null;
}
