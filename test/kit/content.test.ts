import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Content, differsAt, fromBuffer, joined, repeated } from './content.ts';

const SIZE = 300_001;

describe('Content', () => {
  const content = new Content(7, SIZE);
  const whole = content.slice(0, SIZE);

  test('a slice is the same bytes wherever it is cut from', () => {
    const offset = fc.nat(SIZE);
    fc.assert(
      fc.property(offset, offset, (a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        expect(content.slice(start, end).equals(whole.subarray(start, end))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('a slice is the reader’s own copy', () => {
    content.slice(0, 10).fill(0);
    expect(content.slice(0, 10)).toEqual(whole.subarray(0, 10));
  });

  test('the same seed gives the same bytes at any size, another seed others', () => {
    expect(new Content(7, 10_000_000).slice(0, SIZE).equals(whole)).toBe(true);
    expect(new Content(8, SIZE).slice(0, 1000).equals(whole.subarray(0, 1000))).toBe(false);
  });

  test('no block of 64 bytes occurs at two offsets, so that a splice at a wrong place is seen', () => {
    const seen = new Set<string>();
    for (let at = 0; at + 64 <= SIZE; at += 4) seen.add(whole.toString('latin1', at, at + 64));
    expect(seen.size).toBe(Math.floor((SIZE - 64) / 4) + 1);
  });

  test('offsets beyond 4 GiB have bytes of their own', () => {
    const huge = new Content(7, 2 ** 40);
    const far = huge.slice(2 ** 32, 2 ** 32 + 64);
    expect(far.equals(whole.subarray(0, 64))).toBe(false);
    expect(far).toEqual(new Content(7, 2 ** 41).slice(2 ** 32, 2 ** 32 + 64));
  });

  test('sha256 is that of the bytes', () => {
    expect(content.sha256()).toBe(createHash('sha256').update(whole).digest('hex'));
  });

  test('outside the content there is nothing to slice', () => {
    expect(() => content.slice(0, SIZE + 1)).toThrow(RangeError);
    expect(() => content.slice(5, 4)).toThrow(RangeError);
  });

  test.each([1000, 1001, 65_536, 100_000])('withEvery(%i) changes just one byte per step', (step) => {
    const other = content.withEvery(step, 0x20).slice(0, SIZE);
    const changed = [...whole.keys()].filter((at) => whole[at] !== other[at]);
    const due = [...whole.keys()].filter((at) => at % step === step >> 1);
    expect(changed).toEqual(due);
    expect(changed.length).toBeGreaterThan(1);
    expect(changed.every((at) => ((whole[at] ?? 0) ^ (other[at] ?? 0)) === 0x20)).toBe(true);
  });

  test('a change is seen in id and digest, and one that would change nothing is refused', () => {
    const other = content.withEvery(1000, 1);
    expect(other.id).not.toBe(content.id);
    expect(other.sha256()).not.toBe(content.sha256());
    expect(() => content.withEvery(1000, 256)).toThrow(RangeError);
    expect(() => content.withEvery(0, 1)).toThrow(RangeError);
  });
});

test('repeated and joined sources have the same bytes wherever they are cut', () => {
  const source = joined(fromBuffer(Buffer.from('abcde')), repeated(Buffer.from('xyz'), 7));
  const whole = 'abcdexyzxyzx';
  expect(source.size).toBe(whole.length);
  for (let start = 0; start <= whole.length; start++) {
    for (let end = start; end <= whole.length; end++) {
      expect(source.slice(start, end).toString()).toBe(whole.slice(start, end));
    }
  }
});

describe('differsAt', () => {
  const content = new Content(3, 200_000);
  let dir = '';
  const file = async (bytes: Buffer): Promise<string> => {
    const path = join(dir, 'file');
    await writeFile(path, bytes);
    return path;
  };
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kit-content-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  test('null for equal bytes, empty ones too', async () => {
    expect(await differsAt(content, await file(content.slice(0, 200_000)))).toBe(null);
    expect(await differsAt(new Content(3, 0), await file(Buffer.alloc(0)))).toBe(null);
  });

  test.each([0, 65_535, 65_536, 199_999])('the offset of a wrong byte at %i', async (at) => {
    const bytes = content.slice(0, 200_000);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect(await differsAt(content, await file(bytes))).toBe(at);
  });

  test('a file too short or too long differs where the shorter one ends', async () => {
    expect(await differsAt(content, await file(content.slice(0, 131_072)))).toBe(131_072);
    expect(await differsAt(new Content(3, 70_000), await file(content.slice(0, 200_000)))).toBe(70_000);
    expect(await differsAt(new Content(3, 65_536), await file(content.slice(0, 65_537)))).toBe(65_536);
  });

  test('a file that is not there is an error', async () => {
    await expect(differsAt(content, join(dir, 'none'))).rejects.toThrow('ENOENT');
  });
});
