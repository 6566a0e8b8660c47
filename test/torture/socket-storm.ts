import { setTimeout as passes } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ServedLife } from './served-life.ts';
import type { Tally } from './tally.ts';

const KINDS = ['reads', 'stands still', 'talks nonsense', 'vanishes'] as const;

/** Many clients at once that listen to a server, each in a way of its own, until they are let go of. */
export class SocketStorm {
  readonly #sockets: WebSocket[] = [];

  static blow(life: ServedLife, count: number, random: () => number, tally: Tally): SocketStorm {
    const storm = new SocketStorm();
    for (let i = 0; i < count; i += 1) {
      const kind = KINDS[Math.floor(random() * KINDS.length)] ?? 'reads';
      storm.#sockets.push(storm.#open(life, kind));
      tally.add(`WebSocket client that ${kind}`);
    }
    return storm;
  }

  /** Without a farewell. */
  end(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  #open({ address, headers }: ServedLife, kind: (typeof KINDS)[number]): WebSocket {
    const socket = new WebSocket(`${address.replace('http', 'ws')}/api/v1/events`, { headers });
    socket.on('error', () => {});
    socket.on('open', () => {
      if (kind === 'talks nonsense') void talkNonsense(socket);
    });
    socket.once('message', () => {
      if (kind === 'stands still') socket.pause();
      if (kind === 'vanishes') socket.terminate();
    });
    return socket;
  }
}

async function talkNonsense(socket: WebSocket): Promise<void> {
  for (const words of ['{', '[]', '{"type":"subscribe"}', 'x'.repeat(100_000), Buffer.alloc(70_000, 255)]) {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(words);
    socket.ping('?'.repeat(100));
    await passes(20);
  }
}
