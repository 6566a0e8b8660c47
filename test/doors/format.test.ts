import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { bytes, duration, fitted, printable, rate, shortened } from '../../main/doors/format.ts';

test.each([
  [0, '0 B'],
  [0.4, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1535, '1.4 KiB'],
  [1536, '1.5 KiB'],
  [99.99 * 1024, '99.9 KiB'],
  [1024 * 1024 - 1, '1023 KiB'],
  [1024 * 1024, '1.0 MiB'],
  [1.25 * 1024 ** 3, '1.2 GiB'],
  [5 * 1024 ** 4, '5.0 TiB'],
  [5000 * 1024 ** 4, '5000 TiB'],
])('%d bytes are %s', (count, text) => {
  expect(bytes(count)).toBe(text);
});

test('a rate is an amount a second', () => {
  expect(rate(98 * 1024 * 1024)).toBe('98.0 MiB/s');
  expect(rate(0)).toBe('0 B/s');
});

test.each([
  [0, '0 s'],
  [-3, '0 s'],
  [0.6, '1 s'],
  [59.4, '59 s'],
  [59.6, '1 min 0 s'],
  [185, '3 min 5 s'],
  [3599.6, '1 h 0 min'],
  [7800, '2 h 10 min'],
  [86_400, '1 d 0 h'],
  [356_400, '4 d 3 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

describe('text from servers', () => {
  test.each([
    ['a.bin', 'a.bin'],
    ['文件 – ünï.bin', '文件 – ünï.bin'],
    ['👩‍👩‍👧.png', '👩‍👩‍👧.png'],
    ['\u001b[2J\u001b[1;31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007name', 'name'],
    ['\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u009b31mred', 'red'],
    ['one\r\ntwo\tthree\u2028four', 'one two three four'],
    ['a\u0000b\u0007c\u007fd\u0085e', 'abcd e'],
    ['gpj\u202e.exe', 'gpj.exe'],
    ['half \ud800 pair', 'half  pair'],
  ])('%j is printed as %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('never holds a control character or a second line, whatever it was', () => {
    const nasty = fc.constantFrom(
      '\u001b',
      '[',
      ']',
      '\u009b',
      '\n',
      '\r',
      '\u0007',
      ';',
      'm',
      '0',
      '\u2029',
      'é',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(nasty, fc.string({ unit: 'binary' }))), (parts) => {
        expect(printable(parts.join(''))).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a column', () => {
  test.each([
    ['short', 8, 'short', 'short   '],
    ['exactly8', 8, 'exactly8', 'exactly8'],
    ['longer than', 8, 'longer …', 'longer …'],
    ['文件文件文件', 8, '文件文…', '文件文… '],
    ['文件文', 2, '…', '… '],
    ['👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 5, '👩‍👩‍👧👩‍👩‍👧…', '👩‍👩‍👧👩‍👩‍👧…'],
    ['any', 0, '', ''],
  ])('%j in %d columns is %j', (text, columns, short, filled) => {
    expect(shortened(text, columns)).toBe(short);
    expect(fitted(text, columns)).toBe(filled);
  });

  test('is never wider than it may be', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map(printable);
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (name, columns) => {
        expect(stringWidth(shortened(name, columns))).toBeLessThanOrEqual(columns);
        expect(stringWidth(fitted(name, columns))).toBe(columns);
      }),
    );
  });
});
