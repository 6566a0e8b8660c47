import { z } from 'zod';

/** Keys under which a ZIP keeps its facts in the journal (docs/formats.md). */
export const entryKey = (region: number) => `entry:${region}`;
/** Which region a key of `entryKey` is of; null for any other. */
export function regionOfEntry(key: string): number | null {
  const [, region] = /^entry:(\d+)$/.exec(key) ?? [];
  return region === undefined ? null : Number(region);
}
export const laneKey = (region: number) => `lane:${region}`;
export const markKey = (region: number, index: number) => `mark:${region}:${index}`;

const Count = z.number().int().nonnegative();

/** EntryFacts of what is whole in a region; several where they were written together, each behind its header. */
export const EntryNote = z.array(
  z.object({
    name: z.string().min(1),
    method: z.union([z.literal(0), z.literal(8)]),
    crc: Count.max(0xffffffff),
    size: Count,
    compressedSize: Count,
    modified: z.number(),
    mode: Count.max(0xffff),
  }),
);

/** How a region that grows at the end is packed; null: stored. */
export const LaneNote = z.object({ level: z.number().int().min(1).max(9).nullable() });

/**
 * A point from which packing can go on: so many plain bytes, with this CRC-32, are so many packed ones. `final`: the
 * last block is among them.
 */
export const MarkNote = z.object({
  plain: Count,
  packed: Count,
  crc: Count.max(0xffffffff),
  final: z.boolean(),
});
export type Mark = z.infer<typeof MarkNote>;
