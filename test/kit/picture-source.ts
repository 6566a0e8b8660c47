import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A file as the pictures show it. */
export interface PictureFile {
  /** Bytes. */
  readonly size: number;
  /** It comes at once up to here, then at `rate` bytes a second; left out: all of it at once. */
  readonly fastUntil?: number;
  readonly rate?: number;
}

const CHUNK = Buffer.alloc(64 * 1024);
const TICK_MS = 50;

/**
 * A proxy that has every file itself, so that pictures show names of hosts and not of this machine. Nothing leaves it.
 */
export class PictureSource {
  readonly address: string;
  readonly #files = new Map<string, PictureFile & { etag: string }>();
  readonly #sent = new Map<string, number>();
  /** Hosts that ask to wait, for so many seconds. */
  readonly busy = new Map<string, number>();
  readonly #close: () => Promise<void>;

  private constructor(address: string, close: () => Promise<void>) {
    this.address = address;
    this.#close = close;
  }

  static async start(): Promise<PictureSource> {
    let source: PictureSource | null = null;
    const server = createServer((request, response) => source?.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    source = new PictureSource(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, close);
    return source;
  }

  serve(url: string, file: PictureFile): void {
    this.#files.set(url, { ...file, etag: '"first"' });
  }

  /** From now on it is another file, as its server says. */
  change(url: string): void {
    const file = this.#files.get(url);
    if (file !== undefined) this.#files.set(url, { ...file, etag: '"second"' });
  }

  close(): Promise<void> {
    return this.#close();
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '';
    const seconds = this.busy.get(URL.parse(url)?.hostname ?? '');
    const file = this.#files.get(url);
    if (seconds !== undefined) {
      response.writeHead(503, { 'retry-after': String(seconds) }).end();
      return;
    }
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { size, etag } = file;
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const isPart = from !== undefined && (request.headers['if-range'] ?? etag) === etag;
    const start = isPart ? Number(from) : 0;
    const end = isPart && to ? Math.min(size, Number(to) + 1) : size;
    response.writeHead(isPart ? 206 : 200, {
      'accept-ranges': 'bytes',
      'content-length': end - start,
      'content-type': 'application/octet-stream',
      'last-modified': 'Mon, 02 Nov 2026 09:30:00 GMT',
      etag,
      ...(isPart && { 'content-range': `bytes ${start}-${end - 1}/${size}` }),
    });
    void this.#send(url, end - start, response);
  }

  async #send(url: string, count: number, response: ServerResponse): Promise<void> {
    const begun = this.#files.get(url)?.etag;
    for (let left = count; left > 0 && !response.destroyed; ) {
      const { fastUntil = Number.POSITIVE_INFINITY, rate = 0, etag } = this.#files.get(url) ?? {};
      if (etag !== begun) {
        response.destroy();
        return;
      }
      const sent = this.#sent.get(url) ?? 0;
      const isFast = sent < fastUntil;
      const most = isFast ? CHUNK.length : Math.max(1, Math.round((rate * TICK_MS) / 1000));
      const bytes = CHUNK.subarray(0, Math.min(most, left));
      this.#sent.set(url, sent + bytes.length);
      left -= bytes.length;
      await written(response, bytes, isFast ? 0 : TICK_MS);
    }
    response.end();
  }
}

function written(response: ServerResponse, bytes: Buffer, pauseMs: number): Promise<void> {
  return new Promise((resolve) => {
    response.write(bytes, () => (pauseMs === 0 ? resolve() : setTimeout(resolve, pauseMs)));
  });
}
