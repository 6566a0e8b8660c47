import { expect, test } from 'vitest';
import { parseRange, rangeStands, startAsked } from './ranges.ts';

test.each([
  ['bytes=0-', { start: 0, end: 100 }],
  ['bytes=0-0', { start: 0, end: 1 }],
  ['bytes=10-19', { start: 10, end: 20 }],
  ['Bytes=99-', { start: 99, end: 100 }],
  ['bytes=90-1000', { start: 90, end: 100 }],
  ['bytes=-30', { start: 70, end: 100 }],
  ['bytes=-300', { start: 0, end: 100 }],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=20-10', null],
  ['bytes=-', null],
  ['bytes=0-1,5-6', null],
  ['items=0-1', null],
  [null, null],
] as const)('%s of 100 bytes', (header, span) => {
  expect(parseRange(header, 100)).toEqual(span);
});

test('no range of an empty file can be satisfied', () => {
  expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
  expect(parseRange('bytes=-5', 0)).toBe('unsatisfiable');
});

test('the start asked is known without the file', () => {
  expect(startAsked('bytes=7-')).toBe(7);
  expect(startAsked('bytes=-7')).toBe(null);
  expect(startAsked(null)).toBe(null);
});

test.each([
  [null, true],
  ['"v1"', true],
  ['"v2"', false],
  ['W/"v1"', false],
  ['Wed, 01 Jan 2025 00:00:00 GMT', true],
  ['Wed, 01 Jan 2025 00:00:01 GMT', false],
])('If-Range %s against "v1" of 1 January', (header, stands) => {
  expect(rangeStands(header, '"v1"', 'Wed, 01 Jan 2025 00:00:00 GMT')).toBe(stands);
});

test('a weak ETag never lets a range stand', () => {
  expect(rangeStands('W/"v1"', 'W/"v1"', null)).toBe(false);
  expect(rangeStands('"v1"', 'W/"v1"', null)).toBe(false);
});
