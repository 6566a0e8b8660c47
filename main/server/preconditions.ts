/** What a file is told by. */
export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string;
  /** Seconds since 1970. */
  readonly lastModified: number;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** A file that was changed within the last seconds may change again within the same one (RFC 9110 §8.8.2.2). */
const SETTLED_SECONDS = 2;

/**
 * How a GET or HEAD with these headers is to be answered (RFC 9110 §13.2.2); null: as if they were not there. `now` in
 * seconds since 1970.
 */
export function precondition(
  headers: Headers,
  { etag, lastModified }: Validators,
  now: number,
): 304 | 412 | null {
  const ifMatch = text(headers['if-match']);
  const unmodifiedSince = dateOf(text(headers['if-unmodified-since']), now);
  if (ifMatch !== null) {
    if (ifMatch.trim() !== '*' && !tagsOf(ifMatch).includes(etag)) return 412;
  } else if (unmodifiedSince !== null && lastModified > unmodifiedSince) return 412;
  const ifNoneMatch = text(headers['if-none-match']);
  const modifiedSince = dateOf(text(headers['if-modified-since']), now);
  if (ifNoneMatch !== null) {
    const weak = tagsOf(ifNoneMatch).map((tag) => tag.replace(/^W\//, ''));
    return ifNoneMatch.trim() === '*' || weak.includes(etag) ? 304 : null;
  }
  return modifiedSince !== null && lastModified <= modifiedSince ? 304 : null;
}

/** Whether a `Range` counts beside this `If-Range` (RFC 9110 §13.1.5). `now` in seconds since 1970. */
export function rangeCounts(
  ifRange: string | undefined,
  { etag, lastModified }: Validators,
  now: number,
): boolean {
  if (ifRange === undefined) return true;
  if (/^(W\/)?"/.test(ifRange.trim())) return ifRange.trim() === etag;
  return dateOf(ifRange, now) === lastModified && now - lastModified >= SETTLED_SECONDS;
}

/** RFC 9110 §5.6.7, of whole seconds since 1970. */
export function httpDate(seconds: number): string {
  return new Date(seconds * 1000).toUTCString();
}

/** Entity tags of a list, each as it is written (RFC 9110 §8.8.3). */
function tagsOf(list: string): string[] {
  return list.match(/(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g) ?? [];
}

const [DAY, MONTH, TIME] = ['(?<day>[ \\d]\\d)', '(?<month>[A-Z][a-z]{2})', '(?<time>\\d\\d:\\d\\d:\\d\\d)'];

/** The form of today, and the two that everybody must still understand (RFC 9110 §5.6.7). */
const DATES = [
  new RegExp(`^[A-Z][a-z]{2}, ${DAY} ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{5,8}, ${DAY}-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{2} ${MONTH} ${DAY} ${TIME} (?<year>\\d{4})$`),
];

/** Seconds since 1970; null: no date, or one that no calendar has, which is as if it were not there. */
function dateOf(date: string | null, now: number): number | null {
  for (const form of DATES) {
    const groups = form.exec(date?.trim() ?? '')?.groups;
    if (!groups) continue;
    const { day = '', month, time, year: written = '' } = groups;
    const year = written.length === 2 ? fullYear(Number(written), now) : written;
    const today = `${day.replace(' ', '0')} ${month} ${year} ${time} GMT`;
    const seconds = Date.parse(today) / 1000;
    // 31 February is a day in March to Date.
    return !Number.isNaN(seconds) && httpDate(seconds).endsWith(today) ? seconds : null;
  }
  return null;
}

/** Of two digits: none that is more than 50 years ahead. */
function fullYear(digits: number, now: number): number {
  const thisYear = new Date(now * 1000).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + digits;
  return year > thisYear + 50 ? year - 100 : year;
}

function text(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
