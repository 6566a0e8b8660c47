import { crc32 } from 'node:zlib';
import { z } from 'zod';

/**
 * The journal's format, version 1; docs/formats.md describes it for other programs. One record a line:
 *
 *     <CRC-32 of the JSON, 8 hex digits> <JSON> LF
 *
 * Lines are only ever appended. Reading stops at the first line that is cut short or whose CRC differs: what a crash
 * tore is dropped, and nothing behind it is believed.
 */
const Count = z.number().int().nonnegative();
const Crc = Count.max(0xffffffff);

/** First record. `name` is the name that the journal reserves. */
const Open = z.object({ t: z.literal('open'), v: z.literal(1), at: Count, id: z.string(), name: z.string() });
/** Facts kept under a key by those who use the bytes room (URL, validators, …); the newest of a key counts. */
const Note = z.object({ t: z.literal('note'), at: Count, key: z.string(), value: z.unknown() });
/**
 * Where an item's bytes live: `length` null is open-ended; before them `head` bytes are kept for what announces them
 * (a ZIP's local header). A second record of one id replaces the first: the pieces have moved along.
 */
const RegionRecord = z.object({
  t: z.literal('region'),
  at: Count,
  id: Count,
  offset: Count,
  length: Count.nullable(),
  head: Count.optional(),
});
/** Bytes [from, from+n) of region `r` are written, with this CRC-32. */
const PieceRecord = z.object({ t: z.literal('piece'), at: Count, r: Count, from: Count, n: Count, crc: Crc });
/** Every piece of region `r` that touches [from, from+n) is void; `n` null is to the end. */
const Drop = z.object({ t: z.literal('drop'), at: Count, r: Count, from: Count, n: Count.nullable() });
/** Region `r` is no more: its place may be another's. */
const Gone = z.object({ t: z.literal('gone'), at: Count, r: Count });
/** What the first `upTo` bytes of the journal speak of is on disk: an fsync began after they were written. */
const Barrier = z.object({ t: z.literal('barrier'), at: Count, upTo: Count });
/** The file is whole, verified and on disk; what is left is to move it to `name` in the same folder. */
const Sealed = z.object({
  t: z.literal('sealed'),
  at: Count,
  name: z.string(),
  length: Count,
  digests: z.record(z.string(), z.string()),
});

const JournalRecord = z.discriminatedUnion('t', [
  Open,
  Note,
  RegionRecord,
  PieceRecord,
  Drop,
  Gone,
  Barrier,
  Sealed,
]);
export type JournalRecord = z.infer<typeof JournalRecord>;
export type SealedRecord = z.infer<typeof Sealed>;

const CRC_DIGITS = 8;
const LF = 0x0a;

export function encodeRecord(record: JournalRecord): Buffer {
  const json = Buffer.from(JSON.stringify(record));
  const crc = crc32(json).toString(16).padStart(CRC_DIGITS, '0');
  return Buffer.concat([Buffer.from(`${crc} `), json, Buffer.from('\n')]);
}

export interface JournalText {
  readonly records: readonly { readonly record: JournalRecord; readonly offset: number }[];
  /** Bytes of whole, true lines; what lies behind is torn. */
  readonly goodLength: number;
}

/** Reads a journal's bytes; never throws, whatever they are. */
export function decodeJournal(bytes: Buffer): JournalText {
  const records: { record: JournalRecord; offset: number }[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const end = bytes.indexOf(LF, offset);
    if (end < 0) break;
    const record = decodeLine(bytes.subarray(offset, end));
    if (!record) break;
    records.push({ record, offset });
    offset = end + 1;
  }
  return { records, goodLength: offset };
}

function decodeLine(line: Buffer): JournalRecord | null {
  const json = line.subarray(CRC_DIGITS + 1);
  const crc = line.toString('latin1', 0, CRC_DIGITS + 1);
  if (crc !== `${crc32(json).toString(16).padStart(CRC_DIGITS, '0')} `) return null;
  try {
    const parsed = JournalRecord.safeParse(JSON.parse(json.toString()));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
