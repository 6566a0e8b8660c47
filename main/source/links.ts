import { SatchelError } from '../contract/errors.ts';
import { checksumText, parseChecksum } from './headers.ts';

/** An http or https URL. Errors: bad-url, with the text as printableUrl gives it. */
export function parseUrl(text: string): URL {
  // `URL.canParse` is of no use for that: it takes hosts of 64 KiB, which the constructor then throws for.
  const url = URL.parse(text);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new SatchelError('bad-url', printableUrl(text));
  return url;
}

/**
 * The same for two URLs of the same download: normalised (WHATWG URL; RFC 3986 §6.2.2 for escapes), without
 * credentials and fragment. Errors: bad-url.
 */
export function sourceKey(url: string): string {
  return withoutSecrets(parseUrl(url)).href.replace(/%[0-9a-f]{2}/gi, normalEscape);
}

/** The same, or null for what has no address (a file of this machine, a journal of somebody else's). */
export function sourceKeyIfAny(url: string): string | null {
  return /^https?:/i.test(url) && URL.parse(url) !== null ? sourceKey(url) : null;
}

function normalEscape(escaped: string): string {
  const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
  return /[A-Za-z0-9._~-]/.test(character) ? character : escaped.toUpperCase();
}

function withoutSecrets(url: URL): URL {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  copy.hash = '';
  return copy;
}

const PRINTED_MAX = 2000;

/**
 * For messages and logs: no credentials, no fragment, no control characters. Never throws, whatever the text.
 */
export function printableUrl(url: string | URL): string {
  const parsed = URL.parse(url);
  // Only a URL with `//` keeps its credentials where `username` finds them.
  if (parsed !== null && parsed.host !== '') return withoutSecrets(parsed).href;
  // To the last `@`: a password with `/`, `?` or `#` in it is what makes many of these unparseable.
  return String(url)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .replace(/^([^@/]*\/\/)?.*@/s, '$1')
    .replace(/#.*$/s, '')
    .slice(0, PRINTED_MAX);
}

/** The URL without credentials, and these percent-decoded; both null where it has none. */
export function splitCredentials(url: URL): { url: URL; user: string | null; password: string | null } {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  const none = url.username === '' && url.password === '';
  return {
    url: bare,
    user: none ? null : decoded(url.username),
    password: url.password === '' ? null : decoded(url.password),
  };
}

/** An address as a download keeps it, without credentials and fragment, and these apart. Errors: bad-url. */
export function parseSource(text: string): { url: string; user: string | null; password: string | null } {
  const { url, user, password } = splitCredentials(parseUrl(text));
  url.hash = '';
  return { url: url.href, user, password };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone `%` is a character of the password.
    return text;
  }
}

/** One download of an input file. */
export interface Link {
  /** As written. */
  readonly url: string;
  /** As written: a name, or a path below `dir`; not made safe. */
  readonly out: string | null;
  readonly dir: string | null;
  /** `ALGO:HEX`. */
  readonly checksum: string | null;
  /** Of its URL, counted from 1. */
  readonly line: number;
}

/**
 * aria2's input files (aria2c(1), "Input File"): one URL a line, of tab-separated mirrors the first; `#`
 * comments; indented `key=value` lines belong to the URL above, of which `out`, `dir` and `checksum` count
 * and others are passed over. `text` without decoding errors; CRLF and a byte order mark do no harm. Errors:
 * bad-input, naming the line.
 */
export function parseInputFile(text: string): Link[] {
  const links: Link[] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const content = raw.trim();
    const line = index + 1;
    if (content === '' || content.startsWith('#')) continue;
    // An indented URL is a download that must not be lost as an unknown option.
    if (/^\s/.test(raw) && !/^https?:\/\//i.test(content)) {
      const above = links.pop();
      if (!above) throw atLine(line, 'an option without a URL above it');
      links.push({ ...above, ...option(content, line) });
    } else {
      links.push({ url: mirror(content, line), out: null, dir: null, checksum: null, line });
    }
  }
  return links;
}

/** Addresses in any text: those of an input file where it is one, else all that the running text holds, each once. */
export function linksIn(text: string): Link[] {
  try {
    return parseInputFile(text);
  } catch {
    const found = text.match(/https?:\/\/[^\s<>"'`\\^{|}]+/gi) ?? [];
    // What ends a sentence or a bracket around an address is no part of it.
    const urls = found.map(withoutEnd).filter((url) => URL.parse(url) !== null);
    return [...new Set(urls)].map((url) => ({ url, out: null, dir: null, checksum: null, line: 0 }));
  }
}

/** By hand: a regular expression takes minutes for a megabyte of dots and a letter. */
function withoutEnd(url: string): string {
  let end = url.length;
  while (end > 0 && '.,;:!?)]…。，、'.includes(url.charAt(end - 1))) end--;
  return url.slice(0, end);
}

function mirror(content: string, line: number): string {
  const url = content.split('\t', 1)[0]?.trim() ?? '';
  try {
    parseUrl(url);
  } catch (cause) {
    throw atLine(line, `not an http or https address: ${printableUrl(url)}`, cause);
  }
  return url;
}

function option(content: string, line: number): Partial<Link> {
  const equals = content.indexOf('=');
  if (equals < 0) throw atLine(line, 'not an option key=value');
  const key = content.slice(0, equals).trim().toLowerCase();
  const value = content.slice(equals + 1).trim();
  if (key === 'out') return { out: value || null };
  if (key === 'dir') return { dir: value || null };
  if (key === 'checksum') return { checksum: checksumOption(value, line) };
  return {};
}

/** Ours `sha256:HEX`, or aria2's `sha-256=HEX`. */
function checksumOption(value: string, line: number): string {
  try {
    return checksumText(parseChecksum(value.replace(/^([\w-]+)=/, '$1:')));
  } catch (cause) {
    throw atLine(line, cause instanceof SatchelError ? (cause.detail ?? value) : value, cause);
  }
}

function atLine(line: number, what: string, cause?: unknown): SatchelError {
  return new SatchelError('bad-input', `line ${line}: ${what}`, { cause });
}

/** For what is handed on: a query often holds what lets its owner in. */
export function withoutQuery(url: string): string {
  return url.replace(/\?.*$/s, '?…');
}
