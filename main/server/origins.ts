import type { FastifyReply, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { SatchelError } from '../contract/errors.ts';

export interface OriginRules {
  /** What it listens on, as given: a name or an address. */
  readonly host: string;
  /** Further names under which it may be asked. */
  readonly allowHosts: readonly string[];
  /** Pages of these may call; `*`: of any. */
  readonly allowOrigins: readonly string[];
}

const PREFLIGHT_SECONDS = 600;
/** What a page of another origin may read besides the usual (Fetch, "CORS-safelisted response-header name"). */
const EXPOSED =
  'content-disposition, content-range, accept-ranges, etag, ratelimit, ratelimit-policy, retry-after, x-request-id';

/**
 * Who may ask, and from where. A page of somebody else's can make a browser ask us: under a name of its own that it has
 * made to point here (DNS rebinding: told by `Host`), or openly (told by `Origin`). Neither is let in unless allowed.
 */
export class Origins {
  readonly #rules: OriginRules;
  readonly #names: ReadonlySet<string>;
  readonly #loopbackOnly: boolean;

  constructor(rules: OriginRules) {
    this.#rules = rules;
    this.#loopbackOnly = isLoopback(rules.host);
    this.#names = new Set([rules.host, 'localhost', ...rules.allowHosts].map(plainName));
  }

  /** Throws `forbidden`. */
  demandHost(host: string | undefined): void {
    const name = hostName(host);
    if (name === null || !this.#allowsName(name))
      throw new SatchelError('forbidden', 'Host: not a name of ours');
  }

  /** Whether it is a page of ours, or of one that is allowed; asked by no page at all is well too. */
  allows(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined) return true;
    return isOwn(origin, host) || this.#isAllowed(origin);
  }

  /** Marks an answer as readable for the page that asks, where it is one of another origin that may. */
  mark({ headers }: FastifyRequest, reply: FastifyReply): void {
    if (this.#rules.allowOrigins.length === 0) return;
    reply.header('vary', 'Origin');
    const { origin, host } = headers;
    if (origin === undefined || isOwn(origin, host) || !this.#isAllowed(origin)) return;
    reply.header('access-control-allow-origin', origin);
    reply.header('access-control-expose-headers', EXPOSED);
    reply.header('cross-origin-resource-policy', 'cross-origin');
  }

  /** Answers a browser that asks whether a page may ask (Fetch, "CORS-preflight request"). */
  preflight({ headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
    reply.header('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE');
    reply.header(
      'access-control-allow-headers',
      'authorization, content-type, range, if-range, last-event-id',
    );
    reply.header('access-control-max-age', String(PREFLIGHT_SECONDS));
    if (headers['access-control-request-private-network'] === 'true') {
      reply.header('access-control-allow-private-network', 'true');
    }
    return reply.code(204).send();
  }

  #allowsName(name: string): boolean {
    if (this.#names.has(name)) return true;
    // Nobody can make an address point elsewhere. Where only this machine can reach us, no other address is ours.
    return ipaddr.isValid(name) && (isLoopback(name) || !this.#loopbackOnly);
  }

  #isAllowed(origin: string): boolean {
    const { allowOrigins } = this.#rules;
    return (
      allowOrigins.includes('*') || allowOrigins.some((each) => each.toLowerCase() === origin.toLowerCase())
    );
  }
}

/** True for `localhost` and addresses of this machine alone. */
export function isLoopback(host: string): boolean {
  const name = plainName(host);
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return ipaddr.isValid(name) && ipaddr.process(name).range() === 'loopback';
}

/** `[::1]:7878` → `::1`; null where it is none. */
function hostName(host: string | undefined): string | null {
  if (host === undefined || !/^(\[[0-9a-f:.]+\]|[^\s:/@?#[\]]+)(:\d{1,5})?$/i.test(host)) return null;
  return plainName(host.replace(/:\d{1,5}$/, ''));
}

function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

/** Behind a proxy that speaks https it is ours too. */
function isOwn(origin: string, host: string | undefined): boolean {
  const own = host?.toLowerCase();
  return own !== undefined && [`http://${own}`, `https://${own}`].includes(origin.toLowerCase());
}
