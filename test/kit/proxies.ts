import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import type { Duplex } from 'node:stream';
import { selfSigned } from './certificate.ts';

export interface ProxyOptions {
  /** Its own clients must use TLS. Only http proxies. */
  readonly tls?: boolean;
  /** Whom it lets in; everyone, when left out. */
  readonly user?: string;
  readonly password?: string;
}

/** One thing a proxy was asked for. */
export interface Asked {
  readonly how: 'absolute' | 'connect' | 'socks';
  /** The URL, or `host:port` as the client wrote it. */
  readonly target: string;
  /** What a name came as: `domain` means that the client did not resolve it. Only socks. */
  readonly address?: 'domain' | 'ipv4' | 'ipv6';
  /** Of the request to the proxy itself. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly let: 'in' | 'refused' | 'not known';
}

/** The names a proxy knows, whatever the system's resolver says. */
const NAMES = /\.test$/;
const hostOf = (name: string): string => (NAMES.test(name) ? '127.0.0.1' : name);

/** What all proxies of the kit have in common: a port, a list of what they were asked, an end. */
abstract class ProxyBase {
  readonly asked: Asked[] = [];
  /** Connections that clients have made. */
  connections = 0;
  protected readonly options: ProxyOptions;
  protected readonly sockets = new Set<Duplex>();
  protected abstract readonly server: Server | TcpServer;
  readonly #waiting: (() => void)[] = [];

