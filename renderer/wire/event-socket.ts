import type { Message } from '../../main/contract/events.ts';
import type { Connection } from './wire.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;
/** The server's own close code: sign in again. */
const SIGN_IN = 4401;

export interface EventSocketOptions {
  readonly message: (message: Message) => void;
  readonly connection: (state: Connection) => void;
  /** Whether the server does not let us in; false too where it cannot be reached. */
  readonly refused: () => Promise<boolean>;
}

/** A WebSocket that comes back, and goes on after the last message it has had. */
export class EventSocket {
  readonly #path: string;
  readonly #options: EventSocketOptions;
  #socket: WebSocket | null = null;
  #lastId: string | null = null;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #closed = false;

  constructor(path: string, options: EventSocketOptions) {
    this.#path = path;
    this.#options = options;
    options.connection('connecting');
    void this.#open();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** Asks first whether it will be let in: of a WebSocket that is refused a browser does not tell why. */
  async #open(): Promise<void> {
    const refused = await this.#options.refused();
    if (this.#closed) return;
    if (refused) this.#signedOut();
    else this.#connect();
  }

  #connect(): void {
    const url = new URL(this.#path, location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    if (this.#lastId !== null) url.searchParams.set('since', this.#lastId);
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
      this.#options.connection('open');
    };
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data)) as Message & { readonly id?: string };
      if (message.id !== undefined) this.#lastId = message.id;
      this.#options.message(message);
    };
    socket.onclose = ({ code }) => {
      if (this.#closed) return;
      if (code === SIGN_IN) this.#signedOut();
      else this.#again();
    };
  }

  #signedOut(): void {
    this.#closed = true;
    this.#options.connection('signedOut');
  }

  #again(): void {
    this.#options.connection('lost');
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => void this.#open(), wait);
  }
}
