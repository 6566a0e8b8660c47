import {
  type AgentOptions,
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingHttpHeaders,
} from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import got, { type Request } from 'got';
import { SatchelError } from '../contract/errors.ts';

export interface HttpAsk {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
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

export interface Http {
  /** Sends one GET and gives the head of its answer; follows nothing, retries nothing. Errors are SatchelErrors. */
  get(ask: HttpAsk): Promise<HttpAnswer>;
  close(): void;
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

/**
 * An agent whose plain connections read into one buffer that is used again and again. Node's HTTP parser copies every
 * body out of what it is given, so nothing keeps the buffer; without this each read allocates 64 KiB for that copy's
 * original alone, and a download takes twice the time of the processor. TLS connections read as usual.
 */
function createPlainAgent(bodies: ReadonlySet<Request>): HttpAgent {
  const whole = Buffer.allocUnsafeSlow(READ_BYTES);
  const part = whole.subarray(0, READ_BYTES_OF_MANY);
  const onread = {
    buffer: () => (bodies.size > MANY_BODIES ? part : whole),
    callback(this: Socket, size: number, buffer: Buffer) {
      this.emit('data', buffer.subarray(0, size));
      return true;
    },
  };
  return new HttpAgent({ ...AGENT_OPTIONS, onread } as AgentOptions);
}

/** A kept-alive connection that the server has just closed fails before any answer: worth another at once. */
const STALE_SOCKET_TRIES = 3;

export function createHttp(): Http {
  const bodies = new Set<Request>();
  const http = createPlainAgent(bodies);
  const https = new HttpsAgent(AGENT_OPTIONS);
  return {
    get: async (ask) => {
      for (let tries = 1; ; tries++) {
        const outcome = await send(ask, { http, https }, bodies);
        if ('answer' in outcome) return outcome.answer;
        if (!outcome.staleSocket || tries >= STALE_SOCKET_TRIES || ask.signal.aborted) throw outcome.error;
      }
    },
    close: () => {
      http.destroy();
      https.destroy();
    },
  };
}

type Outcome = { answer: HttpAnswer } | { error: SatchelError; staleSocket: boolean };

function send(
  ask: HttpAsk,
  agent: { http: HttpAgent; https: HttpsAgent },
  bodies: Set<Request>,
): Promise<Outcome> {
  const stream = got.stream(ask.url, {
    agent,
    headers: { 'user-agent': 'Satchel', 'accept-encoding': 'identity', accept: '*/*', ...ask.headers },
    decompress: false,
    followRedirect: false,
    throwHttpErrors: false,
    strictContentLength: false,
    retry: { limit: 0 },
    signal: ask.signal,
  });
  return new Promise((resolve) => {
    let request: ClientRequest | null = null;
    stream.on('request', (sent: ClientRequest) => {
      request = sent;
      if (ask.onConnected) whenConnected(sent, ask.url.startsWith('https:'), ask.onConnected);
    });
    // Stays for good: an abort after the answer is also told by an error, which nobody else may be listening for.
    stream.on('error', (thrown) => {
      resolve({ error: httpError(thrown, ask.signal), staleSocket: request?.reusedSocket === true });
    });
    stream.on('response', () => {
      bodies.add(stream);
      stream.once('close', () => bodies.delete(stream));
      resolve({ answer: answerOf(stream) });
    });
  });
}

function whenConnected(request: ClientRequest, secure: boolean, connected: () => void): void {
  request.once('socket', (socket: Socket | TLSSocket) => {
    if (request.reusedSocket || !socket.connecting) connected();
    else socket.once(secure ? 'secureConnect' : 'connect', connected);
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

const DNS_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME']);
const TLS_CODE =
  /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO|HOSTNAME_MISMATCH|CRL_|INVALID_CA)/;

/** What went wrong below HTTP, as one of ours. */
export function httpError(thrown: unknown, signal?: AbortSignal): SatchelError {
  if (thrown instanceof SatchelError) return thrown;
  if (signal?.aborted) {
    const reason: unknown = signal.reason;
    return reason instanceof SatchelError
      ? reason
      : new SatchelError('cancelled', undefined, { cause: thrown });
  }
  const code = codeOf(thrown);
  if (DNS_CODES.has(code)) return new SatchelError('dns', code, { cause: thrown });
  if (TLS_CODE.test(code)) return new SatchelError('tls', code, { cause: thrown });
  if (code === 'ETIMEDOUT') return new SatchelError('timeout', code, { cause: thrown });
  return new SatchelError('network', code, { cause: thrown });
}

/** got wraps the system's error; the innermost code says most. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'unknown';
  const own = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  const inner = thrown.cause === undefined ? '' : codeOf(thrown.cause);
  return inner && inner !== 'unknown' ? inner : own || 'unknown';
}
