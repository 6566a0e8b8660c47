import fc from 'fast-check';
import { expect } from 'vitest';
import { cookieHeader, cookieJar, takeCookies } from '../../main/source/cookies.ts';
import {
  contentEncodingsOf,
  contentLengthOf,
  digestsOf,
  type Headers,
  isStrongEtag,
  mediaTypeOf,
  parseContentRange,
  parseHttpDate,
  parseRetryAfter,
  validatorsOf,
} from '../../main/source/headers.ts';
import { holds, PURE_MS } from './hold.ts';
import { mutatedText } from './mutate.ts';

const NOW = Date.UTC(2026, 10, 22);

/** One that is right, of each header that is looked at. */
const VALID: readonly (readonly [string, string])[] = [
  ['content-range', 'bytes 0-99/200'],
  ['content-range', 'bytes */200'],
  ['content-length', '200'],
  ['content-type', 'text/html; charset=utf-8'],
  ['content-encoding', 'gzip, identity, x-gzip'],
  ['etag', '"abc-1"'],
  ['etag', 'W/"abc"'],
  ['last-modified', 'Wed, 01 Jan 2025 00:00:00 GMT'],
  ['last-modified', 'Wednesday, 01-Jan-25 00:00:00 GMT'],
  ['date', 'Wed Jan  1 00:00:00 2025'],
  ['retry-after', '120'],
  ['retry-after', 'Wed, 01 Jan 2027 00:00:00 GMT'],
  ['repr-digest', 'sha-256=:4REjxQ4yrqUVicfSKYNO/cF9zNj5ANbzgDZt3/h3Qxo=:, md5=:rL0Y20zC+Fzt72VPzMSk2A==:'],
  ['content-digest', 'sha-512=:YQ==:'],
  ['content-md5', 'rL0Y20zC+Fzt72VPzMSk2A=='],
  ['set-cookie', 'id=a3f; Domain=example.org; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=10'],
  ['set-cookie', 'id=b; Expires=Wed, 21 Oct 2037 07:28:00 GMT'],
];

const field = fc
  .constantFrom(...VALID)
  .chain(([name, value]) => mutatedText(fc.constant(value)).map((changed) => [name, changed] as const));

/** Forwards and backwards, and around where a double stops counting. */
const number = fc.oneof(fc.nat(20), fc.constantFrom(2 ** 31, 2 ** 53 - 2, 2 ** 53, 1e21));
const range = fc
  .tuple(number, number, fc.oneof(number, fc.constant('*')))
  .map(([first, last, total]) => ['content-range', `bytes ${first}-${last}/${total}`] as const);

const headers: fc.Arbitrary<Headers> = fc
  .array(fc.oneof({ weight: 4, arbitrary: field }, range), { maxLength: 8 })
  .map((fields) => {
    const all: Record<string, string | string[]> = {};
    for (const [name, value] of fields) {
      const before = all[name];
      all[name] = before === undefined ? value : [before, value].flat();
    }
    return all;
  });

const isCount = (value: number | null) => value === null || (Number.isSafeInteger(value) && value >= 0);

holds(
  'headers of an answer are read or passed over, whatever they are',
  headers,
  (given) => {
    const one = (name: string) => [given[name] ?? null].flat().at(-1) ?? null;
    const range = parseContentRange(one('content-range'));
    if (range?.kind === 'range') {
      expect(range.start).toBeLessThan(range.end);
      expect(range.end).toBeLessThanOrEqual(range.total ?? Number.MAX_SAFE_INTEGER);
    }
    expect(isCount(range?.total ?? null)).toBe(true);
    expect(isCount(contentLengthOf(given))).toBe(true);
    const wait = parseRetryAfter(one('retry-after'), NOW);
    if (wait !== null) {
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(600_000);
    }
    const date = parseHttpDate(one('date'));
    expect(date === null || Number.isSafeInteger(date)).toBe(true);
    expect(mediaTypeOf(given) ?? 'a/b').toMatch(/^[^\s/]+\/[^\s/]+$/);
    expect(contentEncodingsOf(given).every((coding) => coding.trim() !== '')).toBe(true);
    const { etag } = validatorsOf(given);
    if (isStrongEtag(etag)) expect(etag).toMatch(/^"[^"]+"$/);
    for (const { algorithm, hex } of digestsOf(given, true))
      expect(`${algorithm}:${hex}`).toMatch(/^\w+:[0-9a-f]+$/);
  },
  { atLeast: 100, deadlineMs: PURE_MS },
);

holds(
  'cookies of an answer go where they may, or nowhere',
  fc.tuple(
    headers,
    fc.constantFrom(
      'https://example.org/a',
      'http://sub.example.org/',
      'http://localhost/',
      'http://test/',
      'http://[::1]/',
    ),
  ),
  ([given, url]) => {
    const jar = cookieJar([]);
    takeCookies(jar, url, [given['set-cookie'] ?? []].flat());
    expect(cookieHeader(jar, 'https://example.net/')).toBeNull();
    const sent = cookieHeader(jar, url);
    // A line break would be another header.
    if (sent !== null) expect(sent).not.toMatch(/[\r\n\0]/);
  },
  { atLeast: 100, deadlineMs: PURE_MS },
);
