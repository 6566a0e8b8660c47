import { randomBytes } from 'node:crypto';
import type { Clock } from '../world/clock.ts';

/** A link is good for so long. */
export const LINK_MS = 5 * 60_000;
const MOST_LINKS = 1000;
/** All of them together, as text: each may be as large as a request's body. */
const MOST_BYTES = 64 * 1024 * 1024;
/** 256 bits: nobody guesses one of them. */
const ID_BYTES = 32;

interface Link {
  readonly text: string;
  readonly bytes: number;
  readonly until: number;
}

/** Requests that wait for whoever opens their link. In memory only: they hold secrets, and are soon over. */
export class ZipLinks {
  readonly #clock: Clock;
  /** The oldest one first. */
  readonly #links = new Map<string, Link>();
  #bytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Gives the new link's id, and until when it is good: milliseconds since 1970. The oldest ones make room for it. */
  add(request: unknown): { readonly id: string; readonly expiresAt: number } {
    this.#dropExpired();
    const text = JSON.stringify(request);
    const bytes = Buffer.byteLength(text);
    for (const id of this.#links.keys()) {
      if (this.#links.size < MOST_LINKS && this.#bytes + bytes <= MOST_BYTES) break;
      this.#drop(id);
    }
    const id = randomBytes(ID_BYTES).toString('base64url');
    // The clock on the wall may be set: what is kept is how long.
    this.#links.set(id, { text, bytes, until: this.#clock.monotonic() + LINK_MS });
    this.#bytes += bytes;
    return { id, expiresAt: this.#clock.now() + LINK_MS };
  }

  /** The request of a link, or null where there is none (any more). */
  look(id: string): unknown {
    this.#dropExpired();
    const link = this.#links.get(id);
    return link ? JSON.parse(link.text) : null;
  }

  /** The same; the link is gone. */
  take(id: string): unknown {
    const request = this.look(id);
    this.#drop(id);
    return request;
  }

  #dropExpired(): void {
    const now = this.#clock.monotonic();
    for (const [id, { until }] of this.#links) {
      if (until > now) break;
      this.#drop(id);
    }
  }

  #drop(id: string): void {
    this.#bytes -= this.#links.get(id)?.bytes ?? 0;
    this.#links.delete(id);
  }
}
