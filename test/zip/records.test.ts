import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  centralHeader,
  dosTime,
  type EntryFacts,
  endOfDirectory,
  FILE_MODE,
  FOLDER_MODE,
  fits,
  localHeader,
  localHeaderBytes,
  type PlacedEntry,
  SPARE_BYTES,
} from '../../main/zip/records.ts';

const run = promisify(execFile);

/** Local time, whatever the zone; an odd second. */
const WHEN = new Date(2024, 1, 29, 13, 37, 59).getTime();
const WHEN_DATE = (44 << 9) | (2 << 5) | 29;
const WHEN_TIME = (13 << 11) | (37 << 5) | 29;
const WHEN_SECONDS = (() => {
  const seconds = Buffer.alloc(4);
  seconds.writeInt32LE(WHEN / 1000);
  return seconds.toString('hex');
})();
/** No timestamp can hold it. */
const FAR = new Date(2100, 0, 1).getTime();

const FILE: PlacedEntry = {
  name: 'a.txt',
  method: 0,
  crc: 0xfedcba98,
  size: 0x1234,
  compressedSize: 0x1234,
  modified: WHEN,
  mode: FILE_MODE,
  offset: 0x89abcdef,
};

/** The fields of APPNOTE 4.3.7. */
function local(header: Buffer) {
  const nameEnd = 30 + header.readUInt16LE(26);
  return {
    signature: header.readUInt32LE(0),
    needed: header.readUInt16LE(4),
    flags: header.readUInt16LE(6),
    method: header.readUInt16LE(8),
    time: header.readUInt16LE(10),
    date: header.readUInt16LE(12),
    crc: header.readUInt32LE(14),
    compressedSize: header.readUInt32LE(18),
    size: header.readUInt32LE(22),
    name: header.toString('utf8', 30, nameEnd),
    extra: extras(header.subarray(nameEnd, nameEnd + header.readUInt16LE(28))),
    rest: header.length - nameEnd - header.readUInt16LE(28),
  };
}

/** The fields of APPNOTE 4.3.12. */
function central(header: Buffer) {
  const nameEnd = 46 + header.readUInt16LE(28);
  return {
    signature: header.readUInt32LE(0),
    madeBy: header.readUInt16LE(4),
    needed: header.readUInt16LE(6),
    flags: header.readUInt16LE(8),
    method: header.readUInt16LE(10),
    time: header.readUInt16LE(12),
    date: header.readUInt16LE(14),
    crc: header.readUInt32LE(16),
    compressedSize: header.readUInt32LE(20),
    size: header.readUInt32LE(24),
    comment: header.readUInt16LE(32),
    disk: header.readUInt16LE(34),
    internal: header.readUInt16LE(36),
    external: header.readUInt32LE(38),
    offset: header.readUInt32LE(42),
    name: header.toString('utf8', 46, nameEnd),
    extra: extras(header.subarray(nameEnd, nameEnd + header.readUInt16LE(30))),
    rest: header.length - nameEnd - header.readUInt16LE(30),
  };
}

/** APPNOTE 4.5.1: id and data in hex, in order. */
function extras(bytes: Buffer): ReadonlyArray<readonly [id: number, data: string]> {
  const found: [number, string][] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = at + 4 + bytes.readUInt16LE(at + 2);
    expect(end).toBeLessThanOrEqual(bytes.length);
    found.push([bytes.readUInt16LE(at), bytes.toString('hex', at + 4, end)]);
    at = end;
  }
  return found;
}

const STAMP = [0x5455, `01${WHEN_SECONDS}`] as const;
const u64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes.toString('hex');
};

