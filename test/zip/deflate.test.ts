import { crc32, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import {
  BLOCK_BYTES,
  Deflater,
  deflateBlock,
  deflateWhole,
  GROUP_BYTES,
  type Packed,
} from '../../main/zip/deflate.ts';
import { seeded } from '../kit/random.ts';

/** Words in random order: packs about as well as text, and no two blocks are the same. */
function text(bytes: number, seed: number): Buffer {
  const random = seeded(seed);
  const words = Array.from({ length: 500 }, () =>
    random()
      .toString(36)
      .slice(2, 4 + random() * 8),
  );
  const piece = () => Array.from({ length: 20_000 }, () => words[Math.floor(random() ** 2 * 500)]).join(' ');
  const filled = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; ) at += filled.write(piece(), at);
  return filled;
}

const PLAIN = text(3 * GROUP_BYTES + 10, 1);

/** Pushes `plain` in parts of the given lengths, over and over. */
async function deflated(plain: Buffer, from: number, parts: readonly number[] = [300_000], level = 1) {
  const written: Packed[] = [];
  const write = async (packed: Packed) => {
    written.push(packed);
  };
  const deflater = new Deflater({ level, from, write });
  for (let at = from, turn = 0; at < plain.length; turn += 1) {
    const part = Buffer.from(plain.subarray(at, at + (parts[turn % parts.length] as number)));
    await deflater.push(part);
    at += part.length;
    // Its memory may be used for something else now.
    part.fill(0xee);
  }
  await deflater.finish();
  return written;
}

const joined = (written: readonly Packed[]) => Buffer.concat(written.flatMap(({ bytes }) => bytes));

const size = fc.oneof(
  fc.constantFrom(0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, GROUP_BYTES, 2 * GROUP_BYTES),
  fc.integer({ min: GROUP_BYTES - 3, max: GROUP_BYTES + 3 }),
  fc.integer({ min: 0, max: PLAIN.length }),
);
const parts = fc.array(
  fc.integer({ min: 1, max: 2 * GROUP_BYTES }).filter((part) => part > 20_000),
  {
    minLength: 1,
    maxLength: 5,
  },
);

