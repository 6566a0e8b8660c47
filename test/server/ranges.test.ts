import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rangesOf } from '../../main/server/ranges.ts';

const range = (start: number, end: number) => ({ start, end });

describe('a Range of a file of 100 bytes', () => {
  test.each([
    ['bytes=0-9', [range(0, 9)]],
    ['bytes=90-', [range(90, 99)]],
    ['bytes=-10', [range(90, 99)]],
    ['bytes=-1000', [range(0, 99)]],
    ['bytes=50-1000', [range(50, 99)]],
    ['BYTES=0-0', [range(0, 0)]],
    [' bytes = 1-2 , 5-6 ', [range(1, 2), range(5, 6)]],
    ['bytes=5-6,1-2', [range(5, 6), range(1, 2)]],
    ['bytes=0-0,,200-', [range(0, 0)]],
    ['bytes=100-', 'none'],
    ['bytes=200-300', 'none'],
    ['bytes=-0', 'none'],
    ['bytes=5-2', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=', 'whole'],
    ['bytes=a-b', 'whole'],
    ['bytes=0-9,x', 'whole'],
    ['bytes=0x1-9', 'whole'],
    ['bytes=99999999999999999999-', 'none'],
    // What some write for all the rest.
    ['bytes=90-18446744073709551615', [range(90, 99)]],
    ['bytes=-18446744073709551615', [range(0, 99)]],
    [`bytes=90-${'9'.repeat(400)}`, [range(90, 99)]],
    ['lines=0-9', 'whole'],
    ['nonsense', 'whole'],
    // What would cost more than the file.
    ['bytes=0-,0-', 'whole'],
  ])('%s', (header, expected) => {
    expect(rangesOf(header, 100)).toEqual(expected);
  });

  test('of a hundred parts is the longest that counts', () => {
    const parts = (count: number) => Array.from({ length: count }, (_, at) => `${at}-${at}`).join();
    // So large a file that the sum of them is no reason.
    expect(rangesOf(`bytes=${parts(100)}`, 1e9)).toHaveLength(100);
    expect(rangesOf(`bytes=${parts(101)}`, 1e9)).toBe('whole');
  });

  test('of an empty one there is nothing but its end', () => {
    expect(rangesOf('bytes=0-', 0)).toBe('none');
    expect(rangesOf('bytes=-0', 0)).toBe('none');
    expect(rangesOf('bytes=-5', 0)).toBe('whole');
  });

  test('whatever it says, what comes of it lies in the file and is no more than the file', () => {
    const spec = fc
      .tuple(fc.option(fc.nat(300)), fc.option(fc.nat(300)))
      .map(([a, b]) => `${a ?? ''}-${b ?? ''}`);
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 8 }), fc.nat(200), (specs, size) => {
        const ranges = rangesOf(`bytes=${specs.join(',')}`, size);
        if (typeof ranges === 'string') return;
        let sum = 0;
        for (const { start, end } of ranges) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThan(size);
          sum += end - start + 1;
        }
        expect(sum).toBeLessThanOrEqual(size);
      }),
    );
  });
});
