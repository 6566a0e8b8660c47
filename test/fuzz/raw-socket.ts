import { connect, type Socket } from 'node:net';

/** Below HTTP: whatever bytes, and whatever comes back until the other side closes, or `enough` is there. */
export function exchange(
  address: string,
  bytes: readonly Buffer[],
  enough: (received: string) => boolean = () => false,
): Promise<string> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host: hostname, port: Number(port) });
    const received: Buffer[] = [];
    let length = 0;
    const text = () => Buffer.concat(received).toString('latin1');
    socket.on('connect', () => {
      for (const part of bytes) socket.write(part);
      socket.end();
    });
    socket.on('data', (part) => {
      received.push(part);
      length += part.length;
      // Answers are short; a search in all of them after every part would take the longest.
      if (length < 1_000_000 && enough(text())) socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Who has heard enough of us hangs up while we still speak.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => resolve(text()));
  });
}