describe('Deflater', () => {
  test('gives what inflates to what was pushed, however it came', async () => {
    await fc.assert(
      fc.asyncProperty(size, parts, async (length, lengths) => {
        const plain = PLAIN.subarray(0, length);
        const written = await deflated(plain, 0, lengths);
        expect(inflateRawSync(joined(written)).equals(plain)).toBe(true);
        expect(written.filter(({ final }) => final)).toEqual([written.at(-1)]);
        let at = 0;
        for (const { plain: count, crc } of written) {
          expect(crc).toBe(crc32(plain.subarray(at, at + count)));
          at += count;
        }
        expect(at).toBe(length);
      }),
      { numRuns: 25 },
    );
  });

  test('makes the very same bytes when it goes on at any boundary', async () => {
    const boundaries = async (plain: Buffer) => {
      const whole = await deflated(plain, 0);
      let from = 0;
      let tried = 0;
      for (const [index, { plain: count, boundary }] of whole.entries()) {
        from += count;
        if (!boundary) continue;
        const rest = await deflated(plain, from, [70_000]);
        expect(joined([...whole.slice(0, index + 1), ...rest]).equals(joined(whole))).toBe(true);
        tried += 1;
      }
      return tried;
    };
    expect(await boundaries(PLAIN)).toBe(3);
    expect(await boundaries(PLAIN.subarray(0, 2 * GROUP_BYTES))).toBe(2);
    expect(await boundaries(PLAIN.subarray(0, GROUP_BYTES - 1))).toBe(0);
  });

  test('lets each block of a group look back into the one before', async () => {
    // The same 20,000 bytes over and over: a block that sees them for the first time takes 20,000 more for them.
    const random = seeded(9);
    const period = Buffer.from(Array.from({ length: 20_000 }, () => random() * 256));
    const written = await deflated(Buffer.alloc(2 * GROUP_BYTES, period), 0);
    const lengths = written.map((packed) => joined([packed]).length);
    expect(lengths.slice(0, 2).every((length) => length > 20_000 && length < 100_000)).toBe(true);
  });

  test('packs text as well as zlib in one go, to a hundredth', async () => {
    const plain = PLAIN.subarray(0, 2 * GROUP_BYTES);
    const { size: whole } = await deflateWhole([plain], 6);
    const alone = await deflateBlock(plain, 6, null);
    expect(whole).toBeLessThan(alone.length * 1.01);
  });

  test('keeps the order, however blocks come to be ready', async () => {
    const random = seeded(5);
    const finished: number[] = [];
    let count = 0;
    const written: Packed[] = [];
    const deflater = new Deflater({
      level: 1,
      from: 0,
      write: async (packed) => {
        written.push(packed);
      },
      deflate: async (...given) => {
        const number = count++;
        const result = await deflateBlock(...given);
        for (let turns = random() * 50; turns > 0; turns -= 1) await new Promise(setImmediate);
        finished.push(number);
        return result;
      },
    });
    await deflater.push(PLAIN);
    await deflater.finish();
    expect(finished).not.toEqual(finished.toSorted((a, b) => a - b));
    expect(inflateRawSync(joined(written)).equals(PLAIN)).toBe(true);
  });

  test('packs several blocks at once', async () => {
    let running = 0;
    let most = 0;
    const deflate = async (...given: Parameters<typeof deflateBlock>) => {
      most = Math.max(most, ++running);
      const result = await deflateBlock(...given);
      running -= 1;
      return result;
    };
    const deflater = new Deflater({ level: 1, from: 0, write: async () => {}, deflate });
    await deflater.push(PLAIN);
    await deflater.finish();
    expect(most).toBeGreaterThanOrEqual(3);
    expect(most).toBeLessThanOrEqual(4);
  });

  test('takes no more than two groups while nothing is written', async () => {
    const writing = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const write = () => {
      begun.resolve();
      return writing.promise;
    };
    const deflater = new Deflater({ level: 1, from: 0, write });
    let taken = 0;
    const pushing = (async () => {
      for (let at = 0; at < PLAIN.length; at += 64 * 1024) {
        await deflater.push(PLAIN.subarray(at, at + 64 * 1024));
        taken = at + 64 * 1024;
      }
    })();
    await begun.promise;
    // Whatever could still be taken is taken in these turns.
    for (let turns = 0; turns < 1000; turns += 1) await new Promise(setImmediate);
    expect(taken).toBe(2 * GROUP_BYTES);
    writing.resolve();
    await pushing;
    await deflater.finish();
    expect(taken).toBeGreaterThanOrEqual(PLAIN.length);
  });

  test('ends with the error of the write, and writes nothing more', async () => {
    const full = new SatchelError('disk-full');
    let writes = 0;
    const write = async () => {
      writes += 1;
      if (writes === 2) throw full;
    };
    const deflater = new Deflater({ level: 1, from: 0, write });
    await expect(deflater.push(Buffer.concat([PLAIN, PLAIN]))).rejects.toBe(full);
    await expect(deflater.push(PLAIN)).rejects.toBe(full);
    await expect(deflater.finish()).rejects.toBe(full);
    await deflater.abort();
    expect(writes).toBe(2);
  });

  test('ends with the error of a block', async () => {
    const broken = new Error('no memory');
    const deflate = async () => {
      throw broken;
    };
    const deflater = new Deflater({ level: 1, from: 0, write: async () => {}, deflate });
    await deflater.push(PLAIN.subarray(0, 10)).catch(() => {});
    await expect(deflater.finish()).rejects.toBe(broken);
  });

  test('writes nothing once it is given up, and frees who waits', async () => {
    const writing = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    let writes = 0;
    const write = () => {
      writes += 1;
      begun.resolve();
      return writing.promise;
    };
    const deflater = new Deflater({ level: 1, from: 0, write });
    const pushing = deflater.push(PLAIN).catch((error: unknown) => error);
    await begun.promise;
    let gone = false;
    const aborting = deflater.abort().then(() => {
      gone = true;
    });
    for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
    expect(gone).toBe(false);
    writing.resolve();
    await aborting;
    expect(await pushing).toMatchObject({ code: 'cancelled' });
    await expect(deflater.finish()).rejects.toMatchObject({ code: 'cancelled' });
    expect(writes).toBe(1);
  });
});

describe('deflateWhole', () => {
  test('gives what inflates to what it was given', async () => {
    const lengths = fc.array(fc.integer({ min: 0, max: BLOCK_BYTES }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(lengths, fc.integer({ min: 1, max: 9 }), async (each, level) => {
        const buffers = each.map((length, index) => PLAIN.subarray(index, index + length));
        const plain = Buffer.concat(buffers);
        const { bytes, crc, size: packedSize } = await deflateWhole(buffers, level);
        const packed = Buffer.concat(bytes);
        expect(inflateRawSync(packed).equals(plain)).toBe(true);
        expect([crc, packedSize]).toEqual([crc32(plain), packed.length]);
      }),
      { numRuns: 30 },
    );
  });
});
