import { SatchelError } from '../contract/errors.ts';
import { crc32Combine } from './crc.ts';

/** A half-open span of bytes, relative to its region. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Piece extends Span {
  readonly crc: number;
}

/**
 * Which bytes of a region are there, and their CRC-32. Neighbours are joined at once, so it holds as many pieces as
 * there are gaps plus one, however long the download. Pieces never overlap: one that would is refused, since it could
 * only come from bytes fetched twice.
 */
export class PieceMap {
  #pieces: Piece[] = [];
  #bytes = 0;

  get pieces(): readonly Piece[] {
    return this.#pieces;
  }

  /** Bytes that are there. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The end of the last piece. */
  get end(): number {
    return this.#pieces.at(-1)?.end ?? 0;
  }

  add(piece: Piece): void {
    if (piece.end <= piece.start) return;
    const at = this.#firstEndingAfter(piece.start);
    const next = this.#pieces[at];
    if (next && next.start < piece.end) {
      throw new SatchelError('internal', `bytes ${piece.start}-${piece.end} are already there`);
    }
    this.#pieces.splice(at, 0, piece);
    this.#bytes += piece.end - piece.start;
    this.#joinWithNext(at);
    this.#joinWithNext(at - 1);
  }

  /** Without every piece that reaches beyond `from`. */
  cut(from: number): void {
    this.#pieces = this.#pieces.filter(({ end }) => end <= from);
    this.#bytes = this.#pieces.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  /** True when exactly [0, total) is there. */
  covers(total: number): boolean {
    const only = this.#pieces[0];
    if (total === 0) return this.#pieces.length === 0;
    return this.#pieces.length === 1 && only?.start === 0 && only.end === total;
  }

  /** What is missing of [0, total), in order. An unknown total leaves the last gap open (`end` Infinity). */
  gaps(total: number | null): Span[] {
    const end = total ?? Number.POSITIVE_INFINITY;
    const gaps: Span[] = [];
    let at = 0;
    for (const piece of this.#pieces) {
      if (piece.start > at) gaps.push({ start: at, end: Math.min(piece.start, end) });
      at = piece.end;
    }
    if (at < end) gaps.push({ start: at, end });
    return gaps;
  }

  /** CRC-32 of [0, total); only when all of it is there. */
  crcOf(total: number): number | null {
    if (!this.covers(total)) return null;
    return this.#pieces[0]?.crc ?? 0;
  }

  #firstEndingAfter(position: number): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pieces[middle] as Piece).end > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #joinWithNext(at: number): void {
    const left = this.#pieces[at];
    const right = this.#pieces[at + 1];
    if (!left || !right || left.end !== right.start) return;
    const crc = crc32Combine(left.crc, right.crc, right.end - right.start);
    this.#pieces.splice(at, 2, { start: left.start, end: right.end, crc });
  }
}
