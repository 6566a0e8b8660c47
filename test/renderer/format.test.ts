import { expect, test } from 'vitest';
import {
  durationParts,
  formatAgo,
  formatBytes,
  formatClock,
  formatShare,
  formatSpeed,
} from '../../renderer/words/format.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 KB'],
  [9994, '9.99 KB'],
  [9995, '10.0 KB'],
  [99_949, '99.9 KB'],
  [99_950, '100 KB'],
  [999_499, '999 KB'],
  [999_500, '1.00 MB'],
  [1_920_000_000, '1.92 GB'],
  [3e18, '3000 PB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('a speed is a size a second', () => {
  expect(formatSpeed(18_400_000)).toBe('18.4 MB/s');
});

test('of a share the first number goes without its unit where both have the same', () => {
  expect(formatShare(1.92e9, 3.1e9)).toEqual({ received: '1.92', total: '3.10 GB' });
  expect(formatShare(462e6, 3.1e9)).toEqual({ received: '462 MB', total: '3.10 GB' });
});

test.each([
  [0, '0:00'],
  [41.2, '0:42'],
  [725, '12:05'],
  [3723, '1:02:03'],
  [-4, '0:00'],
])('%d seconds on a clock are %s', (seconds, text) => {
  expect(formatClock(seconds)).toBe(text);
});

test.each([
  [0, '0s'],
  [42, '42s'],
  [64, '1min 4s'],
  [3600, '1h'],
  [3660, '1h 1min'],
  [90_061, '1d 1h'],
  [86_460, '1d'],
])('%d seconds have at most two units', (seconds, text) => {
  const parts = durationParts(seconds).map(({ unit, count }) => `${count}${unit}`);
  expect(parts.join(' ')).toBe(text);
});

test('what was is said coarsely, in a language', () => {
  const now = Date.parse('2026-11-23T12:00:00Z');
  expect(formatAgo(now - 20_000, now, 'en')).toBe('now');
  expect(formatAgo(now - 125_000, now, 'en')).toBe('2 min. ago');
  expect(formatAgo(now - 125_000, now, 'zh-CN')).toBe('2分钟前');
  expect(formatAgo(now - 3 * 86_400_000, now, 'en')).toBe('3 days ago');
});