describe('a local header (APPNOTE 4.3.7)', () => {
  test('byte by byte', () => {
    const { name: _, ...plain } = local(localHeader(FILE));
    expect(plain).toEqual({
      signature: 0x04034b50,
      needed: 10,
      flags: 0,
      method: 0,
      time: WHEN_TIME,
      date: WHEN_DATE,
      crc: 0xfedcba98,
      compressedSize: 0x1234,
      size: 0x1234,
      extra: [STAMP],
      rest: 0,
    });
    expect(localHeader(FILE).toString('hex', 0, 10)).toBe('504b03040a0000000000');
  });

  test.each<[string, Partial<EntryFacts>, number]>([
    ['a stored file', {}, 10],
    ['a folder', { name: 'a/', mode: FOLDER_MODE }, 20],
    ['a deflated file', { method: 8 }, 20],
    ['a file that needs ZIP64', { size: 0xffffffff }, 45],
  ])('version needed: %s', (_, change, needed) => {
    expect(local(localHeader({ ...FILE, ...change })).needed).toBe(needed);
    expect(central(centralHeader({ ...FILE, ...change })).needed).toBe(needed);
  });

  test.each([
    ['a b~.txt', 0],
    ['é', 0x0800],
    ['🎒', 0x0800],
    ['\x7f', 0x0800],
  ])('the flag for UTF-8, only where it says something: %j', (name, flags) => {
    const [inLocal, inCentral] = [
      local(localHeader({ ...FILE, name })),
      central(centralHeader({ ...FILE, name })),
    ];
    expect([inLocal.flags, inLocal.name, inLocal.rest]).toEqual([flags, name, 0]);
    expect([inCentral.flags, inCentral.name, inCentral.rest]).toEqual([flags, name, 0]);
  });

  test('compressed and other size, each in its place', () => {
    const entry = { ...FILE, method: 8, size: 0x30000, compressedSize: 0x20000 } as const;
    for (const { compressedSize, size, method } of [
      local(localHeader(entry)),
      central(centralHeader(entry)),
    ]) {
      expect([compressedSize, size, method]).toEqual([0x20000, 0x30000, 8]);
    }
  });

  test.each<[string, number, number, boolean]>([
    ['just below', 0xfffffffe, 0xfffffffe, false],
    ['the mark itself', 0xffffffff, 0xffffffff, true],
    ['beyond', 0x1_2345_6789, 0x1_2345_6789, true],
    ['compressed to less', 0x1_2345_6789, 5, true],
    ['deflated to more', 0xfffffff0, 0x1_0000_0010, true],
    ['the largest number', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, true],
  ])('ZIP64 (4.5.3) where a size needs it: %s', (_, size, compressedSize, big) => {
    const entry = { ...FILE, size, compressedSize };
    const header = localHeader(entry);
    const fields = local(header);
    expect(fields.extra).toEqual(big ? [[1, u64(size) + u64(compressedSize)], STAMP] : [STAMP]);
    expect([fields.size, fields.compressedSize]).toEqual(
      big ? [0xffffffff, 0xffffffff] : [size, compressedSize],
    );
    expect(header.length).toBe(localHeaderBytes(entry));
  });

  test('the offset is none of its business', () => {
    const far: PlacedEntry = { ...FILE, offset: 0x1_0000_0000 };
    expect(localHeader(far)).toEqual(localHeader(FILE));
  });

  test.each([
    ['the last second', 0x7fffffff, 'ffffff7f'],
    ['one more', 0x80000000, null],
    ['before 1970', -2, 'feffffff'],
    ['the first second', -0x80000000, '00000080'],
    ['one less', -0x80000001, null],
  ])('the timestamp has 32 bits with sign: %s', (_, seconds, hex) => {
    const entry = { ...FILE, modified: seconds * 1000 };
    const stamp = hex === null ? [] : [[0x5455, `01${hex}`]];
    expect(local(localHeader(entry)).extra).toEqual(stamp);
    expect(central(centralHeader(entry)).extra.filter(([id]) => id === 0x5455)).toEqual(stamp);
    expect(localHeader(entry).length).toBe(localHeaderBytes(entry));
  });

  test('no time at all is no timestamp', () => {
    for (const modified of [Number.NaN, Number.POSITIVE_INFINITY, 9e15]) {
      expect(local(localHeader({ ...FILE, modified })).extra).toEqual([]);
    }
  });

  test('a name longer than its field is refused', () => {
    expect(local(localHeader({ ...FILE, name: 'a'.repeat(65_535) })).rest).toBe(0);
    expect(() => localHeader({ ...FILE, name: 'a'.repeat(65_536) })).toThrow(RangeError);
    expect(() => centralHeader({ ...FILE, name: 'a'.repeat(65_536) })).toThrow(RangeError);
  });
});

