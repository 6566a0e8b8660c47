import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventMessage } from '../../main/contract/events.ts';

/** Is told of events; keeps what it hears, and refuses now and then, in one way or another. */
export class Hook {
  /** Each once, as it was first heard. */
  readonly heard: EventMessage[] = [];
  /** Ids of those that it has said it heard. */
  readonly thanked = new Set<string>();
  readonly #ids = new Set<string>();
  readonly #server: Server;
  again = 0;
  refused = 0;

  private constructor(random: () => number) {
    this.#server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const event = EventMessage.parse(JSON.parse(body));
      if (this.#ids.has(event.event_id)) this.again += 1;
      else this.heard.push(event);
      this.#ids.add(event.event_id);
      const fate = random();
      if (fate < 0.08) this.refused += 1;
      else this.thanked.add(event.event_id);
      // The sender cannot know whether it was heard.
      if (fate < 0.04) request.socket.destroy();
      else response.writeHead(fate < 0.08 ? 503 : 200).end();
    });
  }

  static async open(random: () => number): Promise<Hook> {
    const hook = new Hook(random);
    await new Promise<void>((resolve) => hook.#server.listen(0, '127.0.0.1', resolve));
    return hook;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
