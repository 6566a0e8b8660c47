import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checksumText,
  contentEncodingsOf,
  contentLengthOf,
  digestsOf,
  header,
  isHtml,
  isStrongEtag,
  mediaTypeOf,
  parseChecksum,
  parseContentRange,
  parseHttpDate,
  parseRetryAfter,
  validatorsOf,
} from '../../main/source/headers.ts';

const MAX = Number.MAX_SAFE_INTEGER;

test('a header by any case of its name, repeated ones joined, inherited ones not', () => {
  const headers = { etag: '"x"', link: ['<a>', '<b>'], gone: undefined };
  expect(header(headers, 'ETag')).toBe('"x"');
  expect(header(headers, 'link')).toBe('<a>, <b>');
  expect(header(headers, 'gone')).toBeNull();
  expect(header(headers, 'constructor')).toBeNull();
});

describe('Content-Range', () => {
  test.each([
    ['bytes 0-499/1234', { kind: 'range', start: 0, end: 500, total: 1234 }],
    ['bytes 1233-1233/1234', { kind: 'range', start: 1233, end: 1234, total: 1234 }],
    ['bytes 42-1233/*', { kind: 'range', start: 42, end: 1234, total: null }],
    ['Bytes  0-0/1 ', { kind: 'range', start: 0, end: 1, total: 1 }],
    ['bytes */1234', { kind: 'unsatisfied', total: 1234 }],
    ['bytes */0', { kind: 'unsatisfied', total: 0 }],
    ['bytes */*', { kind: 'unsatisfied', total: null }],
    [`bytes 0-${MAX - 1}/${MAX}`, { kind: 'range', start: 0, end: MAX, total: MAX }],
  ])('%s', (value, range) => {
    expect(parseContentRange(value)).toEqual(range);
  });

  test.each([
    ['missing', null],
    ['empty', ''],
    ['another unit', 'items 0-4/5'],
    ['no unit', '0-4/5'],
    ['= for a blank', 'bytes=0-4/5'],
    ['backwards', 'bytes 5-4/10'],
    ['as long as its total', 'bytes 0-5/5'],
    ['of nothing', 'bytes 0-0/0'],
    ['no total', 'bytes 0-4'],
    ['empty total', 'bytes 0-4/'],
    ['signs', 'bytes +0-4/5'],
    ['negative', 'bytes -4-4/5'],
    ['hex', 'bytes 0x0-4/5'],
    ['fractions', 'bytes 0-4.5/10'],
    ['two', 'bytes 0-1/9, bytes 2-3/9'],
    ['last byte beyond 2^53-1', `bytes 0-${MAX}/*`],
    ['total beyond 2^53-1', 'bytes 0-4/9007199254740992'],
    ['far beyond', `bytes 0-4/${'9'.repeat(400)}`],
    ['a start that would round to its end', 'bytes 9007199254740993-9007199254740993/*'],
  ])('malformed: %s', (_, value) => {
    expect(parseContentRange(value)).toBeNull();
  });

  test('any range survives', () => {
    const sorted = fc
      .uniqueArray(fc.maxSafeNat(), { minLength: 3, maxLength: 3 })
      .map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(sorted, ([start = 0, end = 0, total = 0]) => {
        const range = { kind: 'range', start, end, total };
        expect(parseContentRange(`bytes ${start}-${end - 1}/${total}`)).toEqual(range);
      }),
    );
  });
});

describe('validators', () => {
  const date = 'Tue, 15 Nov 1994 12:45:26 GMT';
  test.each([
    ['a minute older', 'Tue, 15 Nov 1994 12:44:26 GMT', date, true],
    ['59 seconds older', 'Tue, 15 Nov 1994 12:44:27 GMT', date, false],
    ['newer', 'Tue, 15 Nov 1994 12:55:26 GMT', date, false],
    ['no Date', 'Tue, 15 Nov 1994 12:44:26 GMT', undefined, false],
    ['no date at all', 'yesterday', date, false],
  ])('Last-Modified is strong only a minute after it: %s', (_, modified, now, strong) => {
    const validators = validatorsOf({ 'last-modified': modified, date: now });
    expect(validators).toEqual({ etag: null, lastModified: modified, lastModifiedStrong: strong });
  });

  test('are raw, and null where empty', () => {
    expect(validatorsOf({ etag: ' W/"a" ', 'last-modified': ' ' })).toEqual({
      etag: 'W/"a"',
      lastModified: null,
      lastModifiedStrong: false,
    });
  });

  test.each(['"a"', '"686897696a7c876b7e"', '"W/a"', '"\xe9"', '"a-gzip"', '"!#~"'])('strong: %s', (etag) => {
    expect(isStrongEtag(etag)).toBe(true);
  });

  test.each([null, '', 'a', 'W/"a"', 'w/"a"', '"a', 'a"', '""', '"a"b"', '"a b"', '"a\n"', "'a'"])(
    'not: %j',
    (etag) => {
      expect(isStrongEtag(etag)).toBe(false);
    },
  );
});

