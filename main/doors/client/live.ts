import type { WebSocket } from 'ws';
import { asSatchelError, SatchelError } from '../../contract/errors.ts';
import { EventType, Message } from '../../contract/events.ts';
import { type Clock, delay, type Timer } from '../../world/clock.ts';
import { failureOf, notOurs, problemOf } from './connection.ts';
import { shown, type Target } from './target.ts';

/** The server pings every 15 s; who is silent for three of them is gone without a word. */
const SILENT_MS = 45_000;
const HANDSHAKE_MS = 15_000;
/** A thousand tasks at once, of which some are packages of many thousand items. */
const MOST_BYTES = 512 * 1024 * 1024;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15_000;
/** A connection that held for so long was a good one. */
const STEADY_MS = 10_000;
/** RFC 6455 §7.4.1, and 4401 of the server's own: sign in again. */
const NORMAL = 1000;
const SIGN_IN = 4401;
/** After these, coming again brings nothing. */
const FINAL = new Set(['unauthorized', 'forbidden', 'bad-input', 'permission', 'tls', 'internal']);

/** Who is told what happens. */
export interface Audience {
  /** `raw` is the message as it came, with fields that this version does not know; null: a kind that it does not know. */
  take(message: Message | null, raw: object): void;
  /** The connection is gone; the next try is so many ms away. A snapshot follows when it is there again. */
  lost(error: SatchelError, waitMs: number): void;
  /** Where more than a little waits to be printed: resolves when there is room again. */
  room?(): Promise<void> | null;
}

export interface FollowOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** In [0, 1). */
  readonly random: () => number;
  /** Without a connection for so long, it is given up; left out: never, once there has been one. */
  readonly giveUpMs?: number;
}

/**
 * Tells what happens on a server until `signal` is aborted, over as many connections as it takes. Rejects when there is
 * none to begin with, or none will be let in again.
 */
export async function follow(
  find: () => Promise<Target>,
  audience: Audience,
  { clock, signal, random, giveUpMs = Number.POSITIVE_INFINITY }: FollowOptions,
): Promise<void> {
  let ever = false;
  let goneAt = clock.monotonic();
  for (let failures = 0; ; failures += 1) {
    const { error, heardMs } = await lossOf(find, audience, { clock, signal });
    if (signal.aborted) return;
    if (heardMs !== null) {
      ever = true;
      goneAt = clock.monotonic();
      // One that lets us in and drops us again is not to be asked four times a second for ever.
      if (heardMs >= STEADY_MS) failures = 0;
    }
    const final = FINAL.has(error.code) || error.permanent === true;
    if (!ever || final || clock.monotonic() - goneAt > giveUpMs) throw error;
    // A half of it at random: a server that comes back is not to meet all of its clients in one moment.
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures) * (0.5 + random() / 2);
    audience.lost(error, wait);
    await delay(clock, wait, signal);
    if (signal.aborted) return;
  }
}

type Around = Pick<FollowOptions, 'clock' | 'signal'>;

interface Loss {
  readonly error: SatchelError;
  /** For how long there was somebody; null: nobody ever was. */
  readonly heardMs: number | null;
}

/** Listens over one connection; gives why it ended. */
async function lossOf(find: () => Promise<Target>, audience: Audience, around: Around): Promise<Loss> {
  let heardAt: number | null = null;
  const { clock } = around;
  const heard = () => {
    heardAt ??= clock.monotonic();
  };
  let error: SatchelError;
  try {
    const target = await find();
    error = await new Listening(await socketTo(target), shown(target.base), audience, { ...around, heard })
      .ended;
  } catch (thrown) {
    error = asSatchelError(thrown);
  }
  return { error, heardMs: heardAt === null ? null : clock.monotonic() - heardAt };
}

async function socketTo({ base, token }: Target): Promise<WebSocket> {
  const url = new URL('api/v1/events', base);
  url.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  // Only now: most commands never need it.
  const { WebSocket } = await import('ws');
  return new WebSocket(url, {
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    followRedirects: false,
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: MOST_BYTES,
    perMessageDeflate: false,
  });
}

interface ListeningAround extends Around {
  /** A message has come and was understood. */
  readonly heard: () => void;
}

