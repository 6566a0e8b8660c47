import { SatchelError } from '../contract/errors.ts';

/** Header fields as node gives them: lower-case names, values decoded as Latin-1. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One field's value; repeated fields are joined as RFC 9110 §5.3 says. Null when it is not there. */
export function header(headers: Headers, name: string): string | null {
  const key = name.toLowerCase();
  const value = Object.hasOwn(headers, key) ? headers[key] : undefined;
  if (value === undefined) return null;
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Bytes [start, end) of `total`; or, for a 416, only the total. An unknown total is null. */
export type ContentRange =
  | { readonly kind: 'range'; readonly start: number; readonly end: number; readonly total: number | null }
  | { readonly kind: 'unsatisfied'; readonly total: number | null };

/** RFC 9110 §14.4. Null when malformed, not in bytes, backwards, beyond its total or beyond 2^53-1. */
export function parseContentRange(value: string | null): ContentRange | null {
  const match = /^\s*bytes\s+(?:(\d+)-(\d+)|\*)\/(\d+|\*)\s*$/i.exec(value ?? '');
  if (!match) return null;
  const [, first, last, all] = match;
  const total = all === '*' ? null : safeInteger(all);
  if (all !== '*' && total === null) return null;
  if (first === undefined) return { kind: 'unsatisfied', total };
  const start = safeInteger(first);
  const end = safeInteger(last, 1);
  if (start === null || end === null || start >= end) return null;
  if (total !== null && end > total) return null;
  return { kind: 'range', start, end, total };
}

function safeInteger(digits: string | undefined, add = 0): number | null {
  if (digits === undefined || !/^\d+$/.test(digits)) return null;
  const value = Number(digits) + add;
  // 2^53 itself is where Number("…93") silently becomes …92: a byte count that cannot be told from its
  // neighbour.
  return Number.isSafeInteger(value) ? value : null;
}

/** What tells one version of a file from another. */
export interface Validators {
  /** Raw, with `W/` where it is weak. */
  readonly etag: string | null;
  /** Raw. */
  readonly lastModified: string | null;
  /**
   * At least 60 s older than `Date`: it cannot have changed again within its own second (RFC 9110 §8.8.2.2).
   */
  readonly lastModifiedStrong: boolean;
}

const STRONG_AFTER_MS = 60_000;

export function validatorsOf(headers: Headers): Validators {
  const lastModified = trimmed(header(headers, 'last-modified'));
  const modified = parseHttpDate(lastModified);
  const date = parseHttpDate(header(headers, 'date'));
  return {
    etag: trimmed(header(headers, 'etag')),
    lastModified,
    lastModifiedStrong: modified !== null && date !== null && date - modified >= STRONG_AFTER_MS,
  };
}

function trimmed(value: string | null): string | null {
  return value?.trim() || null;
}

/**
 * RFC 9110 §8.8.3: quoted, not weak. The empty tag `""`, though well formed, is refused: servers that send it
 * send it for every version.
 */
export function isStrongEtag(etag: string | null): etag is string {
  return etag !== null && /^"[\x21\x23-\x7e\x80-\xff]+"$/.test(etag);
}

const RETRY_AFTER_CAP_MS = 600_000;

/**
 * RFC 9110 §10.2.3, seconds or a date. Milliseconds from `now` (ms since 1970), at most 10 min; null when
 * malformed.
 */
export function parseRetryAfter(value: string | null, now: number): number | null {
  const text = (value ?? '').trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text) * 1000), RETRY_AFTER_CAP_MS);
  const date = parseHttpDate(text);
  return date === null ? null : Math.min(Math.max(date - now, 0), RETRY_AFTER_CAP_MS);
}

/** Bytes; null when missing, malformed, beyond 2^53-1, or repeated with different values (RFC 9110 §8.6). */
export function contentLengthOf(headers: Headers): number | null {
  const values = new Set((header(headers, 'content-length') ?? '').split(',').map((part) => part.trim()));
  const [only, another] = values;
  return another === undefined ? safeInteger(only) : null;
}