describe('a local header that fills more room', () => {
  const least = localHeaderBytes(FILE);

  test.each([4, 5, 16, SPARE_BYTES, 4096, 65_535 - 20 - 9])('%i bytes more', (more) => {
    expect(fits(least, least + more)).toBe(true);
    const header = localHeader(FILE, least + more);
    expect(header.length).toBe(least + more);
    expect(local(header).extra).toEqual([STAMP, [0xd935, '00'.repeat(more - 4)]]);
    expect(local(header).rest).toBe(0);
  });

  test.each([-20, -1, 1, 2, 3, 65_536])('%i bytes more cannot be', (more) => {
    expect(fits(least, least + more)).toBe(false);
    expect(() => localHeader(FILE, least + more)).toThrow(RangeError);
  });

  test('a size that turns out to need ZIP64 takes the spare bytes exactly', () => {
    const room = least + SPARE_BYTES;
    const big = { ...FILE, size: 2 ** 33, compressedSize: 2 ** 33 };
    expect(localHeaderBytes(big)).toBe(room);
    expect(localHeader(big, room).length).toBe(room);
    expect(local(localHeader(big, room)).extra).toEqual([[1, u64(2 ** 33).repeat(2)], STAMP]);
  });

  test('what is said to fit does, of every kind', () => {
    const entry = fc.record({
      name: fc.string({ unit: 'grapheme', maxLength: 60 }),
      size: fc.constantFrom(0, 1, 0xfffffffe, 0xffffffff, 2 ** 40),
      modified: fc.constantFrom(WHEN, FAR, -1, Number.NaN),
    });
    const more = fc.oneof(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 65_400, max: 65_600 }));
    fc.assert(
      fc.property(entry, more, ({ name, size, modified }, extra) => {
        const facts = { ...FILE, name, size, compressedSize: size, modified };
        const bytes = localHeaderBytes(facts);
        const room = bytes + extra;
        if (!fits(bytes, room)) {
          expect(extra < 4 || extra > 65_000).toBe(true);
          expect(() => localHeader(facts, room)).toThrow(RangeError);
          return;
        }
        const header = localHeader(facts, room);
        expect(header.length).toBe(room);
        expect(local(header).rest).toBe(0);
        expect(local(header).name).toBe(name);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a header of the central directory (APPNOTE 4.3.12)', () => {
  test('byte by byte', () => {
    expect(central(centralHeader(FILE))).toEqual({
      signature: 0x02014b50,
      // Unix, 4.5.
      madeBy: (3 << 8) | 45,
      needed: 10,
      flags: 0,
      method: 0,
      time: WHEN_TIME,
      date: WHEN_DATE,
      crc: 0xfedcba98,
      compressedSize: 0x1234,
      size: 0x1234,
      comment: 0,
      disk: 0,
      internal: 0,
      // -rw-r--r--, and what DOS calls "archive".
      external: 0o100644 * 0x10000 + 0x20,
      offset: 0x89abcdef,
      name: 'a.txt',
      extra: [STAMP],
      rest: 0,
    });
  });

  test('modes, and the bit for folders that DOS knows', () => {
    const external = (change: Partial<EntryFacts>) => central(centralHeader({ ...FILE, ...change })).external;
    expect(external({ mode: 0o100755 })).toBe(0o100755 * 0x10000 + 0x20);
    expect(external({ name: 'a/', mode: FOLDER_MODE })).toBe(0o040755 * 0x10000 + 0x10);
  });

  test.each<[string, Partial<PlacedEntry>, boolean]>([
    ['all just below', { size: 0xfffffffe, compressedSize: 0xfffffffe, offset: 0xfffffffe }, false],
    ['the size', { size: 0xffffffff, offset: 7 }, true],
    ['the compressed size', { compressedSize: 0xffffffff, offset: 7 }, true],
    ['the offset', { offset: 0xffffffff }, true],
    ['all', { size: 2 ** 40, compressedSize: 2 ** 41, offset: 2 ** 42 }, true],
  ])('ZIP64 (4.5.3), of all three fields, where one needs it: %s', (_, change, big) => {
    const entry = { ...FILE, ...change };
    const fields = central(centralHeader(entry));
    const { size, compressedSize, offset } = entry;
    const zip64 = [1, u64(size) + u64(compressedSize) + u64(offset)] as const;
    expect(fields.extra).toEqual(big ? [zip64, STAMP] : [STAMP]);
    expect([fields.size, fields.compressedSize, fields.offset]).toEqual(
      big ? [0xffffffff, 0xffffffff, 0xffffffff] : [size, compressedSize, offset],
    );
    expect([fields.needed, fields.disk, fields.rest]).toEqual([big ? 45 : 10, 0, 0]);
  });
});

describe('the end of the central directory', () => {
  test('byte by byte (APPNOTE 4.3.16)', () => {
    const end = endOfDirectory({ entries: 0x1234, offset: 0x89abcdef, size: 0x76543210 });
    expect(end.toString('hex')).toBe('504b0506' + '00000000' + '34123412' + '10325476' + 'efcdab89' + '0000');
  });

  test('of an empty ZIP', () => {
    expect(endOfDirectory({ entries: 0, offset: 0, size: 0 }).toString('hex')).toBe(
      `504b0506${'00'.repeat(18)}`,
    );
  });

  const OFFSET = 0x1_2345_6789;
  test.each([
    ['entries', { entries: 65_535, offset: 5, size: 6 }, 'ffffffff' + '06000000' + '05000000'],
    ['more entries', { entries: 70_000, offset: 5, size: 6 }, 'ffffffff' + '06000000' + '05000000'],
    ['offset', { entries: 1, offset: 0xffffffff, size: 6 }, '01000100' + '06000000' + 'ffffffff'],
    ['larger offset', { entries: 1, offset: OFFSET, size: 6 }, '01000100' + '06000000' + 'ffffffff'],
    ['size', { entries: 1, offset: 5, size: 0xffffffff }, '01000100' + 'ffffffff' + '05000000'],
  ])('with ZIP64 (4.3.14, 4.3.15) when it needs that: %s', (_, span, fields) => {
    const { entries, offset, size } = span;
    const end = endOfDirectory(span);
    expect(end.toString('hex', 0, 56)).toBe(
      // Its length counts from behind itself: 56 - 12.
      `504b0606${u64(44)}${'2d03'}${'2d00'}${'00'.repeat(8)}${u64(entries)}${u64(entries)}${u64(size)}${u64(offset)}`,
    );
    expect(end.toString('hex', 56, 76)).toBe(`504b0607${'00'.repeat(4)}${u64(offset + size)}01000000`);
    expect(end.toString('hex', 76)).toBe(`504b0506${'00'.repeat(4)}${fields}0000`);
  });

  test('without ZIP64 up to the last number that fits', () => {
    expect(endOfDirectory({ entries: 65_534, offset: 0xfffffffe, size: 0xfffffffe }).toString('hex')).toBe(
      '504b0506' + '00000000' + 'fefffeff' + 'feffffff' + 'feffffff' + '0000',
    );
  });
});

describe('the time as DOS has it (APPNOTE 4.4.6)', () => {
  const parts = ({ date, time }: { readonly date: number; readonly time: number }) => [
    ...[(date >> 9) + 1980, (date >> 5) & 15, date & 31],
    ...[time >> 11, (time >> 5) & 63, (time & 31) * 2],
  ];

  test.each([
    ['an odd second goes down', new Date(2024, 1, 29, 13, 37, 59, 999), [2024, 2, 29, 13, 37, 58]],
    ['the first', new Date(1980, 0, 1, 0, 0, 0), [1980, 1, 1, 0, 0, 0]],
    ['before the first', new Date(1979, 11, 31, 23, 59, 59), [1980, 1, 1, 0, 0, 0]],
    ['long before', new Date(-1e14), [1980, 1, 1, 0, 0, 0]],
    ['after 2043, when the highest bit is set', new Date(2044, 5, 7, 8, 9, 10), [2044, 6, 7, 8, 9, 10]],
    ['the last', new Date(2107, 11, 31, 23, 59, 59), [2107, 12, 31, 23, 59, 58]],
    ['after the last', new Date(2108, 0, 1), [2107, 12, 31, 23, 59, 58]],
    ['long after', new Date(8.64e15), [2107, 12, 31, 23, 59, 58]],
    ['none', new Date(Number.NaN), [1980, 1, 1, 0, 0, 0]],
  ])('%s', (_, at, expected) => {
    expect(parts(dosTime(at.getTime()))).toEqual(expected);
  });

  test('is local time, wherever that is', async () => {
    const records = JSON.stringify(new URL('../../main/zip/records.ts', import.meta.url).href);
    const script = `import { dosTime } from ${records}; console.log(dosTime(Date.UTC(2026, 0, 1, 5, 6, 8)).time >> 5)`;
    const time = async (TZ: string) => {
      const env = { ...process.env, TZ };
      return Number((await run(process.execPath, ['--input-type=module', '-e', script], { env })).stdout);
    };
    expect(await time('America/New_York')).toBe((0 << 6) | 6);
    expect(await time('Asia/Tokyo')).toBe((14 << 6) | 6);
  });
});