/** One connection, from its handshake to its end. */
class Listening {
  readonly #socket: WebSocket;
  readonly #where: string;
  readonly #audience: Audience;
  readonly #around: ListeningAround;
  readonly #end = Promise.withResolvers<SatchelError>();
  #silence: Timer | null = null;

  constructor(socket: WebSocket, where: string, audience: Audience, around: ListeningAround) {
    this.#socket = socket;
    this.#where = where;
    this.#audience = audience;
    this.#around = around;
    const stop = () => this.#over(new SatchelError('cancelled'));
    around.signal.addEventListener('abort', stop);
    void this.ended.then(() => {
      around.signal.removeEventListener('abort', stop);
      this.#silence?.stop();
    });
    socket.on('open', () => this.#heard());
    socket.on('ping', () => this.#heard());
    socket.on('message', (data, isBinary) => this.#message(data as Buffer, isBinary));
    socket.on('unexpected-response', (_request, response) => void this.#refused(response));
    socket.on('error', (error) => this.#over(failureOf(error, where)));
    socket.on('close', (code) => this.#over(this.#closed(code)));
    if (around.signal.aborted) stop();
  }

  /** Resolves with why it ended; never rejects. */
  get ended(): Promise<SatchelError> {
    return this.#end.promise;
  }

  #over(error: SatchelError): void {
    this.#end.resolve(error);
    // Its 'error' is heard still, and means nothing any more.
    this.#socket.terminate();
  }

  #closed(code: number): SatchelError {
    if (code === SIGN_IN) return new SatchelError('unauthorized', `${this.#where} wants its token`);
    return new SatchelError('network', `${this.#where}: closed${code === NORMAL ? '' : ` (${code})`}`);
  }

  /** Anything at all: it is there. */
  #heard(): void {
    this.#silence?.stop();
    const { clock } = this.#around;
    this.#silence = clock.after(SILENT_MS, () => this.#over(new SatchelError('timeout', this.#where)));
  }

  #message(data: Buffer, isBinary: boolean): void {
    this.#heard();
    try {
      const raw = isBinary ? null : parsed(data);
      if (typeof raw !== 'object' || raw === null) throw notOurs(this.#where, 'its messages are no JSON');
      const message = this.#understood(raw);
      this.#around.heard();
      this.#audience.take(message, raw);
    } catch (thrown) {
      this.#over(asSatchelError(thrown));
      return;
    }
    const room = this.#audience.room?.() ?? null;
    if (room !== null) void this.#pause(room);
  }

  /** Nothing is read meanwhile, so that it is the server that waits; its pings are not heard either. */
  async #pause(room: Promise<void>): Promise<void> {
    this.#silence?.stop();
    this.#socket.pause();
    await room;
    this.#socket.resume();
    if (this.#socket.readyState === this.#socket.OPEN) this.#heard();
  }

  /** Null for what a later version may tell besides. */
  #understood(raw: object): Message | null {
    const { type, event_type } = raw as { type?: unknown; event_type?: unknown };
    if (type === 'event' && !EventType.safeParse(event_type).success) return null;
    if (type !== 'event' && type !== 'snapshot' && type !== 'progress') return null;
    const { data } = Message.safeParse(raw);
    if (!data) throw notOurs(this.#where, `its ${type} messages are not understood`, true);
    return data;
  }

  /** The handshake has been answered with something else. */
  async #refused(response: NodeJS.ReadableStream & { statusCode?: number | undefined }): Promise<void> {
    const { statusCode = 0 } = response;
    let text = '';
    try {
      for await (const chunk of response) {
        text += String(chunk);
        if (text.length > 65_536) break;
      }
    } catch {
      // What came of it is looked at.
    }
    this.#over(problemOf(parsed(text), statusCode, this.#where));
  }
}

function parsed(data: Buffer | string): unknown {
  try {
    return JSON.parse(data.toString());
  } catch {
    return null;
  }
}

/** Resolves when a stream that has more to write than it likes has written it, or is closed; null: it has not. */
export function roomIn(stream: NodeJS.WriteStream): Promise<void> | null {
  if (!stream.writableNeedDrain) return null;
  return new Promise((resolve) => {
    const end = () => {
      for (const name of ['drain', 'close', 'error']) stream.off(name, end);
      resolve();
    };
    for (const name of ['drain', 'close', 'error']) stream.on(name, end);
  });
}
