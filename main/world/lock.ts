import { createHash } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SatchelError } from '../contract/errors.ts';
import { Disk } from './disk.ts';

export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock named `key` for this process, or throws `already-running`. The lock is a listening local socket, so
 * that the system itself drops it when the process dies, however it dies: an abstract socket on Linux, a named pipe
 * on Windows. Elsewhere it is a socket file, which a crash does leave behind; one that nobody answers on is cleared.
 */
export async function takeLock(key: string): Promise<Lock> {
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
  const address = lockAddress(name);
  const server = (await listen(address)) ?? (await clearAndListen(address));
  if (!server) throw new SatchelError('already-running', key);
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function lockAddress(name: string): string {
  if (process.platform === 'linux') return `\0satchel-${name}`;
  if (process.platform === 'win32') return `\\\\?\\pipe\\satchel-${name}`;
  return join(tmpdir(), `satchel-${name}.sock`);
}

/** Null when the address is taken. */
function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(new SatchelError('internal', `cannot take a lock: ${error.message}`, { cause: error }));
    });
    server.listen(address, () => resolve(server));
  });
}

async function clearAndListen(address: string): Promise<Server | null> {
  const isFile = process.platform !== 'linux' && process.platform !== 'win32';
  if (!isFile || (await answers(address))) return null;
  await new Disk().remove(address);
  return listen(address);
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
