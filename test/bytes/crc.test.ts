import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32Combine } from '../../main/bytes/crc.ts';

describe('crc32Combine', () => {
  test('gives the CRC of two runs joined', () => {
    const bytes = fc.uint8Array({ maxLength: 5000 });
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        const joined = crc32(Buffer.concat([first, second]));
        expect(crc32Combine(crc32(first), crc32(second), second.length)).toBe(joined);
      }),
    );
  });

  test('is associative for lengths beyond 32 bits', () => {
    const length = fc.integer({ min: 0, max: 2 ** 40 });
    const crc = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(crc, crc, crc, length, length, (a, b, c, lengthB, lengthC) => {
        const left = crc32Combine(crc32Combine(a, b, lengthB), c, lengthC);
        expect(left).toBe(crc32Combine(a, crc32Combine(b, c, lengthC), lengthB + lengthC));
      }),
    );
  });
});
