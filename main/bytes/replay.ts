import type { JournalRecord, JournalText, SealedRecord } from './journal.ts';
import type { Piece } from './piece-map.ts';

export interface ReplayedRegion {
  readonly id: number;
  readonly offset: number;
  readonly length: number | null;
  readonly head: number;
  /** On disk for certain: journaled before the last barrier. */
  readonly durable: readonly Piece[];
  /** Written before a process died, or lost with the power: to be read back and compared. */
  readonly doubtful: readonly Piece[];
}

export interface Replayed {
  readonly id: string;
  readonly name: string;
  readonly notes: ReadonlyMap<string, unknown>;
  readonly regions: ReadonlyMap<number, ReplayedRegion>;
  readonly sealed: SealedRecord | null;
}

interface Placed {
  offset: number;
  length: number | null;
  head: number;
  pieces: { piece: Piece; at: number }[];
}

/** What a journal says, in the order it was written; null where it has no beginning. */
export function replay(journal: JournalText): Replayed | null {
  const first = journal.records[0]?.record;
  if (first?.t !== 'open') return null;
  const notes = new Map<string, unknown>();
  const placed = new Map<number, Placed>();
  let sealed: SealedRecord | null = null;
  let durableUpTo = 0;
  for (const { record, offset } of journal.records) {
    if (record.t === 'note') notes.set(record.key, record.value);
    else if (record.t === 'barrier') durableUpTo = Math.max(durableUpTo, record.upTo);
    else if (record.t === 'sealed') sealed = record;
    else applyToRegion(placed, record, offset);
  }
  const regions = new Map<number, ReplayedRegion>();
  for (const [id, { pieces, ...where }] of placed) {
    const durable = pieces.filter(({ at }) => at < durableUpTo).map(({ piece }) => piece);
    const doubtful = pieces.filter(({ at }) => at >= durableUpTo).map(({ piece }) => piece);
    regions.set(id, { id, ...where, durable, doubtful });
  }
  return { id: first.id, name: first.name, notes, regions, sealed };
}

function applyToRegion(placed: Map<number, Placed>, record: JournalRecord, at: number): void {
  if (record.t === 'region') {
    const pieces = placed.get(record.id)?.pieces ?? [];
    const { offset, length, head = 0 } = record;
    placed.set(record.id, { offset, length, head, pieces });
  } else if (record.t === 'piece') {
    const piece = { start: record.from, end: record.from + record.n, crc: record.crc };
    placed.get(record.r)?.pieces.push({ piece, at });
  } else if (record.t === 'gone') {
    placed.delete(record.r);
  } else if (record.t === 'drop') {
    const region = placed.get(record.r);
    if (!region) return;
    const end = record.n === null ? Number.POSITIVE_INFINITY : record.from + record.n;
    region.pieces = region.pieces.filter(({ piece }) => piece.end <= record.from || piece.start >= end);
  }
}