describe('dates', () => {
  const at = Date.UTC(1994, 10, 6, 8, 49, 37);
  test.each([
    ['IMF-fixdate', 'Sun, 06 Nov 1994 08:49:37 GMT', at],
    ['RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', at],
    ['asctime', 'Sun Nov  6 08:49:37 1994', at],
    ['asctime, two digits', 'Wed Nov 16 08:49:37 1994', Date.UTC(1994, 10, 16, 8, 49, 37)],
    ['RFC 850 in this century', 'Thursday, 31-Dec-26 23:59:59 GMT', Date.UTC(2026, 11, 31, 23, 59, 59)],
    ['a leap second', 'Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2016, 11, 31, 23, 59, 59)],
    ['a leap day', 'Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
    ['a zero zone', 'Sun, 6 Nov 1994 08:49:37 +0000', at],
  ])('%s', (_, text, expected) => {
    expect(parseHttpDate(text)).toBe(expected);
  });

  test.each([
    null,
    '',
    '0',
    '-1',
    'now',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Nov 1994 08:49:37 PST',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 00 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:00 GMT',
    'Sun, 06 Nov 0094 08:49:37 GMT',
  ])('malformed: %j', (text) => {
    expect(parseHttpDate(text)).toBeNull();
  });

  test('whatever Date prints is read back', () => {
    const seconds = fc.integer({ min: Date.UTC(1000, 0, 1) / 1000, max: Date.UTC(9999, 11, 31) / 1000 });
    fc.assert(
      fc.property(seconds, (second) => {
        expect(parseHttpDate(new Date(second * 1000).toUTCString())).toBe(second * 1000);
      }),
    );
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 10, 22, 10, 0, 0);
  test.each([
    ['0', 0],
    ['120', 120_000],
    [' 5 ', 5000],
    ['1.5', 1500],
    ['600', 600_000],
    ['601', 600_000],
    ['9'.repeat(400), 600_000],
    ['Sun, 22 Nov 2026 10:00:30 GMT', 30_000],
    ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
    ['Mon, 23 Nov 2026 10:00:00 GMT', 600_000],
    ['-5', null],
    ['soon', null],
    ['', null],
    [null, null],
  ])('%s', (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });
});

describe('length, type and encoding', () => {
  test.each([
    ['0', 0],
    [' 42 ', 42],
    ['42, 42', 42],
    ['42, 43', null],
    ['-1', null],
    ['4.2', null],
    ['1e3', null],
    ['', null],
    ['9007199254740991', MAX],
    ['9007199254740992', null],
    [undefined, null],
  ])('Content-Length %s', (value, length) => {
    expect(contentLengthOf({ 'content-length': value })).toBe(length);
  });

  test.each([
    ['text/html', 'text/html', true],
    ['Text/HTML; charset=UTF-8', 'text/html', true],
    ['application/xhtml+xml', 'application/xhtml+xml', true],
    ['text/html, text/html', 'text/html', true],
    ['application/zip', 'application/zip', false],
    ['text/htmlx', 'text/htmlx', false],
    ['html', null, false],
    ['', null, false],
    [undefined, null, false],
  ])('Content-Type %s', (value, type, html) => {
    expect(mediaTypeOf({ 'content-type': value })).toBe(type);
    expect(isHtml(type)).toBe(html);
  });

  test.each([
    [undefined, []],
    ['identity', []],
    ['GZIP', ['gzip']],
    ['x-gzip', ['gzip']],
    ['deflate, identity , br,', ['deflate', 'br']],
  ])('Content-Encoding %s', (value, codings) => {
    expect(contentEncodingsOf({ 'content-encoding': value })).toEqual(codings);
  });
});

test('no parser throws, whatever the text', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'bytes 0-9/*,:;="W', 'GMT', 'Nov', 'sha-256=:', 'text/') }),
  );
  fc.assert(
    fc.property(texts, fc.boolean(), (text, whole) => {
      const names = ['content-length', 'content-type', 'content-encoding', 'etag', 'last-modified', 'date'];
      const all = Object.fromEntries(
        [...names, 'repr-digest', 'content-digest', 'content-md5'].map((name) => [name, text]),
      );
      const range = parseContentRange(text);
      if (range?.kind === 'range') expect(range.start).toBeLessThan(range.end);
      expect(parseRetryAfter(text, 0) ?? 0).toBeGreaterThanOrEqual(0);
      expect(contentLengthOf(all) ?? 0).toBeGreaterThanOrEqual(0);
      expect(mediaTypeOf(all) ?? 'a/b').toMatch(/^\S+\/\S+$/);
      expect(contentEncodingsOf(all)).not.toContain('identity');
      expect(validatorsOf(all).etag).toBe(text.trim() || null);
      for (const checksum of digestsOf(all, whole))
        expect(parseChecksum(checksumText(checksum))).toEqual(checksum);
    }),
  );
});
