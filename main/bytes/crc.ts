import { crc32 } from 'node:zlib';

/**
 * CRC-32 (the one of ZIP and zlib, reflected polynomial 0xEDB88320) of two runs of bytes joined, from the CRCs of
 * each: multiplication by x^(8·length) modulo the polynomial. The method is that of zlib's crc32_combine (1.2.12 on).
 */
const POLYNOMIAL = 0xedb88320;

/** a·b modulo the polynomial; bit 31 is x^0. */
function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= factor;
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return product >>> 0;
}

/** x^(2^n), n from 0 to 31; they repeat from there, since x^(2^32) is x^1. */
const POWERS = (() => {
  const powers = [0x40000000];
  for (let n = 1; n < 32; n++) powers.push(multiply(powers[n - 1] as number, powers[n - 1] as number));
  return powers;
})();

/** x^(8·length); `length` may pass 32 bits, so it is halved by arithmetic and not by shifts. */
function shiftBy(length: number): number {
  let result = 0x80000000;
  let rest = length;
  for (let n = 3; rest > 0; n++) {
    if (rest % 2 === 1) result = multiply(POWERS[n & 31] as number, result);
    rest = Math.floor(rest / 2);
  }
  return result;
}

/** The CRC-32 of A followed by B, from crc(A), crc(B) and B's length in bytes. */
export function crc32Combine(first: number, second: number, secondLength: number): number {
  return (multiply(shiftBy(secondLength), first) ^ second) >>> 0;
}

/** The CRC-32 of `length` zero bytes, without looking at any. */
export function crc32OfZeros(length: number): number {
  let crc = 0;
  let done = 0;
  let run = { crc: crc32(Buffer.alloc(1)), length: 1 };
  for (let rest = length; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) {
      crc = done === 0 ? run.crc : crc32Combine(crc, run.crc, run.length);
      done += run.length;
    }
    run = { crc: crc32Combine(run.crc, run.crc, run.length), length: run.length * 2 };
  }
  return crc;
}
