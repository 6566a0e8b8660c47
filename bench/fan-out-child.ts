import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';

// fan-out-child.ts serve: bare `ws`, which sends what it is given ten times a second to everybody.
// fan-out-child.ts listen URL CLIENTS SECONDS STALLED: that many clients; how long after they were sent messages came.

const [what = '', url = '', ...numbers] = process.argv.slice(2);
const [clients = 0, seconds = 0, stalled = 0] = numbers.map(Number);
const AT = Buffer.from('"at":"');

if (what === 'serve') serve();
else await listen();

function serve(): void {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  let template = '';
  process.on('message', (text: string) => {
    template = text;
  });
  let seq = 0;
  setInterval(() => {
    if (template === '') return;
    seq += 1;
    const text = template.replace('@AT@', new Date().toISOString()).replace('@SEQ@', String(seq));
    for (const client of server.clients) client.send(text);
  }, 100);
  server.on('listening', () => process.send?.((server.address() as { port: number }).port));
}

/** When it was sent, of a message of progress; else null. */
function sentAt(data: Buffer): number | null {
  const at = data.indexOf(AT);
  return at < 0 || at > 100 ? null : Date.parse(data.toString('latin1', at + AT.length, at + AT.length + 24));
}

async function listen(): Promise<void> {
  const delays: number[] = [];
  let counting = false;
  let lost = 0;
  const sockets: WebSocket[] = [];
  for (let i = 0; i < clients + stalled; i += 1) {
    const socket = new WebSocket(url, {
      headers: { authorization: 'Bearer bench' },
      perMessageDeflate: false,
    });
    socket.on('close', () => {
      if (counting) lost += 1;
    });
    socket.on('error', () => {});
    const slow = i >= clients;
    socket.on('message', (data: Buffer) => {
      if (slow) socket.pause();
      const at = counting && !slow ? sentAt(data) : null;
      if (at !== null) delays.push(Date.now() - at);
    });
    sockets.push(socket);
    // Many at once would be refused by the backlog of the listening socket.
    if (i % 100 === 99) await sleep(50);
  }
  await sleep(3000);
  const open = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  counting = true;
  await sleep(seconds * 1000);
  counting = false;
  delays.sort((a, b) => a - b);
  const at = (share: number) => delays[Math.floor((delays.length - 1) * share)] ?? Number.NaN;
  process.send?.({ open, lost, messages: delays.length, p50: at(0.5), p99: at(0.99), most: at(1) });
  process.exit();
}
