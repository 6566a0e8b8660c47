import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type Answer, isBodiless, type Resource, wireHeaders } from './answer.ts';
import { type BodyHost, sendBody, Wire } from './body.ts';
import { selfSigned } from './certificate.ts';
import { notFound } from './effects.ts';
import type { FaultName } from './faults.ts';
import { type Entry, Ledger, type Logged } from './ledger.ts';
import { type Gate, Place, type Prepared } from './place.ts';

export type { Resource } from './answer.ts';
export type { Fault, FaultName } from './faults.ts';
export type { Logged } from './ledger.ts';
export type { Gate } from './place.ts';

export interface FaultServerOptions {
  readonly tls?: boolean;
  /** How long an idle connection is kept; default 30 s. */
  readonly keepAliveTimeoutMs?: number;
}

const NO_GATES = { next: Number.POSITIVE_INFINITY, take: null };

/** A server on 127.0.0.1 and a free port that does RFC 9110 §14 right, and every `Fault` on purpose. */
export class FaultServer {
  /** PEM to trust, for a server with TLS. */
  readonly ca: string | undefined;
  readonly #server: Server;
  readonly #places = new Map<string, Place>();
  readonly #ledger = new Ledger();
  /** By the client's port: a TLS socket does not show the TCP socket under it, which alone can be reset. */
  readonly #sockets = new Map<number, { readonly id: number; readonly tcp: Socket }>();
  #connections = 0;

