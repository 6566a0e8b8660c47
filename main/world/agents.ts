import { X509Certificate } from 'node:crypto';
import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import * as tls from 'node:tls';
import { SatchelError } from '../contract/errors.ts';
import type { AddressRule } from './address-rule.ts';
import { type ProxyAddress, parseProxy, proxyFromEnvironment } from './proxy.ts';
import type { ProxyAgent, TlsOptions } from './proxy-agents.ts';

export interface NetworkOptions {
  /** `env`: as HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY say; `none`; or a URL: http, https, socks5. */
  readonly proxy: string;
  /** PEM text of certificates to trust besides the usual roots. */
  readonly ca: string | null;
  /** No certificate is checked, of targets and of proxies. */
  readonly insecure: boolean;
  /** Null: Satchel's own name. */
  readonly userAgent: string | null;
}

/** How one address is reached. */
export interface Route {
  readonly agent: { http?: HttpAgent; https?: HttpsAgent };
  readonly proxy: ProxyAddress | null;
}

/** Many connections to one host are wanted; how many is decided by transfer/hosts.ts, not here. */
const AGENT_OPTIONS: AgentOptions = {
  keepAlive: true,
  maxSockets: Number.POSITIVE_INFINITY,
  maxFreeSockets: 64,
  scheduling: 'lifo',
};

/** Four times what Node reads by itself … */
const READ_BYTES = 256 * 1024;
/** … while so many bodies at most are under way: each may hold two reads, and memory is to stay flat. */
const MANY_BODIES = 8;
const READ_BYTES_OF_MANY = 64 * 1024;

/** How large a read may be: by how much is under way, and no more than the limit. */
export class ReadSize {
  /** Bodies under way. */
  readonly bodies = new Set<unknown>();
  readonly #whole = Buffer.allocUnsafeSlow(READ_BYTES);
  readonly #part = this.#whole.subarray(0, READ_BYTES_OF_MANY);
  #limited: Buffer | null = null;

  /** Bytes; null: as large as is good. */
  limit(bytes: number | null): void {
    this.#limited = bytes === null ? null : this.#whole.subarray(0, Math.max(1, Math.floor(bytes)));
  }

  buffer(): Buffer {
    const usual = this.bodies.size > MANY_BODIES ? this.#part : this.#whole;
    return this.#limited !== null && this.#limited.length < usual.length ? this.#limited : usual;
  }
}

/**
 * An agent whose plain connections read into one buffer that is used again and again. Node's HTTP parser copies every
 * body out of what it is given, so nothing keeps the buffer; without this each read allocates 64 KiB for that copy's
 * original alone, and a download takes twice the time of the processor. TLS connections read as usual.
 */
function createPlainAgent(reads: ReadSize, more: AgentOptions): HttpAgent {
  const onread = {
    buffer: () => reads.buffer(),
    callback(this: Socket, size: number, buffer: Buffer) {
      this.emit('data', buffer.subarray(0, size));
      return true;
    },
  };
  return new HttpAgent({ ...AGENT_OPTIONS, ...more, onread } as AgentOptions);
}

/** The connections made under one set of options. Throws `bad-input` where these cannot be. */
export class Agents {
  readonly #fixed: ProxyAddress | 'env' | 'none';
  readonly #tls: TlsOptions;
  readonly #plain: HttpAgent;
  readonly #secure: HttpsAgent;
  readonly #proxied = new Map<string, { http: ProxyAgent; https: ProxyAgent }>();
  readonly #rule: AddressRule | null;
  #inUse = 0;
  #onRetired: (() => void) | null = null;

