import type { ClientRequest, IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import got, { type Request } from 'got';
import { SatchelError } from '../contract/errors.ts';
import type { AddressRule } from './address-rule.ts';
import { Agents, type NetworkOptions, ReadSize, type Route } from './agents.ts';
import { httpError } from './http-errors.ts';
import { proxyName, proxyRefused } from './proxy-errors.ts';

export type { NetworkOptions } from './agents.ts';
export { httpError } from './http-errors.ts';

export interface HttpAsk {
  readonly url: string;
  /** In lower case; undefined: not even what would be sent by default. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Aborting it closes the connection, at any time until the body has ended. */
  readonly signal: AbortSignal;
  /** The connection stands (TLS included) and the request is on its way. */
  readonly onConnected?: () => void;
}

/** The head of an answer, with its body not yet read. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Raw bytes, content-encoding untouched; does not flow until it is listened to. */
  readonly body: Readable;
  /** True once the body has arrived whole, by its length or its last chunk, or by the closing of an HTTP/1.0 body. */
  complete(): boolean;
  /** True when only the closing of the connection marks the end: a cut cannot be told from it. */
  readonly closeDelimited: boolean;
  /** Lets go of the answer; what has not been read is lost. */
  close(): void;
}

export interface HttpPost extends Pick<HttpAsk, 'url' | 'headers' | 'signal'> {
  readonly body: Buffer;
  /** For all of it, the answer included. */
  readonly timeoutMs: number;
}

export interface Http {
  /** Sends one GET and gives the head of its answer; follows nothing, retries nothing. Errors are SatchelErrors. */
  get(ask: HttpAsk): Promise<HttpAnswer>;
  /** Sends one POST and gives the status of its answer; what else the answer says is not kept. As `get` otherwise. */
  post(ask: HttpPost): Promise<{ readonly status: number }>;
  /** Later requests use these; what is under way goes on as it began. Throws `bad-input` and changes nothing then. */
  configure(options: Partial<NetworkOptions>): void;
  /**
   * How much one read of a plain connection may bring, bytes; null: as much as is good. A connection's next read is
   * prepared already and may still be of the size before.
   */
  limitReads(bytes: number | null): void;
  /** Connections that are open, in use and kept. */
  openSockets(): number;
  /** The network is another one, or has been away: no connection is waited for that may be dead. */
  cut(): void;
  close(): void;
}

const USUAL: NetworkOptions = { proxy: 'env', ca: null, insecure: false, userAgent: null };

/** A kept-alive connection that the server has just closed fails before any answer: worth another at once. */
const STALE_SOCKET_TRIES = 3;

/** An answer to a POST is read to this length, so that its connection can be kept. */
const POST_ANSWER_BYTES = 64 * 1024;

/**
 * Options that are left out are as usual: proxies as the environment says. `rule` says which addresses may be reached,
 * whatever the options; null: all. Throws `bad-input` where they cannot be.
 */
export function createHttp(options: Partial<NetworkOptions> = {}, rule: AddressRule | null = null): Http {
  const reads = new ReadSize();
  let network = networkOf(options, reads, rule);
  const all = new Set([network.agents]);
  const get = async (ask: HttpAsk & { readonly body?: Buffer }) => {
    const { agents, userAgent } = network;
    for (let tries = 1; ; tries++) {
      const outcome = await send(ask, { agents, userAgent, reads });
      if ('answer' in outcome) return outcome.answer;
      if (!outcome.staleSocket || tries >= STALE_SOCKET_TRIES || ask.signal.aborted) throw outcome.error;
    }
  };
  return {
    get,
    post: async ({ timeoutMs, signal, ...ask }) => {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(new SatchelError('timeout')), timeoutMs);
      try {
        const answer = await get({ ...ask, signal: AbortSignal.any([signal, late.signal]) });
        await drain(answer);
        return { status: answer.status };
      } finally {
        clearTimeout(timer);
      }
    },
    openSockets: () => [...all].reduce((sum, { openSockets }) => sum + openSockets, 0),
    configure: (changed) => {
      const { agents } = network;
      network = networkOf(changed, reads, rule);
      all.add(network.agents);
      agents.retire(() => all.delete(agents));
    },
    limitReads: (bytes) => reads.limit(bytes),
    cut: () => {
      for (const agents of all) agents.cut();
    },
    close: () => {
      for (const agents of all) agents.destroy();
    },
  };
}

