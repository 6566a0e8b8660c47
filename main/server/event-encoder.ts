import { randomBytes } from 'node:crypto';
import type { Message } from '../contract/events.ts';

/**
 * Messages as bytes. What all clients are told alike is put into bytes once for all of them: a thousand clients cost a
 * thousand copies, not a thousand times the work. Each message has an id by which a client that comes again says what
 * it has had; the ids of an earlier process mean nothing to this one.
 */
export class Encoder {
  readonly #epoch = randomBytes(6).toString('base64url');
  readonly #shared = new WeakMap<object, Buffer>();

  /** As a WebSocket's text message. */
  frame(message: Message, number: number): Buffer {
    if (message.type === 'event') return this.#bytesOf(message, message);
    const head = `{"type":"${message.type}","seq":${message.seq},"id":"${this.#id(number)}",`;
    return Buffer.concat([Buffer.from(head), this.#rest(message)]);
  }

  /** As a server-sent event (HTML Living Standard, "Server-sent events"); JSON has no line ends. */
  event(message: Message, number: number): Buffer {
    const head = `event: ${message.type}\nid: ${this.#id(number)}\ndata: `;
    return Buffer.concat([Buffer.from(head), this.frame(message, number), Buffer.from('\n\n')]);
  }

  /** What an id that was given out says: the number to go on after. */
  since(id: string | null): { since?: number } {
    const [, epoch, number] = /^([\w-]+)\.(\d{1,15})$/.exec(id ?? '') ?? [];
    return epoch === this.#epoch ? { since: Number(number) } : {};
  }

  #id(number: number): string {
    return `${this.#epoch}.${number}`;
  }

  /** All but the beginning, which each client has its own of. */
  #rest(message: Exclude<Message, { type: 'event' }>): Buffer {
    if (message.type === 'snapshot') return Buffer.from(`"tasks":${JSON.stringify(message.tasks)}}`);
    const known = this.#shared.get(message.tasks);
    if (known) return known;
    const bytes = Buffer.from(`"at":"${message.at}","tasks":${JSON.stringify(message.tasks)}}`);
    this.#shared.set(message.tasks, bytes);
    return bytes;
  }

  #bytesOf(key: object, value: unknown): Buffer {
    const known = this.#shared.get(key);
    if (known) return known;
    const bytes = Buffer.from(JSON.stringify(value));
    this.#shared.set(key, bytes);
    return bytes;
  }
}