/** `type/subtype` in lower case, without parameters; null when missing or malformed. */
export function mediaTypeOf(headers: Headers): string | null {
  const match = /^\s*([\w!#$&^.+-]+\/[\w!#$&^.+-]+)\s*(?:[;,]|$)/.exec(header(headers, 'content-type') ?? '');
  return match?.[1]?.toLowerCase() ?? null;
}

export function isHtml(mediaType: string | null): boolean {
  return mediaType === 'text/html' || mediaType === 'application/xhtml+xml';
}

/** Codings in the order applied, lower case; `identity` is none, and `x-gzip` is gzip (RFC 9110 §8.4.1). */
export function contentEncodingsOf(headers: Headers): string[] {
  return (header(headers, 'content-encoding') ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
    .map((coding) => (coding === 'x-gzip' ? 'gzip' : coding));
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const TIME = String.raw`(?<h>\d\d):(?<m>\d\d):(?<s>\d\d)`;
const ZONE = '(?:GMT|UTC|UT|Z|[+-]0000)';
const HTTP_DATES = [
  new RegExp(String.raw`^\w{3}, (?<day>\d\d?) (?<month>\w{3}) (?<year>\d{4}) ${TIME} ${ZONE}$`, 'i'),
  new RegExp(String.raw`^\w{3,9}, (?<day>\d\d?)-(?<month>\w{3})-(?<year>\d{4}|\d\d) ${TIME} ${ZONE}$`, 'i'),
  new RegExp(String.raw`^\w{3} (?<month>\w{3}) {1,2}(?<day>\d\d?) ${TIME} (?<year>\d{4})$`, 'i'),
];

/** The three formats of RFC 9110 §5.6.7, as ms since 1970; null when malformed. Weekdays are not compared. */
export function parseHttpDate(value: string | null): number | null {
  const text = (value ?? '').trim();
  for (const format of HTTP_DATES) {
    const parts = format.exec(text)?.groups;
    if (parts) return dateOf(parts);
  }
  return null;
}

function dateOf(parts: Record<string, string | undefined>): number | null {
  const [day, h, m, s] = [Number(parts.day), Number(parts.h), Number(parts.m), Number(parts.s)];
  const month = MONTHS.indexOf(parts.month?.toLowerCase() ?? '');
  const year = fullYear(parts.year ?? '');
  // 60 is a leap second, which Date does not have.
  if (month < 0 || h > 23 || m > 59 || s > 60) return null;
  const midnight = new Date(Date.UTC(year, month, day));
  if (midnight.getUTCDate() !== day || midnight.getUTCFullYear() !== year) return null;
  return midnight.getTime() + ((h * 60 + m) * 60 + Math.min(s, 59)) * 1000;
}

/**
 * RFC 9110 wants two digits read as at most 50 years ahead; without a clock, POSIX's 1969–2068 is the same
 * today.
 */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length > 2) return year;
  return year < 69 ? 2000 + year : 1900 + year;
}

export type ChecksumAlgorithm = 'md5' | 'sha1' | 'sha256' | 'sha512' | 'crc32';

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Lower case, as long as the algorithm gives. */
  readonly hex: string;
}

/** Bytes of each digest; the strongest first. */
const DIGEST_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = {
  sha512: 64,
  sha256: 32,
  sha1: 20,
  md5: 16,
  crc32: 4,
};
const ALGORITHMS = Object.keys(DIGEST_BYTES) as ChecksumAlgorithm[];

/** `ALGO:HEX`, in any case, `sha-256` as well as `sha256`. Errors: bad-input. */
export function parseChecksum(text: string): Checksum {
  const match = /^\s*([\w-]+):([0-9a-f]+)\s*$/i.exec(text);
  if (!match) throw new SatchelError('bad-input', `not a checksum ALGO:HEX: ${text}`);
  const wanted = match[1]?.toLowerCase().replace(/^sha-/, 'sha');
  const algorithm = ALGORITHMS.find((known) => known === wanted);
  if (!algorithm) throw new SatchelError('bad-input', `unknown checksum algorithm: ${match[1]}`);
  const hex = (match[2] ?? '').toLowerCase();
  const digits = DIGEST_BYTES[algorithm] * 2;
  if (hex.length !== digits)
    throw new SatchelError('bad-input', `${algorithm} has ${digits} hex digits: ${text}`);
  return { algorithm, hex };
}

/** The form parseChecksum reads: `sha256:HEX`. */
export function checksumText(checksum: Checksum): string {
  return `${checksum.algorithm}:${checksum.hex}`;
}

/** The names of RFC 9530 §5 (`sha` is SHA-1). */
const RFC9530: ReadonlyMap<string, ChecksumAlgorithm> = new Map([
  ['md5', 'md5'],
  ['sha', 'sha1'],
  ['sha-256', 'sha256'],
  ['sha-512', 'sha512'],
]);

/**
 * What the server says the bytes should give, the strongest first: `Repr-Digest` (RFC 9530) always,
 * `Content-Digest` and `Content-MD5` (RFC 2616 §14.15) only where the answer carries the whole
 * representation. All are of the bytes as sent, before any content-encoding is undone. Malformed and unknown
 * ones are left out.
 */
export function digestsOf(headers: Headers, whole: boolean): Checksum[] {
  const found = dictionaryDigests(header(headers, 'repr-digest'));
  if (whole) {
    found.push(...dictionaryDigests(header(headers, 'content-digest')));
    const md5 = digest('md5', header(headers, 'content-md5')?.trim() ?? '');
    if (md5) found.push(md5);
  }
  const distinct = new Map(found.map((checksum) => [checksumText(checksum), checksum]));
  return [...distinct.values()].sort((a, b) => DIGEST_BYTES[b.algorithm] - DIGEST_BYTES[a.algorithm]);
}

/** A dictionary of byte sequences (RFC 9651 §3.2); of a key given twice the last counts. */
function dictionaryDigests(value: string | null): Checksum[] {
  const found = new Map<ChecksumAlgorithm, Checksum>();
  for (const member of (value ?? '').split(',')) {
    const match = /^\s*([a-z][a-z0-9_.*-]*)\s*=\s*:([^:]*):\s*(?:;.*)?$/i.exec(member);
    const algorithm = RFC9530.get(match?.[1]?.toLowerCase() ?? '');
    const checksum = algorithm && digest(algorithm, match?.[2] ?? '');
    if (checksum) found.set(checksum.algorithm, checksum);
  }
  return [...found.values()];
}

function digest(algorithm: ChecksumAlgorithm, base64: string): Checksum | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length === DIGEST_BYTES[algorithm] ? { algorithm, hex: bytes.toString('hex') } : null;
}
