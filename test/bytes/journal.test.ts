import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeJournal, encodeRecord, type JournalRecord } from '../../main/bytes/journal.ts';
import { replay } from '../../main/bytes/replay.ts';

const count = fc.integer({ min: 0, max: 2 ** 45 });
const at = fc.constant(1_795_000_000_000);
const record: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({ t: fc.constant('note' as const), at, key: fc.string(), value: fc.jsonValue() }),
  fc.record({
    t: fc.constant('region' as const),
    at,
    id: fc.nat(3),
    offset: count,
    length: fc.option(count),
  }),
  fc.record({
    t: fc.constant('piece' as const),
    at,
    r: fc.nat(3),
    from: count,
    n: count,
    crc: fc.integer({ min: 0, max: 0xffffffff }),
  }),
  fc.record({ t: fc.constant('drop' as const), at, r: fc.nat(3), from: count, n: fc.option(count) }),
  fc.record({ t: fc.constant('barrier' as const), at, upTo: count }),
);
const open: JournalRecord = { t: 'open', v: 1, at: 1_795_000_000_000, id: '01J', name: 'a.bin' };
const journal = fc.array(record, { maxLength: 12 }).map((records) => [open, ...records]);

describe('rule 26: replaying a journal', () => {
  test('gives back what was written', () => {
    fc.assert(
      fc.property(journal, (records) => {
        const bytes = Buffer.concat(records.map(encodeRecord));
        const read = decodeJournal(bytes);
        expect(read.goodLength).toBe(bytes.length);
        // A JSON value of -0 comes back as 0; nothing else may differ.
        expect(JSON.stringify(read.records.map((entry) => entry.record))).toBe(JSON.stringify(records));
      }),
    );
  });

  test('torn at any byte, the whole lines before it are read and nothing else', () => {
    fc.assert(
      fc.property(journal, (records) => {
        const lines = records.map(encodeRecord);
        const bytes = Buffer.concat(lines);
        const ends = lines.map((_, i) => Buffer.concat(lines.slice(0, i + 1)).length);
        for (let cut = 0; cut <= bytes.length; cut++) {
          const whole = ends.filter((end) => end <= cut).length;
          const read = decodeJournal(bytes.subarray(0, cut));
          if (read.records.length !== whole)
            throw new Error(`cut at ${cut}: ${read.records.length} of ${whole}`);
          if (read.goodLength !== (ends[whole - 1] ?? 0)) throw new Error(`cut at ${cut}: wrong good length`);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('with any byte changed, no record from there on is believed', () => {
    fc.assert(
      fc.property(journal, fc.nat(), fc.integer({ min: 1, max: 255 }), (records, where, flip) => {
        const bytes = Buffer.concat(records.map(encodeRecord));
        const position = where % bytes.length;
        bytes[position] = (bytes[position] as number) ^ flip;
        expect(decodeJournal(bytes).goodLength).toBeLessThanOrEqual(position);
      }),
    );
  });

  test('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void replay(decodeJournal(Buffer.from(bytes)))));
  });

  test('what a barrier covers is durable, what came after is doubtful', () => {
    const region: JournalRecord = { t: 'region', at: 0, id: 0, offset: 0, length: 100 };
    const piece = (from: number): JournalRecord => ({ t: 'piece', at: 0, r: 0, from, n: 10, crc: from });
    const first = [open, region, piece(0)].map(encodeRecord);
    const covered = Buffer.concat(first).length;
    // A piece journaled while the fsync ran stands before the barrier, but is not covered by it.
    const rest = [piece(10), { t: 'barrier', at: 0, upTo: covered } as const, piece(20)].map(encodeRecord);
    const replayed = replay(decodeJournal(Buffer.concat([...first, ...rest])))?.regions.get(0);
    expect(replayed?.durable.map(({ start }) => start)).toEqual([0]);
    expect(replayed?.doubtful.map(({ start }) => start)).toEqual([10, 20]);
  });

  test('a drop voids every piece it touches, and a later piece stands', () => {
    const records: JournalRecord[] = [
      open,
      { t: 'region', at: 0, id: 0, offset: 0, length: null },
      { t: 'piece', at: 0, r: 0, from: 0, n: 10, crc: 1 },
      { t: 'piece', at: 0, r: 0, from: 10, n: 10, crc: 2 },
      { t: 'drop', at: 0, r: 0, from: 15, n: null },
      { t: 'piece', at: 0, r: 0, from: 10, n: 5, crc: 3 },
    ];
    const replayed = replay(decodeJournal(Buffer.concat(records.map(encodeRecord))))?.regions.get(0);
    expect(replayed?.doubtful.map(({ crc }) => crc)).toEqual([1, 3]);
  });

  test('a journal without its first record says nothing', () => {
    expect(replay(decodeJournal(encodeRecord({ t: 'barrier', at: 0, upTo: 0 })))).toBeNull();
    expect(replay(decodeJournal(Buffer.alloc(0)))).toBeNull();
  });
});
