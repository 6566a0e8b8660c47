import type { CookieJar } from 'tough-cookie';
import type { FileCookie } from '../source/cookies.ts';
import { type NetrcEntry, netrcFor } from '../source/netrc.ts';
import { basicAuthorization } from '../source/request-headers.ts';
import type { HttpAnswer } from '../world/http.ts';

export interface AccessOptions {
  /** The address the user gave. */
  readonly url: string;
  /** What the user gave, for the origin of `url` only. An empty value: not sent there, not even by default. */
  readonly headers: Readonly<Record<string, string>>;
  /** Logins by host; each is sent to its own host only, and only when that asks for one. */
  readonly netrc?: readonly NetrcEntry[];
  /** Sent where cookie rules allow. */
  readonly cookies?: readonly FileCookie[];
}

export type AccessHeaders = Readonly<Record<string, string | undefined>>;

/** What goes along with a request to an address so that it is let in, over one run. */
export class Access {
  readonly #origin: string;
  readonly #headers: AccessHeaders;
  readonly #netrc: readonly NetrcEntry[];
  readonly #cookies: readonly FileCookie[];
  #jar: Promise<CookieJar> | null = null;
  /** Origins that have asked for a login. */
  readonly #challenged = new Set<string>();

  constructor({ url, headers, netrc = [], cookies = [] }: AccessOptions) {
    this.#origin = new URL(url).origin;
    this.#headers = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value === '' ? undefined : value]),
    );
    this.#netrc = netrc;
    this.#cookies = cookies;
  }

  async headersFor(url: string): Promise<AccessHeaders> {
    const { origin } = new URL(url);
    const given = origin === this.#origin ? this.#headers : {};
    const headers: Record<string, string | undefined> = { ...given };
    const cookie = await this.#cookieFor(url);
    // Both are one header: a second one would be another's (RFC 6265 §5.4).
    if (cookie !== null && !isRemoved(given, 'cookie')) {
      headers.cookie = given.cookie === undefined ? cookie : `${given.cookie}; ${cookie}`;
    }
    const login = this.#challenged.has(origin) ? this.#loginFor(url) : null;
    if (login !== null && !('authorization' in given)) headers.authorization = login;
    return headers;
  }

  /** After a 401 to a request with the headers `sent`: true when there is a login for that host that was not in it. */
  mayTryAgain(url: string, sent: AccessHeaders, answer: HttpAnswer): boolean {
    const wanted = answer.headers['www-authenticate'] ?? 'Basic';
    if (answer.status !== 401 || 'authorization' in sent || !/\bbasic\b/i.test(wanted)) return false;
    if (this.#loginFor(url) === null) return false;
    this.#challenged.add(new URL(url).origin);
    return true;
  }

  /** Many hosts set a cookie and send to where it is asked for. */
  async learn(url: string, answer: HttpAnswer): Promise<void> {
    const set = answer.headers['set-cookie'];
    if (!set) return;
    const { takeCookies } = await import('../source/cookies.ts');
    takeCookies(await this.#openJar(), url, set);
  }

  #loginFor(url: string): string | null {
    const { hostname, origin } = new URL(url);
    // `default` is for where the user goes, not for wherever somebody sends us from there.
    const entries =
      origin === this.#origin ? this.#netrc : this.#netrc.filter(({ machine }) => machine !== null);
    const found = netrcFor(entries, hostname);
    return found && basicAuthorization(found.login, found.password);
  }

  async #cookieFor(url: string): Promise<string | null> {
    if (this.#jar === null && this.#cookies.length === 0) return null;
    const { cookieHeader } = await import('../source/cookies.ts');
    return cookieHeader(await this.#openJar(), url);
  }

  #openJar(): Promise<CookieJar> {
    this.#jar ??= import('../source/cookies.ts').then(({ cookieJar }) => cookieJar(this.#cookies));
    return this.#jar;
  }
}

function isRemoved(headers: AccessHeaders, name: string): boolean {
  return name in headers && headers[name] === undefined;
}