  /** `rule`: which addresses may be reached; null: all. A proxy is its owner's choice, and may be anywhere. */
  constructor(options: NetworkOptions, reads: ReadSize, rule: AddressRule | null) {
    const { proxy } = options;
    this.#rule = rule;
    const checked = rule === null ? {} : { lookup: rule.lookup };
    this.#fixed = proxy === 'env' || proxy === 'none' ? proxy : parseProxy(proxy);
    this.#tls = tlsOptions(options);
    this.#plain = createPlainAgent(reads, checked);
    this.#secure = new HttpsAgent({ ...AGENT_OPTIONS, ...this.#tls, ...checked });
  }

  /** Throws `address-refused` where the rule does not allow it; names are looked at again when they are connected to. */
  async route(url: string): Promise<Route> {
    const proxy = this.#proxyFor(url);
    this.#rule?.demandUrl(url);
    if (proxy !== null) await this.#rule?.demandNameToo(url);
    if (proxy === null) return { agent: { http: this.#plain, https: this.#secure }, proxy };
    const key = JSON.stringify(proxy);
    // Only now: most never need a proxy, and its libraries take longer to load than the rest of the network.
    const { createProxyAgents } = await import('./proxy-agents.ts');
    const agents = this.#proxied.get(key) ?? createProxyAgents(proxy, AGENT_OPTIONS, this.#tls);
    this.#proxied.set(key, agents);
    return { agent: { http: agents.http, https: agents.https as unknown as HttpsAgent }, proxy };
  }

  #proxyFor(url: string): ProxyAddress | null {
    if (this.#fixed === 'none') return null;
    return this.#fixed === 'env' ? proxyFromEnvironment(url) : this.#fixed;
  }

  /** Connections to servers and proxies, in use and kept. */
  get openSockets(): number {
    return this.#sockets().length;
  }

  /** Closes all connections as if the servers had: what is under way fails, and what comes makes new ones. */
  cut(): void {
    for (const socket of this.#sockets()) socket.destroy();
  }

  #sockets(): readonly Socket[] {
    const agents = [
      this.#plain,
      this.#secure,
      ...[...this.#proxied.values()].flatMap(({ http, https }) => [http, https]),
    ];
    const lists = [...new Set(agents)].flatMap(({ sockets, freeSockets }) => [sockets, freeSockets]);
    return lists.flatMap((list) => Object.values(list)).flatMap((each) => each ?? []);
  }

  /** Something is under way with these connections until what this gives is called. */
  hold(): () => void {
    this.#inUse += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#inUse -= 1;
      this.#endIfRetired();
    };
  }

  /** No new requests will come: closes them all, and says so, as soon as none is in use. */
  retire(retired: () => void): void {
    this.#onRetired = retired;
    this.#endIfRetired();
  }

  #endIfRetired(): void {
    if (this.#onRetired === null || this.#inUse > 0) return;
    this.destroy();
    this.#onRetired();
  }

  destroy(): void {
    this.#plain.destroy();
    this.#secure.destroy();
    for (const { http, https } of this.#proxied.values()) {
      http.destroy();
      https.destroy();
    }
  }
}

/** A context made once: made for each connection, reading all roots anew would take milliseconds each time. */
function tlsOptions({ ca, insecure }: NetworkOptions): TlsOptions {
  return {
    ...(ca === null
      ? {}
      : { secureContext: tls.createSecureContext({ ca: [...usualRoots(), ...pemsOf(ca)] }) }),
    ...(insecure ? { rejectUnauthorized: false } : {}),
  };
}

function usualRoots(): readonly string[] {
  // Node 22.15 and newer know what NODE_EXTRA_CA_CERTS and --use-system-ca have added.
  return tls.getCACertificates?.('default') ?? tls.rootCertificates;
}

const PEM =
  /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

/** Node passes over what it cannot read in silence. */
function pemsOf(text: string): string[] {
  const pems = text.match(PEM) ?? [];
  try {
    if (pems.length === 0) throw new Error('none');
    for (const pem of pems) new X509Certificate(pem);
  } catch (thrown) {
    throw new SatchelError('bad-input', 'the CA file holds no certificates in PEM form', { cause: thrown });
  }
  return [...pems];
}
