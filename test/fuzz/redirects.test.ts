import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished } from 'vitest';
import { ERRORS } from '../../main/contract/errors.ts';
import { EngineDesk } from '../kit/engine.ts';
import { holds } from './hold.ts';
import { mutatedText } from './mutate.ts';

const HEADS = [
  'HTTP/1.1 200 OK\r\ncontent-length: 5\r\netag: "a"\r\naccept-ranges: bytes\r\n\r\nhello',
  'HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 0-4/5\r\ncontent-length: 5\r\netag: "a"\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: text/html\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-disposition: attachment; filename="a.zip"\r\n\r\nhello',
  'HTTP/1.1 302 Found\r\nlocation: /next\r\nset-cookie: a=b; Path=/\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 301 Moved\r\nlocation: ../x?y=z#f\r\nconnection: close\r\n\r\n',
  'HTTP/1.1 308 Permanent\r\nlocation: http://[::1/\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 307 Temporary\r\nlocation: http://u:p@127.0.0.1:PORT/n\r\ncontent-length: 3\r\n\r\nabc',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx',
  'HTTP/1.1 416 Range Not Satisfiable\r\ncontent-range: bytes */0\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 429 Slow\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 401 No\r\nwww-authenticate: Basic\r\ncontent-length: 0\r\n\r\n',
];

/** Of one task: what is answered, one answer after the other, the last over and over. */
const answers = fc.array(mutatedText(fc.constantFrom(...HEADS)), { minLength: 1, maxLength: 4 });

let server: Server;
let list: readonly string[] = [];
let at = 0;
let answered = 0;

async function listening(): Promise<number> {
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      answered += 1;
      const { port } = server.address() as AddressInfo;
      const text = list[Math.min(at++, list.length - 1)] ?? '';
      socket.end(Buffer.from(text.replaceAll('PORT', String(port)), 'latin1'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

let desk: EngineDesk;
let port = 0;

holds(
  'whatever a server answers, its task is done or has failed for a reason of the table',
  async () => {
    port = await listening();
    desk = await EngineDesk.open({ retries: 0, timeoutSeconds: 5, connections: 1, onConflict: 'overwrite' });
    // Wherever a mutated Location leads, this server is asked for it: nothing leaves this machine.
    await desk.call('settings.update', { proxy: `http://127.0.0.1:${port}` });
    return answers;
  },
  async (given) => {
    [list, at] = [given, 0];
    const task = await desk.add(`http://127.0.0.1:${port}/a`);
    let now = task;
    await desk.until(async () => {
      now = await desk.task(task.id);
      return now.state === 'done' || now.state === 'failed';
    });
    if (now.state === 'failed') {
      expect(Object.hasOwn(ERRORS, now.error?.code ?? '')).toBe(true);
      expect(now.error?.code, now.error?.detail).not.toBe('internal');
    }
    await desk.call('tasks.remove', { id: task.id, files: 'delete' });
  },
  { atLeast: 10, afterwards: () => expect(answered).toBeGreaterThan(0) },
);
