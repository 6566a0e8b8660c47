import { createHash } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SatchelError } from '../contract/errors.ts';
import type { Disk } from './disk.ts';
import { PRIVATE } from './small-file.ts';

/** Longer paths no system takes (sun_path of unix(7), less what macOS has shorter). */
const LONGEST_PATH = 100;

/** A way between two programs of this machine's user: lines of text, in both directions. */
export interface LocalConnection {
  send(line: string): void;
  close(): void;
}

export interface LocalListener {
  /** A line without its end. */
  readonly line: (line: string) => void;
  readonly closed: () => void;
}

/** Where the Satchel of a data folder can be reached by programs of the same user. */
export function socketPath(dataFolder: string): string {
  const name = createHash('sha256').update(dataFolder).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return `\\\\?\\pipe\\satchel-browser-${name}`;
  const inside = join(dataFolder, 'browser.sock');
  if (inside.length <= LONGEST_PATH) return inside;
  return join(process.env['XDG_RUNTIME_DIR'] ?? ownTempFolder() ?? dataFolder, `satchel-${name}.sock`);
}

/** In one that all users share, another one could listen in our place, and be sent cookies. */
function ownTempFolder(): string | null {
  return process.platform === 'darwin' ? tmpdir() : null;
}

/**
 * Listens there; what a crash has left of an earlier one is cleared: whoever listens has the data folder. A connection
 * whose lines are longer than `longest` bytes is cut.
 */
export async function listenLocally(
  disk: Disk,
  path: string,
  longest: number,
  serve: (connection: LocalConnection) => LocalListener,
): Promise<{ close(): Promise<void> }> {
  const isFile = process.platform !== 'win32';
  if (isFile) await disk.remove(path);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    readLines(socket, longest, serve(connectionOf(socket)));
  });
  await listening(server, path);
  // Nobody else may so much as connect.
  if (isFile) await disk.setMode(path, PRIVATE);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Null where nobody listens. */
export function connectLocally(
  path: string,
  longest: number,
  listener: LocalListener,
): Promise<LocalConnection | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('error', () => resolve(null));
    socket.once('connect', () => {
      readLines(socket, longest, listener);
      resolve(connectionOf(socket));
    });
  });
}

function connectionOf(socket: Socket): LocalConnection {
  return { send: (line) => void socket.write(`${line}\n`), close: () => void socket.end() };
}

function readLines(socket: Socket, longest: number, { line, closed }: LocalListener): void {
  let rest = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.once('close', closed);
  socket.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      line(rest.subarray(0, end).toString('utf8'));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > longest) socket.destroy();
  });
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (thrown) => {
      reject(
        new SatchelError('internal', `cannot listen for browsers: ${thrown.message}`, { cause: thrown }),
      );
    });
    server.listen(path, () => resolve());
  });
}