  protected constructor(options: ProxyOptions) {
    this.options = options;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  protected track<T extends Duplex>(socket: T): T {
    this.sockets.add(socket);
    socket.on('close', () => {
      this.sockets.delete(socket);
      if (this.sockets.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    });
    socket.on('error', () => socket.destroy());
    return socket;
  }

  protected async listen(): Promise<this> {
    this.server.on('connection', (socket: Socket) => {
      this.connections += 1;
      this.track(socket);
    });
    await new Promise<void>((listening) => void this.server.listen(0, '127.0.0.1', listening));
    return this;
  }

  /** Resolves when no connection is open. */
  async idle(): Promise<void> {
    if (this.sockets.size > 0) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  protected join(client: Duplex, upstream: Duplex): void {
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }
}

/** An http proxy: absolute-form and CONNECT, RFC 9110 §9.3.6 and RFC 9112 §3.2.2; with `tls` an https one. */
export class HttpProxy extends ProxyBase {
  protected readonly server: Server;
  /** What it answers to everything from now on; null: it does its work. */
  refuse: number | null = null;
  /** It takes connections and never answers. */
  mute = false;

  private constructor(options: ProxyOptions, server: Server) {
    super(options);
    this.server = server;
    server.on('request', (request, response) => this.#forward(request, response));
    server.on('connect', (request: IncomingMessage, client: Duplex) => this.#tunnel(request, client));
    server.on('clientError', (_, socket) => socket.destroy());
  }

  static async start(options: ProxyOptions = {}): Promise<HttpProxy> {
    const server = options.tls ? createTlsServer(await selfSigned()) : createServer();
    return new HttpProxy(options, server).listen();
  }

  /** Its URL, with these credentials. */
  url(credentials = ''): string {
    return `${this.options.tls ? 'https' : 'http'}://${credentials && `${credentials}@`}${this.host}`;
  }

  #judge(how: 'absolute' | 'connect', request: IncomingMessage): number | null {
    const { user, password = '' } = this.options;
    const wanted = user && `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const known = !wanted || request.headers['proxy-authorization'] === wanted;
    const verdict = known ? (this.refuse === null ? 'in' : 'refused') : 'not known';
    this.asked.push({ how, target: request.url ?? '', headers: request.headers, let: verdict });
    return known ? this.refuse : 407;
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const status = this.#judge('absolute', request);
    if (this.mute) return;
    if (status !== null || !URL.canParse(request.url ?? '')) {
      response
        .writeHead(status ?? 400, { 'proxy-authenticate': 'Basic realm="kit"' })
        .end('the proxy says no');
      return;
    }
    const url = new URL(request.url ?? '');
    const { 'proxy-authorization': _, 'proxy-connection': __, ...headers } = request.headers;
    const path = `${url.pathname}${url.search}`;
    const upstream = httpRequest(
      { host: hostOf(url.hostname), port: url.port || 80, path, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.on('error', () => response.destroy());
        // A body that was cut must reach the client cut.
        answer.on('close', () => !answer.complete && response.destroy());
      },
    );
    upstream.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    response.on('close', () => upstream.destroy());
    upstream.end();
  }

  #tunnel(request: IncomingMessage, client: Duplex): void {
    this.track(client);
    const status = this.#judge('connect', request);
    // Unread, and half open, it would not show that the client has left.
    if (this.mute) return void client.resume().on('end', () => client.destroy());
    if (status !== null) {
      client.end(
        `HTTP/1.1 ${status} No\r\nProxy-Authenticate: Basic realm="kit"\r\nContent-Length: 3\r\n\r\nno\n`,
      );
      return;
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = this.track(connect(Number(port || 80), hostOf(hostname)));
    upstream.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      this.join(client, upstream);
    });
    upstream.once('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  }
}

/** SOCKS 5 (RFC 1928), CONNECT only; with `user`, RFC 1929. */
export class SocksProxy extends ProxyBase {
  protected readonly server: TcpServer;
  /** The reply code (RFC 1928 §6) to everything from now on; null: it does its work. */
  refuse: number | null = null;

  private constructor(options: ProxyOptions) {
    super(options);
    this.server = createTcpServer((socket) => void this.#serve(socket).catch(() => socket.destroy()));
  }

  static start(options: ProxyOptions = {}): Promise<SocksProxy> {
    return new SocksProxy(options).listen();
  }

  url(credentials = ''): string {
    return `socks5://${credentials && `${credentials}@`}${this.host}`;
  }

  async #serve(client: Socket): Promise<void> {
    const read = reader(client);
    const [, count = 0] = await read(2);
    const methods = [...(await read(count))];
    const wanted = this.options.user === undefined ? 0 : 2;
    if (!methods.includes(wanted)) {
      this.#log('', 'domain', 'not known');
      client.end(Buffer.from([5, 0xff]));
      return;
    }
    client.write(Buffer.from([5, wanted]));
    if (wanted === 2 && !(await this.#knows(client, read))) return;
    const [, , , type = 0] = await read(4);
    const { host, address } = await addressOf(type, read);
    const port = (await read(2)).readUInt16BE();
    this.#log(`${host}:${port}`, address, this.refuse === null ? 'in' : 'refused');
    if (this.refuse !== null) {
      client.end(reply(this.refuse));
      return;
    }
    const upstream = this.track(connect(port, hostOf(host)));
    upstream.once('error', () => client.end(reply(5)));
    upstream.once('connect', () => {
      client.write(reply(0));
      this.join(client, upstream);
    });
  }

  async #knows(client: Socket, read: Read): Promise<boolean> {
    const [, nameLength = 0] = await read(2);
    const name = (await read(nameLength)).toString();
    const [length = 0] = await read(1);
    const password = (await read(length)).toString();
    const known = name === this.options.user && password === (this.options.password ?? '');
    if (!known) this.#log('', 'domain', 'not known');
    const answer = Buffer.from([1, known ? 0 : 1]);
    if (known) client.write(answer);
    else client.end(answer);
    return known;
  }

  #log(target: string, address: NonNullable<Asked['address']>, verdict: Asked['let']): void {
    this.asked.push({ how: 'socks', target, address, headers: {}, let: verdict });
  }
}

const reply = (code: number): Buffer => Buffer.from([5, code, 0, 1, 127, 0, 0, 1, 0, 0]);

async function addressOf(
  type: number,
  read: Read,
): Promise<{ host: string; address: NonNullable<Asked['address']> }> {
  if (type === 3) {
    const [length = 0] = await read(1);
    return { host: (await read(length)).toString(), address: 'domain' };
  }
  const bytes = await read(type === 1 ? 4 : 16);
  if (type === 1) return { host: [...bytes].join('.'), address: 'ipv4' };
  return { host: bytes.toString('hex').match(/.{4}/g)?.join(':') ?? '', address: 'ipv6' };
}

type Read = (count: number) => Promise<Buffer>;

/** Reads exactly so many bytes, leaving the rest in the socket. */
function reader(socket: Socket): Read {
  return async (count) => {
    for (;;) {
      const bytes: Buffer | null = count === 0 ? Buffer.alloc(0) : socket.read(count);
      if (bytes !== null) return bytes;
      await new Promise<void>((resolve, reject) => {
        socket.once('readable', resolve);
        socket.once('close', () => reject(new Error('closed')));
      });
    }
  };
}
