import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PieceMap } from '../../main/bytes/piece-map.ts';

const content = Buffer.from(Array.from({ length: 200 }, (_, i) => (i * 37) & 0xff));
const piece = (start: number, end: number) => ({ start, end, crc: crc32(content.subarray(start, end)) });

/** Cuts [0, total) at random places and shuffles the parts. */
const cuts = fc
  .uniqueArray(fc.integer({ min: 1, max: content.length - 1 }), { maxLength: 20 })
  .map((inner) => [0, ...inner.toSorted((a, b) => a - b), content.length])
  .map((edges) => edges.slice(1).map((end, i) => ({ start: edges[i] as number, end })))
  .chain((spans) => fc.shuffledSubarray(spans, { minLength: spans.length }));

describe('PieceMap', () => {
  test('joins pieces in any order into the CRC of the whole', () => {
    fc.assert(
      fc.property(cuts, (spans) => {
        const map = new PieceMap();
        for (const { start, end } of spans) map.add(piece(start, end));
        expect(map.pieces).toHaveLength(1);
        expect(map.crcOf(content.length)).toBe(crc32(content));
        expect(map.bytes).toBe(content.length);
      }),
    );
  });

  test('its pieces and its gaps make up the whole, without overlap', () => {
    fc.assert(
      fc.property(cuts, fc.nat(20), (spans, taken) => {
        const map = new PieceMap();
        for (const { start, end } of spans.slice(0, taken)) map.add(piece(start, end));
        const all = [...map.pieces, ...map.gaps(content.length)].toSorted((a, b) => a.start - b.start);
        expect(all.map(({ start }) => start)).toEqual([0, ...all.slice(0, -1).map(({ end }) => end)]);
        expect(all.at(-1)?.end).toBe(content.length);
        expect(map.covers(content.length)).toBe(map.gaps(content.length).length === 0);
      }),
    );
  });

  test.each([
    ['the same', 10, 20],
    ['one inside', 12, 15],
    ['one around', 5, 25],
    ['one over its start', 5, 11],
    ['one over its end', 19, 30],
  ])('refuses a piece that overlaps another: %s', (_, start, end) => {
    const map = new PieceMap();
    map.add(piece(10, 20));
    expect(() => map.add(piece(start, end))).toThrow(expect.objectContaining({ code: 'internal' }));
    expect(map.bytes).toBe(10);
  });

  test('an unknown total leaves the last gap open', () => {
    const map = new PieceMap();
    map.add(piece(0, 10));
    expect(map.gaps(null)).toEqual([{ start: 10, end: Number.POSITIVE_INFINITY }]);
  });

  test('an empty file is whole', () => {
    expect(new PieceMap().covers(0)).toBe(true);
    expect(new PieceMap().crcOf(0)).toBe(0);
    expect(new PieceMap().covers(1)).toBe(false);
  });
});
