import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect } from 'vitest';
import { decodeJournal, encodeRecord, type JournalRecord } from '../../main/bytes/journal.ts';
import { openPartialFile, readJournal } from '../../main/bytes/open.ts';
import { journalPath, partPath } from '../../main/bytes/partial-file.ts';
import { replay } from '../../main/bytes/replay.ts';
import { SatchelError } from '../../main/contract/errors.ts';
import { systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { holds } from './hold.ts';
import { jsonText, mutatedBytes, mutatedJson, mutatedLines, shuffledLines } from './mutate.ts';

const SIZE = 4096;
const PART = Buffer.from(Array.from({ length: SIZE }, (_, at) => (at * 31 + (at >> 5)) % 251));
const AT = 1_795_000_000_000;

const piece = (from: number, n: number): JournalRecord => ({
  ...{ t: 'piece', at: AT, r: 0, from, n },
  crc: crc32(PART.subarray(from, from + n)),
});

/** What a download has written that was killed behind its barrier. */
const RECORDS: readonly JournalRecord[] = [
  { t: 'open', v: 1, at: AT, id: '01JDXYZ', name: 'a.bin' },
  { t: 'note', at: AT, key: 'source', value: { url: 'https://example.org/a', etag: '"x"', total: SIZE } },
  { t: 'region', at: AT, id: 0, offset: 0, length: SIZE },
  piece(0, 1024),
  piece(1024, 1024),
  { t: 'barrier', at: AT, upTo: 0 },
  piece(2048, 512),
  { t: 'drop', at: AT, r: 0, from: 100, n: 10 },
  { t: 'region', at: AT, id: 1, offset: SIZE - 100, length: null, head: 10 },
  { t: 'gone', at: AT, r: 1 },
  piece(3000, 1000),
];

const sealed: JournalRecord = { t: 'sealed', at: AT, name: 'a.bin', length: SIZE, digests: {} };

/** With a checksum that is right, whatever it says: as from a program that is wrong, or evil. */
function signed(json: string): Buffer {
  const text = Buffer.from(json);
  return Buffer.concat([
    Buffer.from(`${crc32(text).toString(16).padStart(8, '0')} `),
    text,
    Buffer.from('\n'),
  ]);
}

const begun = RECORDS.slice(0, 3);
const rest = RECORDS.slice(3);

const records = fc
  .tuple(
    fc.oneof(fc.constant(rest), fc.subarray(rest), fc.shuffledSubarray(rest)),
    fc.constantFrom([], [], [], [sealed]),
  )
  .map(([some, last]) => [...begun, ...some, ...last] as JournalRecord[]);

const wrongRecords = fc
  .array(mutatedJson(fc.constantFrom<unknown>(...RECORDS, sealed)), { maxLength: 12 })
  .map((list) =>
    Buffer.concat([encodeRecord(RECORDS[0] as JournalRecord), ...list.map((one) => signed(jsonText(one)))]),
  );

const whole = records.map((list) => Buffer.concat(list.map(encodeRecord)));

const latin = whole.map((bytes) => bytes.toString('latin1'));

const journals = fc.oneof(
  shuffledLines(latin).map((lines) => Buffer.from(lines, 'latin1')),
  mutatedBytes(whole),
  mutatedLines(latin).map((lines) => Buffer.from(lines, 'latin1')),
  wrongRecords,
  mutatedBytes(wrongRecords),
);

holds(
  'any bytes are replayed: to what they say, or to nothing',
  journals,
  (bytes) => {
    const text = decodeJournal(bytes);
    expect(text.goodLength).toBeLessThanOrEqual(bytes.length);
    const replayed = replay(text);
    if (replayed === null) return;
    expect(typeof replayed.id).toBe('string');
    for (const { offset, durable, doubtful } of replayed.regions.values()) {
      expect(Number.isSafeInteger(offset) && offset >= 0).toBe(true);
      for (const { start, end } of [...durable, ...doubtful]) expect(start).toBeLessThanOrEqual(end);
    }
  },
  { atLeast: 100 },
);

const disk = new Disk();
const surroundings = { disk, clock: systemClock };
let folder = '';

const inFolder = async () => {
  folder = await tempFolder();
  return fc.tuple(journals, fc.constantFrom(SIZE, SIZE, 0, 2000), fc.option(fc.nat(SIZE - 1)));
};

let opened = 0;
let believed = 0;

holds(
  'what is opened claims no byte that is not there, and no doubtful one whose CRC is another',
  inFolder,
  async ([bytes, size, wrong]) => {
    const place = { folder: join(folder, String(++opened)), name: 'a.bin' };
    await mkdir(place.folder);
    await writeFile(journalPath(place), bytes);
    const part = Buffer.from(PART.subarray(0, size));
    // As a power cut leaves it.
    if (wrong !== null && wrong < size) part[wrong] = 255;
    await writeFile(partPath(place), part);
    const before = replay(decodeJournal(bytes));
    const found = await refusalOf(openPartialFile(surroundings, place));
    if (found === null) return expect(before).toBeNull();
    if (found.kind === 'sealed') return found.lock.release();
    const { file } = found;
    for (const { id, offset, length, have } of file.regions) {
      const told = before?.regions.get(id);
      believed += have.pieces.length;
      for (const { start, end, crc } of have.pieces) {
        expect(offset + end).toBeLessThanOrEqual(size);
        if (length !== null) expect(end).toBeLessThanOrEqual(length);
        const isDurable = told?.durable.some((one) => one.start <= start && end <= one.end);
        if (!isDurable) expect(crc32(part.subarray(offset + start, offset + end))).toBe(crc);
      }
    }
    await file.close();
    // What it has appended is a journal too, and says the same.
    const again = await readJournal(disk, place);
    expect(again?.id).toBe(before?.id);
  },
  {
    atLeast: 20,
    // Nothing could be claimed wrongly where nothing was claimed at all.
    afterwards: () => expect(believed).toBeGreaterThan(0),
  },
);

/** Null where it is refused as a journal that cannot be read. */
async function refusalOf<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof SatchelError && thrown.code === 'corrupt-journal') return null;
    throw thrown;
  }
}
