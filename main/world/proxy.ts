import { BlockList, isIP } from 'node:net';
import { getProxyForUrl } from 'proxy-from-env';
import { SatchelError } from '../contract/errors.ts';

export interface ProxyAddress {
  readonly kind: 'http' | 'https' | 'socks5';
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Percent-decoded; null where none is given. */
  readonly user: string | null;
  readonly password: string | null;
  /** `host:port`, fit to be shown. */
  readonly label: string;
}

/** A proxy without a scheme is an http one, as with curl. `socks5` leaves names to the proxy, as `socks5h` says. */
const KINDS: Readonly<Record<string, ProxyAddress['kind']>> = {
  '': 'http',
  http: 'http',
  https: 'https',
  socks: 'socks5',
  socks5: 'socks5',
  socks5h: 'socks5',
};
const DEFAULT_PORTS = { http: 80, https: 443, socks5: 1080 };
/** Each has one byte for its length (RFC 1929 §2). */
const SOCKS_WORD_BYTES = 255;
const PROXY_FORM =
  'wanted is http, https or socks5: http://USER:PASSWORD@HOST:PORT, both words percent-encoded';

/** A proxy from its URL. Errors: bad-input, without the text, which may hold a password. */
export function parseProxy(text: string): ProxyAddress {
  const [, scheme = '', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(text.trim()) ?? [];
  const kind = KINDS[scheme.toLowerCase()];
  if (kind === undefined) throw new SatchelError('bad-input', `no proxy of this kind: ${PROXY_FORM}`);
  // Each scheme hides its own default port; with two of them none stays hidden.
  const [url, other] = ['http', 'https'].map((each) => URL.parse(`${each}://${rest}`));
  // An unescaped `/`, `?` or `#` in a password would make its first half the host.
  if (!url || !other || `${url.pathname}${url.search}${url.hash}` !== '/') {
    throw new SatchelError('bad-input', `not a proxy: ${PROXY_FORM}`);
  }
  const named = url.username !== '' || url.password !== '';
  const [user, password] = [url.username, url.password].map((word) => (named ? decoded(word) : null));
  const port = Number(url.port || other.port) || DEFAULT_PORTS[kind];
  const tooLong = [user, password].some((word) => Buffer.byteLength(word ?? '') > SOCKS_WORD_BYTES);
  if (kind === 'socks5' && tooLong) {
    throw new SatchelError(
      'bad-input',
      `a socks5 proxy takes no more than ${SOCKS_WORD_BYTES} bytes of each word`,
    );
  }
  const host = withoutBrackets(url.hostname);
  return {
    kind,
    host,
    port,
    user: user ?? null,
    password: password ?? null,
    label: `${url.hostname}:${port}`,
  };
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    // A lone `%` is a character of the password.
    return word;
  }
}

function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** The proxy of the environment for this address, or null. Errors: bad-input, naming the variable. */
export function proxyFromEnvironment(url: string): ProxyAddress | null {
  const { protocol, hostname } = new URL(url);
  if (getProxyForUrl(url) === '' || isBypassed(hostname, variable('no_proxy'))) return null;
  const name =
    variable(`${protocol}_proxy`.replace(':', '')) === '' ? 'all_proxy' : protocol.replace(':', '_proxy');
  try {
    // The text itself: the library would make a proxy without a scheme one of the address's scheme.
    return parseProxy(variable(name));
  } catch (thrown) {
    const { detail = '' } = thrown as SatchelError;
    throw new SatchelError('bad-input', `${name.toUpperCase()}: ${detail}`, { cause: thrown });
  }
}

function variable(name: string): string {
  return process.env[name] || process.env[name.toUpperCase()] || '';
}

/**
 * True when NO_PROXY names the host, by curl's rules (CURLOPT_NOPROXY(3)): a name stands for itself and all below it,
 * an address for itself, `address/bits` for a network, `*` for all. `hostname` as in a URL.
 */
export function isBypassed(hostname: string, list: string): boolean {
  const host = withoutBrackets(hostname.toLowerCase()).replace(/\.$/, '');
  const entries = list.toLowerCase().split(/[\s,]+/);
  return entries.some((entry) => {
    if (entry === '*') return true;
    if (isIP(host) !== 0) return isInNetwork(host, withoutBrackets(entry));
    const name = entry.replace(/^\.|\.$/g, '');
    return name !== '' && (host === name || host.endsWith(`.${name}`));
  });
}

function isInNetwork(address: string, entry: string): boolean {
  const [network = '', bits] = entry.split('/');
  const family = isIP(network);
  const most = family === 6 ? 128 : 32;
  const prefix = bits === undefined ? most : Number.parseInt(bits, 10);
  if (family === 0 || family !== isIP(address) || !(prefix >= 0 && prefix <= most)) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(network, prefix, type);
  return list.check(address, type);
}
