import { describe, expect, test } from 'vitest';
import { httpDate, precondition, rangeCounts } from '../../main/server/preconditions.ts';

const AT = Date.UTC(2026, 10, 22, 10) / 1000;
const NOW = AT + 100;
const same = { etag: '"a"', lastModified: AT };
const [now, before, after] = [AT, AT - 1, AT + 1].map(httpDate) as [string, string, string];

describe('preconditions, in the order of RFC 9110 §13.2.2', () => {
  test.each([
    [{}, null],
    [{ 'if-match': '"a"' }, null],
    [{ 'if-match': '"b", "a"' }, null],
    [{ 'if-match': '"b","a"' }, null],
    [{ 'if-match': ' * ' }, null],
    [{ 'if-match': '"b"' }, 412],
    [{ 'if-match': 'W/"a"' }, 412],
    [{ 'if-match': 'a' }, 412],
    [{ 'if-match': '' }, 412],
    [{ 'if-match': '"x,"a""' }, 412],
    [{ 'if-unmodified-since': now }, null],
    [{ 'if-unmodified-since': after }, null],
    [{ 'if-unmodified-since': before }, 412],
    [{ 'if-unmodified-since': 'yesterday' }, null],
    // A tag tells more than a date, which then does not count.
    [{ 'if-match': '"a"', 'if-unmodified-since': before }, null],
    [{ 'if-match': '"b"', 'if-unmodified-since': after }, 412],
    [{ 'if-none-match': '"a"' }, 304],
    [{ 'if-none-match': 'W/"a"' }, 304],
    [{ 'if-none-match': '"b", W/"a"' }, 304],
    [{ 'if-none-match': '*' }, 304],
    [{ 'if-none-match': '"b"' }, null],
    [{ 'if-none-match': '' }, null],
    [{ 'if-modified-since': now }, 304],
    [{ 'if-modified-since': after }, 304],
    [{ 'if-modified-since': before }, null],
    [{ 'if-modified-since': 'yesterday' }, null],
    [{ 'if-none-match': '"b"', 'if-modified-since': now }, null],
    [{ 'if-none-match': '"a"', 'if-modified-since': before }, 304],
    // It must be the right one before it may be the same one.
    [{ 'if-match': '"b"', 'if-none-match': '"a"' }, 412],
    [{ 'if-match': '"a"', 'if-none-match': '"a"' }, 304],
    [{ 'if-unmodified-since': before, 'if-none-match': '"a"' }, 412],
    [{ 'if-unmodified-since': now, 'if-modified-since': now }, 304],
  ])('%j', (headers, expected) => {
    expect(precondition(headers as Record<string, string>, same, NOW)).toBe(expected);
  });
});

describe('a Range beside an If-Range', () => {
  test.each([
    [undefined, true],
    ['"a"', true],
    [' "a" ', true],
    ['"b"', false],
    ['W/"a"', false],
    ['"a", "b"', false],
    ['*', false],
    [now, true],
    [before, false],
    // Not even a later one: the date must be that of the file.
    [after, false],
    ['nonsense', false],
    ['', false],
  ])('%s', (ifRange, expected) => {
    expect(rangeCounts(ifRange, same, NOW)).toBe(expected);
  });

  test('by date does not count for a file that was changed just now', () => {
    expect(rangeCounts(now, same, AT + 1)).toBe(false);
    expect(rangeCounts('"a"', same, AT + 1)).toBe(true);
  });
});

describe('a date', () => {
  const isOf = (date: string, seconds: number) =>
    rangeCounts(date, { etag: '"a"', lastModified: seconds }, NOW);

  // The example of RFC 9110 §5.6.7.
  test.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT'],
    ['Sunday, 06-Nov-94 08:49:37 GMT'],
    ['Sun Nov  6 08:49:37 1994'],
  ])('%s', (date) => {
    expect(isOf(date, 784_111_777)).toBe(true);
    expect(isOf(date, 784_111_778)).toBe(false);
  });

  test('of two digits is never more than 50 years ahead', () => {
    const inForce = (date: string) => precondition({ 'if-unmodified-since': date }, same, NOW);
    expect(inForce('Sunday, 22-Nov-76 10:00:00 GMT')).toBeNull();
    expect(inForce('Tuesday, 22-Nov-77 10:00:00 GMT')).toBe(412);
  });

  test.each([
    ['Sat, 31 Feb 2026 10:00:00 GMT'],
    ['Sun, 22 Nov 2026 25:00:00 GMT'],
    ['Sun, 22 Now 2026 10:00:00 GMT'],
    ['Sun, 22 Nov 2026 10:00:00 CET'],
    ['Sun, 22 Nov 2026 10:00:00 GMT+1'],
    ['2026-11-22T10:00:00Z'],
    ['0'],
  ])('that is none is as if it were not there: %s', (date) => {
    for (const header of ['if-modified-since', 'if-unmodified-since'])
      expect(precondition({ [header]: date }, same, NOW)).toBeNull();
  });
});
