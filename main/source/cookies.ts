import { Cookie, CookieJar } from 'tough-cookie';
import { SatchelError } from '../contract/errors.ts';

/** One line of a cookie file. */
export interface FileCookie {
  /** In lower case, without a leading dot. */
  readonly domain: string;
  /** False: of hosts below the domain, none. */
  readonly subdomains: boolean;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** Milliseconds since 1970; null: to the end of the session. */
  readonly expires: number | null;
  readonly name: string;
  readonly value: string;
}

/**
 * A cookie file in Netscape's format, as browsers' helpers and curl write it: domain, whether hosts below it count,
 * path, whether https only, expiry in seconds (0: session), name, value, separated by tabs. `#HttpOnly_` before the
 * domain is part of it, every other `#` begins a comment; a value that is empty may be left out. Errors: bad-input, naming the
 * line and not what is in it.
 */
export function parseCookieFile(text: string): FileCookie[] {
  const cookies: FileCookie[] = [];
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n/)
    .entries()) {
    const httpOnly = raw.startsWith('#HttpOnly_');
    const line = httpOnly ? raw.slice('#HttpOnly_'.length) : raw;
    if (line.trim() === '' || line.startsWith('#')) continue;
    const cookie = cookieOf(line.split('\t'), httpOnly);
    if (!cookie) throw new SatchelError('bad-input', `cookie file, line ${index + 1}: not a cookie`);
    cookies.push(cookie);
  }
  return cookies;
}

const WORDS: Readonly<Record<string, boolean>> = { TRUE: true, FALSE: false };

function cookieOf(fields: readonly string[], httpOnly: boolean): FileCookie | null {
  const [domain = '', below = '', path = '', https = '', expiry = '', name = '', value = ''] = fields;
  const subdomains = WORDS[below.toUpperCase()];
  const secure = WORDS[https.toUpperCase()];
  const bare = domain.toLowerCase().replace(/^\./, '');
  if (fields.length < 6 || fields.length > 7 || subdomains === undefined || secure === undefined) return null;
  if (bare === '' || URL.parse(`https://${bare}/`) === null || !path.startsWith('/')) return null;
  if (!/^\d+(\.\d+)?$/.test(expiry) || name === '' || /[\p{Cc};]/u.test(`${path}${name}${value}`))
    return null;
  const expires = Number(expiry) === 0 ? null : Number(expiry) * 1000;
  return { domain: bare, subdomains, path, secure, httpOnly, expires, name, value };
}

/** A jar with these cookies, by whose rules (RFC 6265) they are sent; one for a whole top-level domain is left out. */
export function cookieJar(cookies: readonly FileCookie[]): CookieJar {
  // Else a cookie for https only would go over plain http, as soon as the host is this one.
  const jar = new CookieJar(undefined, { allowSecureOnLocal: false });
  for (const { domain, subdomains, path, secure, httpOnly, expires, name, value } of cookies) {
    const cookie = new Cookie({ key: name, value, path, secure, httpOnly });
    if (subdomains) cookie.domain = domain;
    if (expires !== null) cookie.expires = new Date(Math.min(expires, LAST_DATE));
    withoutFail(() => jar.setCookieSync(cookie, `https://${domain}${path}`, { ignoreError: true }));
  }
  return jar;
}

/** The last moment that a Date can hold. */
const LAST_DATE = 8_640_000_000_000_000;

/** The value of `Cookie` for a request to `url`, or null. */
export function cookieHeader(jar: CookieJar, url: string): string | null {
  return withoutFail(() => jar.getCookieStringSync(url)) || null;
}

/** Takes the `Set-Cookie` of an answer from `url` into the jar; what may not be set from there is passed over. */
export function takeCookies(jar: CookieJar, url: string, setCookie: readonly string[]): void {
  for (const text of setCookie) withoutFail(() => jar.setCookieSync(text, url, { ignoreError: true }));
}

/** The library throws for a host like `http://test/`, that it takes for a top-level domain: there are no cookies then. */
function withoutFail<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