  private constructor(server: Server, ca: string | undefined) {
    this.#server = server;
    this.ca = ca;
    server.on('connection', (tcp: Socket) => this.#connected(tcp));
    server.on('request', (request, response) => void this.#request(request, response));
    server.on('clientError', (_, socket) => socket.destroy());
  }

  static async start(options: FaultServerOptions = {}): Promise<FaultServer> {
    const pair = options.tls ? await selfSigned() : undefined;
    const limits = { keepAliveTimeout: options.keepAliveTimeoutMs ?? 30_000, requestTimeout: 0 };
    const server = pair
      ? createTlsServer({ ...limits, key: pair.key, cert: pair.cert })
      : createServer(limits);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new FaultServer(server, pair?.cert);
  }

  get origin(): string {
    return `${this.ca ? 'https' : 'http'}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Every request so far, in the order of arrival. */
  get requests(): readonly Logged[] {
    return this.#ledger.entries;
  }

  /** TCP connections open now. */
  get open(): number {
    return this.#sockets.size;
  }

  /** The most requests that were ever being answered at the same time. */
  get peakOpenRequests(): number {
    return this.#ledger.peak;
  }

  /** Body bytes handed to sockets, over all requests. */
  get sentTotal(): number {
    return this.#ledger.sent;
  }

  url(path: string): string {
    return this.origin + path;
  }

  /** How often a fault really came about. */
  happened(name: FaultName): number {
    return this.#ledger.happened(name);
  }

  /** Serves a resource under a path, with any query; given with a query, under that one only. */
  serve(path: string, resource: Resource): void {
    this.#places.set(path, new Place(resource, (name) => this.#ledger.count(name)));
  }

  /** Changes what requests from now on get; `faults` given anew begin with all their `times`. */
  update(path: string, patch: Partial<Resource>): void {
    this.#at(path).update(patch);
  }

  /**
   * Holds the first body of the path that comes to its byte `afterBytes`; the head, and the bytes before, are
   * out.
   */
  gate(path: string, afterBytes: number): Gate {
    return this.#at(path).gate(afterBytes);
  }

  /**
   * Resolves once `condition` holds, looked at on every event of the server; rejects when it is closed
   * before.
   */
  until(condition: () => boolean): Promise<void> {
    return this.#ledger.until(condition);
  }

  /** The first request, past or to come, of which `predicate` holds at some event. */
  async once(predicate: (request: Logged) => boolean): Promise<Logged> {
    let found: Logged | undefined;
    await this.until(() => {
      found = this.requests.find(predicate);
      return found !== undefined;
    });
    return found as Logged;
  }

  /**
   * Destroys every connection. Open requests end as 'cut-by-server'; `until` and `once` that still wait
   * reject.
   */
  async close(): Promise<void> {
    for (const entry of this.#ledger.entries) this.#ledger.ended(entry, 'cut-by-server');
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    for (const { tcp } of this.#sockets.values()) tcp.destroy();
    await closed;
    this.#ledger.close();
  }

  #at(path: string): Place {
    const place = this.#places.get(path);
    if (!place) throw new Error(`nothing is served at ${path}`);
    return place;
  }

  #connected(tcp: Socket): void {
    const port = tcp.remotePort ?? 0;
    const id = ++this.#connections;
    this.#sockets.set(port, { id, tcp });
    tcp.on('close', () => {
      if (this.#sockets.get(port)?.id === id) this.#sockets.delete(port);
      this.#ledger.changed();
    });
    const seen = { n: id, start: null, isExtra: this.open > 1, method: '', headers: {} };
    for (const place of this.#places.values()) {
      const hit = place.takeReset(seen);
      if (!hit) continue;
      tcp.resetAndDestroy();
      hit.happened();
      break;
    }
    this.#ledger.changed();
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = '/', method = 'GET', headers } = request;
    const socket = this.#sockets.get(request.socket.remotePort ?? 0);
    const entry = this.#ledger.began({ path, method, headers, socket: socket?.id ?? 0 });
    const place = this.#places.get(path) ?? this.#places.get(path.split('?')[0] ?? path);
    const prepared = place?.prepare(path, method, headers) ?? { answer: notFound(path), now: [], later: [] };
    this.#follow(entry, response, prepared, place);
    const wire = new Wire(response);
    if (place?.firstByteDelayMs) await wire.delay(place.firstByteDelayMs);
    if (wire.gone) return;
    const cut: BodyHost['cut'] = (how) => {
      this.#ledger.ended(entry, 'cut-by-server');
      if (how === 'reset') socket?.tcp.resetAndDestroy();
      else request.socket.destroySoon();
    };
    const host: BodyHost = {
      hold: (sent) => place?.hold(sent) ?? NO_GATES,
      sent: (bytes) => this.#ledger.handed(entry, bytes),
      cut,
    };
    await this.#send(entry, response, prepared, wire, host);
  }

  /** Keeps the books of one exchange: how it ended, and what its faults came to. */
  #follow(entry: Entry, response: ServerResponse, { now, later }: Prepared, place: Place | undefined): void {
    let counted = true;
    const over = (how: 'complete' | 'aborted-by-client'): void => {
      if (place && counted) place.inFlight--;
      counted = false;
      this.#ledger.ended(entry, how);
    };
    if (place) place.inFlight++;
    response.on('finish', () => over('complete'));
    response.on('close', () => {
      for (const hit of [...now, ...later]) hit.missed();
      over('aborted-by-client');
    });
    this.#ledger.changed();
  }

  async #send(entry: Entry, response: ServerResponse, { answer, now }: Prepared, wire: Wire, host: BodyHost) {
    if (!answer.silent) {
      entry.status = answer.status;
      writeHead(response, answer);
    }
    for (const hit of now) hit.happened();
    this.#ledger.changed();
    if (answer.silent) return wire.untilGone();
    if (entry.method === 'HEAD' || isBodiless(answer)) return wire.end();
    await sendBody(answer, wire, host);
  }
}

function writeHead(response: ServerResponse, answer: Answer): void {
  response.statusCode = answer.status;
  // Node then neither chunks nor promises a length, and ends the body with the connection.
  if (answer.framing === 'close') response.removeHeader('transfer-encoding');
  for (const [name, value] of wireHeaders(answer)) response.setHeader(name, value);
  response.flushHeaders();
}
