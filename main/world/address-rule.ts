import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { SatchelError } from '../contract/errors.ts';

/** All that is given out to anybody as a global unicast address (RFC 4291 §2.4, IANA) … */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

export interface AddressRuleOptions {
  /** Addresses that may be reached although they are not public. */
  readonly except?: readonly string[];
  /** How names become addresses. */
  readonly lookup?: LookupFunction;
}

interface Resolved {
  readonly address: string;
  readonly family: number;
}

/**
 * That only what anybody can reach may be fetched: no loopback, private, link-local or otherwise special address
 * (RFC 6890), in whatever form it is written. Whoever can make us fetch an address could else reach what only we can.
 */
export class AddressRule {
  readonly #except: ReadonlySet<string>;
  readonly #lookup: LookupFunction;

  constructor({ except = [], lookup = systemLookup }: AddressRuleOptions = {}) {
    this.#except = new Set(except);
    this.#lookup = lookup;
  }

  refusesAddress(address: string): boolean {
    if (this.#except.has(address)) return false;
    // What is no address is none that could be trusted; a zone (`fe80::1%eth0`) is local by itself.
    if (isIP(address) === 0 || address.includes('%')) return true;
    // An IPv4 address in the clothes of IPv6 is what it is.
    const parsed = ipaddr.process(address);
    if (parsed.range() !== 'unicast') return true;
    return parsed instanceof ipaddr.IPv6 && !parsed.match(GLOBAL_UNICAST);
  }

  /** Throws `address-refused` where the URL alone tells. `url` is one that `new URL` takes. */
  demandUrl(url: string): void {
    const { hostname } = new URL(url);
    const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
    if (isIP(host) === 0 ? isLocalName(host) : this.refusesAddress(host)) throw refused(hostname);
  }

  /**
   * Throws `address-refused` where somebody else is to resolve the name, who may see other addresses than we do: all
   * that we see must be public, and there must be some.
   */
  async demandNameToo(url: string): Promise<void> {
    this.demandUrl(url);
    const host = new URL(url).hostname;
    if (isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0) return;
    const addresses = await this.#resolve(host).catch(() => []);
    const safe = addresses.length > 0 && !addresses.some(({ address }) => this.refusesAddress(address));
    if (!safe) throw refused(host);
  }

  /** For `net.connect`: it connects to one of the addresses that this gives, so none is looked up a second time. */
  readonly lookup: LookupFunction = (host, options, done) => {
    this.#resolve(host).then(
      (all) => {
        const family = typeof options.family === 'number' ? options.family : 0;
        const right = all.filter((each) => family === 0 || each.family === family);
        const allowed = right.filter(({ address }) => !this.refusesAddress(address));
        const [first] = allowed;
        if (!first) done(refused(host), '', 0);
        else if (options.all) done(null, allowed);
        else done(null, first.address, first.family);
      },
      (error: Error) => done(error, '', 0),
    );
  };

  #resolve(host: string): Promise<readonly Resolved[]> {
    return new Promise((resolve, reject) => {
      this.#lookup(host, { all: true, verbatim: true }, (error, addresses) => {
        if (error) reject(error);
        else resolve(addresses as unknown as readonly Resolved[]);
      });
    });
  }
}

/** Names that mean this machine whoever is asked (RFC 6761 §6.3). */
function isLocalName(host: string): boolean {
  return /(^|\.)localhost$/i.test(host);
}

function refused(host: string): SatchelError {
  return new SatchelError('address-refused', `${host}: not a public address`, { permanent: true });
}
