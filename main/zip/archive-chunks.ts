import type { Readable } from 'node:stream';

/** What is smaller is joined with its neighbours: archiver writes each field of a header by itself. */
const SMALL_BYTES = 4096;
const JOINED_BYTES = 64 * 1024;
/** So much may have come that nobody has taken. */
const READY_BYTES = 256 * 1024;

/** What is used of a stream. */
export type Flowing = Pick<Readable, 'on' | 'pause' | 'resume'>;

/**
 * A stream's bytes as they come. What has piled up is not joined into one buffer, as reading it does, which takes a second
 * of each GiB and as much memory again; only small pieces are. Ends when it does, and also when it is destroyed.
 */
export async function* chunksOf(stream: Flowing): AsyncGenerator<Buffer, void> {
  const pile = new Pile();
  let ended = false;
  let wake = () => {};
  stream.on('data', (chunk: Buffer) => {
    pile.push(chunk);
    if (pile.bytes > READY_BYTES) stream.pause();
    wake();
  });
  for (const event of ['end', 'close']) {
    stream.on(event, () => {
      ended = true;
      wake();
    });
  }
  for (;;) {
    const chunks = pile.take();
    yield* chunks;
    if (pile.bytes > 0) continue;
    if (ended) return;
    const more = new Promise<void>((resolve) => {
      wake = resolve;
    });
    stream.resume();
    await more;
  }
}

class Pile {
  #ready: Buffer[] = [];
  #small: Buffer[] = [];
  #smallBytes = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (chunk.length >= SMALL_BYTES) {
      this.#join();
      this.#ready.push(chunk);
      return;
    }
    this.#small.push(chunk);
    this.#smallBytes += chunk.length;
    if (this.#smallBytes >= JOINED_BYTES) this.#join();
  }

  take(): readonly Buffer[] {
    this.#join();
    const ready = this.#ready;
    this.#ready = [];
    this.#bytes = 0;
    return ready;
  }

  #join(): void {
    if (this.#small.length > 0) this.#ready.push(Buffer.concat(this.#small));
    this.#small = [];
    this.#smallBytes = 0;
  }
}
