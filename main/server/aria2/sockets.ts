import type { WebSocket } from 'ws';
import type { Clock, Timer } from '../../world/clock.ts';
import type { Caller } from './rpc.ts';

/** So many messages of a client wait before no more are read. */
const MOST_WAITING = 100;
/** A client that reads nothing of what it is sent is let go of. */
const MOST_UNSENT_BYTES = 16 * 1024 * 1024;
/** So many may be connected without having shown a right token; the oldest of them makes room. */
const MOST_STRANGERS = 64;
/** Proxies cut a connection that is silent for a minute, some after 30 s. */
const HEARTBEAT_MS = 15_000;
/** RFC 6455 §7.4.1, "policy violation". */
const POLICY = 1008;

/** What a message is answered with, as text. */
export type Answer = (text: string, caller: Caller) => Promise<string>;

/** The WebSocket clients: each is answered in its order, and told what happens once it has shown a right token. */
export class Sockets {
  readonly #clock: Clock;
  readonly #clients = new Set<Client>();
  #timer: Timer | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(socket: WebSocket, answer: Answer): void {
    const client = new Client(socket, answer);
    this.#clients.add(client);
    socket.once('close', () => this.#clients.delete(client));
    const strangers = [...this.#clients].filter(({ caller }) => !caller.trusted);
    if (strangers.length > MOST_STRANGERS) strangers[0]?.close(POLICY, 'too many without a token');
    this.#timer ??= this.#beatLater();
  }

  notify(method: string, gid: string): void {
    if (this.#clients.size === 0) return;
    const text = JSON.stringify({ jsonrpc: '2.0', method, params: [{ gid }] });
    for (const client of this.#clients) if (client.caller.trusted) client.notify(text);
  }

  close(): void {
    this.#timer?.stop();
  }

  #beatLater(): Timer {
    return this.#clock.after(HEARTBEAT_MS, () => {
      for (const client of this.#clients) client.beat();
      this.#timer = this.#clients.size > 0 ? this.#beatLater() : null;
    });
  }
}

class Client {
  readonly caller: Caller = { trusted: false, wrong: new Set() };
  readonly #socket: WebSocket;
  readonly #answer: Answer;
  readonly #waiting: string[] = [];
  /** What happens while a call is answered is told behind it: its client must know the gid first. */
  readonly #held: string[] = [];
  #busy = false;
  #alive = true;

  constructor(socket: WebSocket, answer: Answer) {
    this.#socket = socket;
    this.#answer = answer;
    socket.on('message', (data) => this.#take(String(data)));
    socket.on('pong', () => {
      this.#alive = true;
    });
    socket.on('error', () => socket.terminate());
  }

  notify(text: string): void {
    if (this.#busy) this.#held.push(text);
    else this.#send(text);
  }

  beat(): void {
    if (!this.#alive) this.#socket.terminate();
    this.#alive = false;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason);
  }

  #take(text: string): void {
    this.#waiting.push(text);
    if (this.#waiting.length >= MOST_WAITING) this.#socket.pause();
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift()) {
      this.#send(await this.#answer(text, this.caller));
      for (const held of this.#held.splice(0)) this.#send(held);
    }
    this.#busy = false;
    this.#socket.resume();
  }

  #send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MOST_UNSENT_BYTES) this.#socket.terminate();
    else this.#socket.send(text);
  }
}
