import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { ServerDesk } from '../kit/server.ts';

test('who wants a WebSocket while the server closes is refused, and does not keep it from closing', async () => {
  const desk = await ServerDesk.open();
  const { port } = new URL(desk.serving.address);
  const socket = connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true });
  await once(socket, 'connect');
  // A request that has begun is waited for.
  socket.write(
    `GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${desk.token}\r\n`,
  );
  await desk.json('/api/v1/status');
  const closed = desk.close();
  const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
  socket.write(`Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n${key}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 503 /);
  await closed;
  socket.destroy();
});
