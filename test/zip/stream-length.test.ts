import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../main/world/clock.ts';
import { EntryNames, entryPath } from '../../main/zip/entry-names.ts';
import { wrappedBytes } from '../../main/zip/stored-blocks.ts';
import { type StreamEntry, streamZip } from '../../main/zip/stream.ts';
import { type SizedEntry, streamLength, WHOLE_BYTES } from '../../main/zip/stream-length.ts';
import { Content } from '../kit/content.ts';
import { verified } from './zip-kit.ts';

const MIB = 1024 * 1024;
/** Of one block of deflate that is stored. */
const BLOCK = 65_535;
const bytes = new Content(5, 2 * MIB).slice(0, 2 * MIB);

interface Given extends SizedEntry {
  /** How it comes: so many bytes at a time. */
  readonly step: number;
  /** Of so many chunks, one is waited for. */
  readonly pause: number;
}

async function* chunked({ size, step, pause }: Given): AsyncGenerator<Buffer, void> {
  for (let at = 0, n = 1; at < size; n++) {
    const from = at % bytes.length;
    const chunk = bytes.subarray(from, from + Math.min(step, size - at));
    at += chunk.length;
    if (pause > 0 && n % pause === 0) await new Promise(setImmediate);
    yield chunk;
  }
}

interface Options {
  readonly length?: number;
  /** What is written. */
  readonly parts?: Buffer[];
}

async function written(given: readonly Given[], { length, parts }: Options = {}) {
  let n = 0;
  const output = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _, done) {
      parts?.push(chunk);
      if (n++ % 3 === 0) setImmediate(done);
      else done();
    },
  });
  const entries = async function* (): AsyncGenerator<StreamEntry, void> {
    for (const one of given) {
      yield {
        ...{ name: one.name, size: one.size, body: chunked(one) },
        ...{ modified: Date.UTC(2026, 10, 22), mode: 0o644, mediaType: 'text/plain' },
      };
    }
  };
  const result = await streamZip({
    ...{ entries: entries(), output, compress: 'store', clock: systemClock, stallMs: 10_000 },
    signal: new AbortController().signal,
    ...(length === undefined ? {} : { length }),
  });
  return result.bytes;
}

/** The largest size that takes so many bytes when it is wrapped, an empty block at the end included. */
function fittingInto(room: number): number {
  const size = room - 5 * (Math.ceil((room - 5) / (BLOCK + 5)) + 1);
  if (wrappedBytes(size) !== room || wrappedBytes(size + 1) !== room + 1) throw new Error('not this room');
  return size;
}

const MOST = fittingInto(0xffffffff);

const named = (names: readonly string[]) => {
  const claimed = new EntryNames();
  return names.map((name) => claimed.claim(entryPath(name)));
};

const size = fc.oneof(
  fc.constantFrom(0, 1, 2, WHOLE_BYTES - 1, WHOLE_BYTES, WHOLE_BYTES + 1),
  fc.integer({ min: 1, max: 9 }).chain((n) => fc.integer({ min: n * BLOCK - 2, max: n * BLOCK + 2 })),
  fc.integer({ min: 0, max: 700_000 }),
);
const given = fc
  .array(
    fc.record({
      name: fc.oneof(
        fc.constantFrom('a', 'A', 'ü/ß', '文件.txt', 'a.bin', '👍'),
        fc.string({ unit: 'grapheme' }),
      ),
      size,
      step: fc.constantFrom(1000, 16_384, 65_535, 65_536, 65_537, 131_072, 300_000, 2 * MIB),
      pause: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 6 },
  )
  .map((all): Given[] => {
    const names = named(all.map(({ name }) => name));
    return all.map((one, index) => ({ ...one, name: names[index] ?? '' }));
  });

describe('the length of a streamed ZIP', () => {
  test('is what is written, for any sizes and names, however their bytes come', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(given, async (entries) => {
        const length = streamLength(entries);
        const parts: Buffer[] = [];
        const bytes = await written(entries, { length, parts });
        const zip = Buffer.concat(parts);
        expect([bytes, zip.length]).toEqual([length, length]);
        expect((await verified(zip)).findings).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('every size around the blocks that deflate makes', { timeout: 60_000 }, async () => {
    for (let blocks = 1; blocks <= 9; blocks++) {
      for (let more = -1; more <= 1; more++) {
        for (const step of [16_384, 65_535, 65_536, 300_000]) {
          const one: Given = { name: 'a', size: blocks * BLOCK + more, step, pause: blocks % 3 };
          expect(await written([one])).toBe(streamLength([one]));
        }
      }
    }
  });

  test('more than 65,535 bytes of directory and many entries', { timeout: 60_000 }, async () => {
    const many = Array.from({ length: 3000 }, (_, n) => ({
      ...{ name: `ordner/datei-ü-${n}.bin`, size: n % 50, step: 1000, pause: 0 },
    }));
    const parts: Buffer[] = [];
    await written(many, { length: streamLength(many), parts });
    const zip = Buffer.concat(parts);
    expect(zip.length).toBe(streamLength(many));
    expect((await verified(zip)).findings).toEqual([]);
  });

  test('a ZIP that would not have the length is never whole', async () => {
    const one: Given = { name: 'a', size: 200_000, step: 65_536, pause: 0 };
    const length = streamLength([one]);
    for (const wrong of [1000, length - 1, length + 1]) {
      const error = { code: 'internal', detail: expect.stringContaining(`${wrong} were promised`) };
      const parts: Buffer[] = [];
      await expect(written([one], { length: wrong, parts })).rejects.toMatchObject(error);
      expect(Buffer.concat(parts).length).toBeLessThan(wrong);
    }
  });

  /** 4 GiB through archiver take a quarter of a minute. */
  test.each([
    ['an entry that takes 4 GiB - 1 bytes is not ZIP64; what follows it is', MOST, 5],
    ['an entry of one byte more is ZIP64', MOST + 1, 100_000],
    ['an offset of 4 GiB - 1 is not ZIP64', fittingInto(0xffffffff - (30 + 1 + 16)), 5],
  ])('%s', { timeout: 300_000 }, async (_, size, second) => {
    const all: Given[] = [
      { name: 'a', size, step: 2 * MIB, pause: 0 },
      { name: 'behind', size: second, step: 65_536, pause: 0 },
    ];
    expect(await written(all, { length: streamLength(all) })).toBe(streamLength(all));
  });
});