/** What breaks in an answer that has its status changes nothing of that. */
async function drain({ body, close }: HttpAnswer): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += (chunk as Buffer).length;
      if (bytes > POST_ANSWER_BYTES) break;
    }
  } catch {
    // Its status is here.
  }
  close();
}

function networkOf(
  options: Partial<NetworkOptions>,
  reads: ReadSize,
  rule: AddressRule | null,
): { agents: Agents; userAgent: string } {
  const whole = { ...USUAL, ...options };
  const userAgent = whole.userAgent ?? 'Satchel';
  if (/[^\t\x20-\x7e\x80-\uffff]/.test(userAgent)) {
    throw new SatchelError('bad-input', 'the user agent has a control character in it');
  }
  // Header bytes are written as Latin-1.
  return { agents: new Agents(whole, reads, rule), userAgent: Buffer.from(userAgent).toString('latin1') };
}

type Outcome = { answer: HttpAnswer } | { error: SatchelError; staleSocket: boolean };

interface Means {
  readonly agents: Agents;
  readonly userAgent: string;
  readonly reads: ReadSize;
}

async function send(
  ask: HttpAsk & { readonly body?: Buffer },
  { agents, userAgent, reads }: Means,
): Promise<Outcome> {
  const release = agents.hold();
  try {
    const route = await agents.route(ask.url);
    const stream = got.stream(ask.url, {
      agent: route.agent,
      headers: { 'user-agent': userAgent, 'accept-encoding': 'identity', accept: '*/*', ...ask.headers },
      decompress: false,
      followRedirect: false,
      throwHttpErrors: false,
      strictContentLength: false,
      retry: { limit: 0 },
      signal: ask.signal,
      ...(ask.body === undefined ? {} : { method: 'POST', body: ask.body }),
    });
    whenOver(stream, release);
    return await outcomeOf(stream, { ask, route, reads });
  } catch (thrown) {
    release();
    return { error: httpError(thrown, ask.signal), staleSocket: false };
  }
}

function outcomeOf(
  stream: Request,
  { ask, route, reads }: { ask: HttpAsk; route: Route; reads: ReadSize },
): Promise<Outcome> {
  const { proxy } = route;
  const secure = ask.url.startsWith('https:');
  // Of an http target nothing but the proxy is seen: whatever fails below HTTP fails there.
  const at = proxy && !secure ? proxyName(proxy) : undefined;
  return new Promise((resolve) => {
    let request: ClientRequest | null = null;
    stream.on('request', (sent: ClientRequest) => {
      request = sent;
      if (ask.onConnected) whenConnected(sent, ask.onConnected);
    });
    // Stays for good: an abort after the answer is also told by an error, which nobody else may be listening for.
    stream.on('error', (thrown) => {
      resolve({ error: httpError(thrown, ask.signal, at), staleSocket: request?.reusedSocket === true });
    });
    stream.on('response', () => {
      const answer = answerOf(stream);
      if (proxy && !secure && answer.status === 407) {
        stream.destroy();
        resolve({ error: proxyRefused(proxy, 407), staleSocket: false });
        return;
      }
      reads.bodies.add(stream);
      whenOver(stream, () => reads.bodies.delete(stream));
      resolve({ answer });
    });
  });
}

/** A body that has been read to its end closes only when it is told to. */
function whenOver(stream: Request, act: () => void): void {
  stream.once('end', act);
  stream.once('close', act);
}

/** Behind a proxy a socket shows only when the way stands; with an https target TLS is still to come. */
function whenConnected(request: ClientRequest, connected: () => void): void {
  request.once('socket', (socket: Socket) => {
    if (request.reusedSocket) connected();
    else if (socket instanceof TLSSocket && socket.getFinished() === undefined) {
      socket.once('secureConnect', connected);
    } else if (socket.connecting) socket.once('connect', connected);
    else connected();
  });
}

function answerOf(stream: Request): HttpAnswer {
  const response = stream.response;
  if (!response) throw new SatchelError('internal', 'an answer without a response');
  const { headers } = response;
  const framed = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  return {
    status: response.statusCode,
    headers,
    body: stream,
    complete: () => response.complete,
    closeDelimited: !framed,
    close: () => stream.destroy(),
  };
}
