import type { ServerResponse } from 'node:http';
import { pipeline, Readable, type Transform } from 'node:stream';
import { constants, createBrotliCompress, createDeflate, createGzip, createZstdCompress } from 'node:zlib';
import type { Answer } from './answer.ts';
import type { Encoding } from './faults.ts';
import { Pacer } from './pacer.ts';

const CHUNK = 64 * 1024;
/** A body held at byte `after` until it is released. */
export interface Hold {
  readonly after: number;
  readonly reached: () => void;
  readonly released: Promise<void>;
}

/** One response; every wait on it ends when the connection goes, so that no body outlives its client. */
export class Wire {
  readonly #response: ServerResponse;
  #gone = false;
  #wake: (() => void) | null = null;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.on('close', () => {
      this.#gone = true;
      this.#wake?.();
    });
    // A write to a connection the client has left is no failure of the server's; 'close' follows.
    response.on('error', () => {});
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Until `done` is called or the connection goes; what `begin` gives back is called then. */
  async wait(begin: (done: () => void) => (() => void) | undefined): Promise<void> {
    if (this.#gone) return;
    const done = Promise.withResolvers<void>();
    this.#wake = done.resolve;
    const stop = begin(done.resolve);
    await done.promise;
    this.#wake = null;
    stop?.();
  }

  delay(ms: number): Promise<void> {
    return this.wait((done) => {
      const timer = setTimeout(done, ms);
      return () => clearTimeout(timer);
    });
  }

  /**
   * Settles when the socket has taken the bytes: the back-pressure that keeps one chunk in memory, not the
   * file.
   */
  write(bytes: Buffer): Promise<void> {
    return this.wait((done) => {
      this.#response.write(bytes, () => done());
      return undefined;
    });
  }

  end(): Promise<void> {
    return this.wait((done) => {
      this.#response.end(() => done());
      return undefined;
    });
  }

  untilGone(): Promise<void> {
    return this.wait(() => undefined);
  }
}

function encoder(encoding: Encoding): Transform {
  switch (encoding) {
    case 'gzip':
      return createGzip();
    case 'deflate':
      return createDeflate();
    case 'br':
      // The default quality 11 takes seconds a megabyte.
      return createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
    case 'zstd':
      return createZstdCompress();
  }
}

function* plainChunks({ source, start, end, flips }: Answer): Generator<Buffer> {
  for (let at = start; at < end; ) {
    const next = Math.min(end, (Math.floor(at / CHUNK) + 1) * CHUNK);
    let chunk = source.slice(at, next);
    const here = flips.filter((flip) => flip.at >= at && flip.at < next);
    // A slice may be a view of the test's own buffer, which must stay as it is.
    if (here.length > 0) chunk = Buffer.from(chunk);
    for (const flip of here) chunk[flip.at - at] = (chunk[flip.at - at] ?? 0) ^ 0xff;
    yield chunk;
    at = next;
  }
}

function chunksOf(answer: Answer): Iterable<Buffer> | AsyncIterable<Buffer> {
  if (answer.encoding === null) return plainChunks(answer);
  return pipeline(Readable.from(plainChunks(answer)), encoder(answer.encoding), () => {});
}

/** What the body needs of the server. */
export interface BodyHost {
  /**
   * The holds still to come for this body when `sent` bytes of it are out; taking one makes it this body's.
   */
  hold(sent: number): { next: number; take: (() => Hold) | null };
  sent(bytes: number): void;
  /** Ends the connection: by RST, or in order. */
  cut(how: 'reset' | 'fin'): void;
}

class Body {
  readonly #answer: Answer;
  readonly #wire: Wire;
  readonly #host: BodyHost;
  readonly #pacer: Pacer | null;
  #sent = 0;

  constructor(answer: Answer, wire: Wire, host: BodyHost) {
    this.#answer = answer;
    this.#wire = wire;
    this.#host = host;
    const rate = answer.bytesPerSecond;
    this.#pacer = rate === null ? null : new Pacer(rate, performance.now());
  }

  async send(): Promise<void> {
    for await (const chunk of chunksOf(this.#answer)) {
      for (let rest = chunk; rest.length > 0; ) {
        rest = rest.subarray(await this.#step(rest));
        if (this.#wire.gone) return;
      }
    }
    await this.#stop();
    if (this.#wire.gone) return;
    this.#settleFlips(Number.POSITIVE_INFINITY);
    await this.#wire.end();
  }

  /** Sends some of `rest` and gives how much; 0 after a pause, a cut or a hold. */
  async #step(rest: Buffer): Promise<number> {
    const room = await this.#stop();
    if (this.#wire.gone) return 0;
    const wanted = Math.min(rest.length, room);
    const grant = this.#pacer?.ask(wanted, performance.now()) ?? { bytes: wanted };
    if ('waitMs' in grant) {
      await this.#wire.delay(grant.waitMs);
      return 0;
    }
    this.#sent += grant.bytes;
    this.#host.sent(grant.bytes);
    await this.#wire.write(rest.subarray(0, grant.bytes));
    this.#settleFlips(this.#answer.encoding === null ? this.#answer.start + this.#sent : 0);
    return grant.bytes;
  }

  /** Holds or ends the body where that is due here; gives how many bytes may go until the next such place. */
  async #stop(): Promise<number> {
    let { next, take } = this.#host.hold(this.#sent);
    while (take && !this.#wire.gone) {
      const hold = take();
      hold.reached();
      await this.#wire.wait((done) => {
        void hold.released.then(done);
        return undefined;
      });
      ({ next, take } = this.#host.hold(this.#sent));
    }
    const { ending } = this.#answer;
    if (ending && ending.after <= this.#sent && !this.#wire.gone) {
      ending.hit.happened();
      if (ending.how !== 'stall') this.#host.cut(ending.how);
      await this.#wire.untilGone();
    }
    return Math.min(next, ending?.after ?? Number.POSITIVE_INFINITY) - this.#sent;
  }

  #settleFlips(upTo: number): void {
    for (const flip of this.#answer.flips) if (flip.at < upTo) flip.hit.happened();
  }
}

/** Sends the body and ends the response; resolves early when the connection goes or is cut. */
export const sendBody = (answer: Answer, wire: Wire, host: BodyHost): Promise<void> =>
  new Body(answer, wire, host).send();
