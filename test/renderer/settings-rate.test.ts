import { describe, expect, it } from 'vitest';
import { parseRate, typedRate } from '../../renderer/view/settings/rate.ts';

describe('a speed limit as it is typed', () => {
  it.each([
    ['2.5', 'MB', 2_500_000],
    ['2,5', 'MB', 2_500_000],
    [' 400 ', 'KB', 400_000],
    ['.5', 'GB', 500_000_000],
    ['300 KB/s', 'MB', 300_000],
    ['3m', 'KB', 3_000_000],
    ['1', 'KB', 1024],
  ] as const)('%s in %s/s is %d bytes per second', (text, unit, bytes) => {
    expect(parseRate({ text, unit })).toBe(bytes);
  });

  it('is none where the field is empty', () => {
    expect(parseRate({ text: '  ', unit: 'MB' })).toBeNull();
  });

  it.each(['0', '0.9', '-3', 'fast', '1.2.3', '1e3', '10 TB'])('%s KB/s is refused', (text) => {
    expect(parseRate({ text, unit: 'KB' })).toBe('invalid');
  });

  it.each([null, 1024, 400_000, 999_999, 1_048_576, 2_500_000, 1_234_567_890])(
    '%s is shown so that it stays what it is',
    (bytes) => {
      expect(parseRate(typedRate(bytes))).toBe(bytes);
    },
  );
});
