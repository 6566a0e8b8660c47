import { bytesOf, decodeAs, decodeEncodedWords, guessText, percentBytes, percentDecode } from './text.ts';

interface Param {
  /** Lower case, with its `*`. */
  readonly key: string;
  readonly value: string;
}

/**
 * The names a Content-Disposition offers, best first: `filename*` (RFC 8187), `filename*0` … (RFC 2231 §3),
 * `filename`. Takes the value as node gives it (a byte string). Tolerant where RFC 6266 is not: a missing
 * type, missing semicolons and quotes, quotes inside quotes, RFC 2047 words, percent-escapes and raw bytes in
 * `filename`. Names come decoded but otherwise as sent: they may be empty, hold paths, or be unsafe. Never
 * throws.
 */
export function dispositionNames(value: string): string[] {
  const params = parametersOf(value);
  const extended = params.filter(({ key }) => key === 'filename*').map((param) => extendedName(param.value));
  const plain = params.filter(({ key }) => key === 'filename').map((param) => plainName(param.value));
  return [...extended, continuedName(params), ...plain].filter((name) => name !== null);
}

/** A header of 8 KiB has room for a few hundred; more are an attack on us. */
const PARAMETERS_MAX = 256;

function parametersOf(value: string): Param[] {
  const params: Param[] = [];
  // What stands before the first parameter is the type, or nothing, and is followed by `;`, by a blank, or by
  // `,`.
  const start = /(?:^|[\s;,:])(filename[*\d]*\s*=)/i.exec(value);
  if (!start) return params;
  let at = start.index + start[0].length - (start[1] ?? '').length;
  while (at < value.length && params.length < PARAMETERS_MAX) {
    const key = /[^=;]*/y;
    key.lastIndex = at;
    const name = key.exec(value)?.[0] ?? '';
    at += name.length;
    if (value[at] !== '=') {
      at++;
      continue;
    }
    const { text, end } = readValue(value, at + 1);
    params.push({ key: name.trim().toLowerCase(), value: text });
    at = end + 1;
  }
  return params;
}

/**
 * The value that begins at `from`, unquoted, and where it ends: at its `;`, or at the last character before
 * the next.
 */
function readValue(value: string, from: number): { text: string; end: number } {
  const begin = value.length - value.slice(from).trimStart().length;
  if (value[begin] === '"') {
    const close = closingQuote(value, begin + 1);
    if (close !== null) {
      const gap = /\s*[;,]?/y;
      gap.lastIndex = close + 1;
      const end = close + (gap.exec(value)?.[0].length ?? 0);
      return { text: unescapeQuoted(value.slice(begin + 1, close)), end };
    }
  }
  const semicolon = value.indexOf(';', begin);
  const end = semicolon < 0 ? value.length : semicolon;
  return { text: bare(value.slice(begin, end).trim()), end };
}

const AFTER_QUOTED = /^\s*(?:[;,]|$|\sfilename\*?\s*=)/i;

/**
 * The quote that is followed by the end or by what may follow a value: others are part of the name, unescaped
 * by their sender. Null when there is none, or when it is the next parameter's.
 */
function closingQuote(value: string, from: number): number | null {
  for (let at = from; at < value.length; at++) {
    if (value[at] === '\\') at++;
    else if (value[at] === '"' && AFTER_QUOTED.test(value.slice(at + 1, at + 65))) {
      return /;\s*[\w*]+\s*=\s*"/.test(value.slice(from, at + 1)) ? null : at;
    }
  }
  // A Windows folder, `"C:\dir\"`: its last quote was taken for an escaped one.
  return value.length - 1 > from && value.endsWith('"') ? value.length - 1 : null;
}

/** Only `\"` and `\\` are escapes: before any other character senders mean a Windows path. */
function unescapeQuoted(text: string): string {
  return text.replace(/\\(["\\])/g, '$1');
}

/** An unquoted value, with the one quote that was left of a pair, or with apostrophes for quotes. */
function bare(text: string): string {
  const apostrophes = /^'(.*)'$/s.exec(text);
  if (apostrophes) return apostrophes[1] ?? '';
  return text.replace(/^"|"$/g, '').trim();
}

/**
 * `charset'language'escaped`; UTF-8 where the charset is missing. Null when the bytes are not what it says.
 */
function extendedName(value: string): string | null {
  const match = /^([^']*)'[^']*'(.*)$/s.exec(value);
  // `UTF-8'name`, one apostrophe short, is seen from hand-written servers.
  const [, charset = '', text = ''] = match ??
    /^(utf-8|iso-8859-1)'(.*)$/is.exec(value) ?? ['', 'utf-8', value];
  return decodeAs(charset.trim() || 'utf-8', percentBytes(text));
}

/** `filename*0`, `filename*1*` …, in any order, up to the first that is missing. */
function continuedName(params: readonly Param[]): string | null {
  const parts = new Map<number, { extended: boolean; value: string }>();
  for (const { key, value } of params) {
    const match = /^filename\*(0|[1-9]\d{0,2})(\*?)$/.exec(key);
    if (match) parts.set(Number(match[1]), { extended: match[2] === '*', value });
  }
  const found = [];
  for (let n = 0; ; n++) {
    const part = parts.get(n);
    if (!part) break;
    found.push(part);
  }
  const [first] = found;
  if (!first) return null;
  const prefix = first.extended ? /^([^']*)'[^']*'/.exec(first.value) : null;
  if (!prefix && !found.some(({ extended }) => extended))
    return plainName(found.map(({ value }) => value).join(''));
  const bytes = found.map(({ extended, value }, n) => {
    const text = n === 0 ? value.slice(prefix?.[0].length ?? 0) : value;
    return extended ? percentBytes(text) : (bytesOf(text) ?? Buffer.from(text, 'utf8'));
  });
  return decodeAs(prefix?.[1]?.trim() || 'utf-8', Buffer.concat(bytes));
}

/** `filename`: what browsers make of it, since that is what servers are tested with. */
function plainName(value: string): string {
  const text = guessText(value);
  const words = decodeEncodedWords(text);
  return words === text ? percentDecode(text) : words;
}
