import { Writable } from 'node:stream';
import type { FastifyReply } from 'fastify';

type Response = FastifyReply['raw'];

/**
 * An answer's body. When the client goes away it is destroyed, and whoever writes to it hears of that. Destroyed before
 * its end it resets the connection: a client never takes for whole what is not, not even one of HTTP/1.0, to which the end
 * of the connection is the end of the body.
 */
export class ZipResponse extends Writable {
  readonly #response: Response;
  #begun = false;

  constructor(response: Response) {
    super({ decodeStrings: false });
    this.#response = response;
    response.once('close', () => {
      if (!response.writableFinished) this.destroy();
    });
    // Its closing says it too.
    response.on('error', () => {});
    if (response.destroyed) this.destroy();
  }

  /** Its head is sent. Before that, its end leaves the answer to whoever says what was wrong. */
  begin(): void {
    this.#begun = true;
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#response.write(chunk)) done();
    else this.#response.once('drain', () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#response.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const { socket, writableFinished } = this.#response;
    if (this.#begun && !writableFinished) {
      socket?.resetAndDestroy();
      this.#response.destroy();
    }
    done(error);
  }
}
