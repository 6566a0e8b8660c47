import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifyZip } from '../../main/zip/verify.ts';
import { changed, type Given, type MadeZip, MemoryFile, text, verified, zipOf } from './zip-kit.ts';

const given: fc.Arbitrary<Given[]> = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-zé][a-z0-9é中 ]{0,12}[a-z]$/),
    data: fc.oneof(
      fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(fc.nat(3000), fc.nat(50)).map(([length, seed]) => text(length, seed)),
    ),
    deflate: fc.boolean(),
    descriptor: fc.boolean(),
    before: fc.oneof(
      { weight: 4, arbitrary: fc.constant(Buffer.alloc(0)) },
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
    ),
  }),
  { minLength: 1, maxLength: 8, selector: ({ name }) => name },
);

const ordered = given.chain((list) =>
  fc.shuffledSubarray([...list.keys()], { minLength: list.length }).map((order) => ({ list, order })),
);

const RUNS = { numRuns: 200 };

describe('any package', () => {
  test('a sound one is ok, in whatever order, with whatever between', async () => {
    await fc.assert(
      fc.asyncProperty(ordered, async ({ list, order }) => {
        const report = await verified(zipOf(list, order).bytes);
        expect(report.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
        const bytes = list.reduce((sum, { data }) => sum + data.length, 0);
        expect(report).toMatchObject({ ok: true, good: list.length, entries: list.length, bytes });
      }),
      RUNS,
    );
  });

  test('a changed byte of an entry is told of that entry, and of no other', async () => {
    await fc.assert(
      fc.asyncProperty(
        ordered,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async ({ list, order }, where, by) => {
          const zip = zipOf(list, order);
          const spans = zip.entries.flatMap((entry, index) =>
            // The last byte of deflated data may have bits behind the end of the stream.
            Array.from({ length: entry.behind - entry.data - (list[index]?.deflate ? 1 : 0) }, (_, at) => ({
              entry,
              at: entry.data + at,
            })),
          );
          const hit = spans[where % Math.max(1, spans.length)];
          if (!hit) return;
          const { findings, ok, good } = await verified(
            changed(zip.bytes, (copy) => copy.writeUInt8(copy.readUInt8(hit.at) ^ by, hit.at)),
          );
          expect({ ok, good }).toEqual({ ok: false, good: list.length - 1 });
          const blamed = findings.filter(({ severity }) => severity === 'error').map(({ entry }) => entry);
          expect(blamed).toEqual([hit.entry.name]);
        },
      ),
      RUNS,
    );
  });

  test('cut anywhere it is not ok', async () => {
    await fc.assert(
      fc.asyncProperty(
        ordered,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async ({ list, order }, where) => {
          const { bytes } = zipOf(list, order);
          const length = Math.floor(where * (bytes.length - 1));
          expect(await verified(bytes.subarray(0, length))).toMatchObject({ ok: false });
        },
      ),
      RUNS,
    );
  });

  test('whatever is written over it, it ends, reads little, unpacks no more than stated, and believes nothing', async () => {
    const blow = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) });
    await fc.assert(
      fc.asyncProperty(
        ordered,
        fc.array(blow, { minLength: 1, maxLength: 6 }),
        async ({ list, order }, blows) => {
          const zip = zipOf(list, order);
          const file = new MemoryFile(
            changed(zip.bytes, (copy) => {
              // Half of them hit the directory, which is where the claims are.
              for (const [index, { at, bytes }] of blows.entries()) {
                const from = index % 2 === 0 ? zip.directory : 0;
                copy.set(bytes.subarray(0, copy.length - 1), from + (at % (copy.length - from - 8)));
              }
            }),
          );
          const report = await verifyZip(file);
          expect(report.good).toBeLessThanOrEqual(report.entries);
          expect(report.bytes).toBeLessThanOrEqual(zip.bytes.length * 1100);
          // What is asked for at once: a chunk, or the directory's window.
          expect(file.largest).toBeLessThanOrEqual(1024 * 1024);
          if (report.ok) expect(report.good).toBe(report.entries);
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Where a flipped bit is no reader's business: one copy of it is all there is, and nothing can be told from it. */
function isFree(zip: MadeZip, bytes: Buffer, position: number): string | null {
  for (const { header, data, behind, record, name } of zip.entries) {
    const inLocal = position - header;
    if (inLocal === 4 || inLocal === 5) return 'version needed';
    const extra = header + 30 + Buffer.byteLength(name);
    if (position >= extra && position < data) return freeOfTimestamp(position - extra);
    if (position === behind - 1 && bytes.readUInt16LE(header + 8) === 8)
      return 'behind the end of deflated data';
    const inRecord = position - record;
    if (inRecord >= 4 && inRecord < 8) return 'versions';
    if (inRecord >= 36 && inRecord < 42) return 'attributes';
    const centralExtra = 46 + Buffer.byteLength(name);
    if (inRecord >= centralExtra && inRecord < centralExtra + 9) {
      return freeOfTimestamp(inRecord - centralExtra);
    }
  }
  return null;
}

/** Its id, length and flags: with another it is another field, which readers pass over. Its time counts. */
function freeOfTimestamp(at: number): string | null {
  return at < 5 ? 'what kind of extra field it is' : null;
}

test('every flipped bit is told, but for those that tell nothing', async () => {
  const zip = zipOf([
    { name: 'a.txt', data: text(60), deflate: true },
    { name: 'b.bin', data: text(20, 3) },
    { name: 'é/', data: Buffer.alloc(0) },
    // No size of it is a single bit: where a descriptor follows, nought and the truth are both right.
    { name: 'c', data: text(35, 5), deflate: true, descriptor: true },
  ]);
  const missed: string[] = [];
  const free = new Set<string>();
  for (let position = 0; position < zip.bytes.length; position++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = changed(zip.bytes, (copy) =>
        copy.writeUInt8(copy.readUInt8(position) ^ (1 << bit), position),
      );
      const { findings } = await verified(flipped);
      if (findings.length > 0) continue;
      const why = isFree(zip, zip.bytes, position);
      if (why === null) missed.push(`byte ${position}, bit ${bit}`);
      else free.add(why);
    }
  }
  expect(missed).toEqual([]);
  // Each exception is needed.
  expect([...free].sort()).toEqual([
    'attributes',
    'behind the end of deflated data',
    'version needed',
    'versions',
    'what kind of extra field it is',
  ]);
}, 60_000);
