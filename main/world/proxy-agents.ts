import type { ClientRequest, AgentOptions as HttpAgentOptions } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';
import { httpError } from './http-errors.ts';
import type { ProxyAddress } from './proxy.ts';
import { proxyName, proxyRefused, socksError } from './proxy-errors.ts';

/** For targets and for https proxies alike. */
export interface TlsOptions {
  readonly secureContext?: SecureContext;
  readonly rejectUnauthorized?: boolean;
}

export type ProxyAgent = AbsoluteFormAgent | TunnelAgent | SocksAgent;

/** Agents that reach http and https targets through `proxy`; their failures are SatchelErrors that name it. */
export function createProxyAgents(
  proxy: ProxyAddress,
  options: HttpAgentOptions,
  tls: TlsOptions,
): { http: ProxyAgent; https: ProxyAgent } {
  if (proxy.kind === 'socks5') {
    const agent = new SocksAgent(proxy, { ...options, ...tls });
    return { http: agent, https: agent };
  }
  const more = { ...options, ...tls, ...serverName(proxy), headers: authorization(proxy) };
  return { http: new AbsoluteFormAgent(proxy, more), https: new TunnelAgent(proxy, more, tls) };
}

type AgentInput = HttpAgentOptions & TlsOptions & { headers?: Record<string, string>; servername?: string };

/** The library asks for no certificate by name on its own; an address is no name (RFC 6066 §3). */
function serverName({ kind, host }: ProxyAddress): { servername?: string } {
  return kind === 'https' && isIP(host) === 0 ? { servername: host } : {};
}

/** As a header and not in the URL, which the library shows to whoever sets DEBUG. */
function authorization({ user, password }: ProxyAddress): Record<string, string> {
  if (user === null) return {};
  const words = Buffer.from(`${user}:${password ?? ''}`).toString('base64');
  return { 'Proxy-Authorization': `Basic ${words}` };
}

function bareUrl({ kind, label }: ProxyAddress): string {
  return `${kind === 'socks5' ? 'socks5h' : kind}://${label}`;
}

/** http targets: the proxy is asked for the whole URL (RFC 9112 §3.2.2). */
class AbsoluteFormAgent extends HttpProxyAgent<string> {
  readonly #proxy: ProxyAddress;

  constructor(proxy: ProxyAddress, options: AgentInput) {
    super(bareUrl(proxy), options);
    this.#proxy = proxy;
  }

  override setRequestProps(
    ...[request, options]: Parameters<HttpProxyAgent<string>['setRequestProps']>
  ): void {
    // Left to itself the library resolves the path as a link, and `//other/` would be another host.
    if (request.path.startsWith('/')) request.path = `http://${request.getHeader('host')}${request.path}`;
    super.setRequestProps(request, options);
  }

  override connect(...[request, options]: Parameters<HttpProxyAgent<string>['connect']>): Promise<Socket> {
    return guarded(this.#proxy, request, (signal) => {
      this.connectOpts = { ...this.connectOpts, signal };
      return super.connect(request, options);
    });
  }
}

/** https targets: a tunnel (RFC 9110 §9.3.6). */
class TunnelAgent extends HttpsProxyAgent<string> {
  readonly #proxy: ProxyAddress;

  constructor(proxy: ProxyAddress, options: AgentInput, tls: TlsOptions) {
    const { servername, ...rest } = options;
    super(bareUrl(proxy), rest);
    // The library throws away what an agent's options are for: how the target is spoken to.
    Object.assign(this.options, tls);
    // Among them it would be taken for the target's name.
    if (servername !== undefined) this.connectOpts = { ...this.connectOpts, servername };
    this.#proxy = proxy;
  }

  override connect(...[request, options]: Parameters<HttpsProxyAgent<string>['connect']>): Promise<Socket> {
    return guarded(this.#proxy, request, async (signal) => {
      this.connectOpts = { ...this.connectOpts, signal };
      // The library would hand the proxy's refusal on as if the target had answered.
      const judge = ({ statusCode }: { statusCode: number }) => {
        if (statusCode !== 200) throw proxyRefused(this.#proxy, statusCode);
      };
      request.once('proxyConnect', judge);
      try {
        return await super.connect(request, options);
      } finally {
        request.off('proxyConnect', judge);
      }
    });
  }
}

/** Names are resolved by the proxy (RFC 1928 §5, address type 3). */
class SocksAgent extends SocksProxyAgent {
  readonly #proxy: ProxyAddress;

  constructor(proxy: ProxyAddress, options: AgentInput) {
    super(bareUrl(proxy), options);
    // In its URL the words would be shown to whoever sets DEBUG, and brackets would be part of a name.
    const { host, port, user, password } = proxy;
    const words = { userId: { value: user ?? '' }, password: { value: password ?? '' } };
    Object.assign(this, { proxy: Object.defineProperties({ host, port, type: 5 }, words) });
    this.#proxy = proxy;
  }

  override async connect(...[request, options]: Parameters<SocksProxyAgent['connect']>): Promise<Socket> {
    try {
      return await super.connect(request, options);
    } catch (thrown) {
      throw socksError(this.#proxy, thrown);
    }
  }
}

/**
 * A request that is given up while its connection is being made has no socket yet that could be closed: `signal` closes
 * it, else a silent proxy would hold it for ever.
 */
async function guarded(
  proxy: ProxyAddress,
  request: ClientRequest,
  connect: (signal: AbortSignal) => Promise<Socket>,
): Promise<Socket> {
  const stop = new AbortController();
  const { destroy } = request;
  request.destroy = (error) => {
    stop.abort();
    return destroy.call(request, error);
  };
  try {
    return await connect(stop.signal);
  } catch (thrown) {
    stop.abort();
    throw httpError(thrown, undefined, proxyName(proxy));
  } finally {
    request.destroy = destroy;
  }
}
