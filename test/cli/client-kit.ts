import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import type { Task } from '../../main/contract/task.ts';
import { Content } from '../kit/content.ts';
import { ServerDesk, type ServerOptions } from '../kit/server.ts';
import { type Exit, linesOf, type Running, type RunOptions, run, satchel } from './kit.ts';

/** A whole server, and the program as its client. */
export interface ClientDesk {
  readonly server: ServerDesk;
  /** `satchel ARGS` for the server's data folder, to its end. A leading `/` makes it an address of the source. */
  client(args: readonly string[], options?: Partial<RunOptions>): Promise<Exit>;
  /** The same, started. */
  start(args: readonly string[], options?: Partial<RunOptions>): Running;
  /** Serves `size` bytes at the path. */
  serve(path: string, size?: number): Content;
}

export async function clientDesk(options: ServerOptions = {}): Promise<ClientDesk> {
  const server = await ServerDesk.open(options);
  const env = { SATCHEL_DATA_DIR: String(server.options['dataDir']) };
  const full = (args: readonly string[]) =>
    args.map((arg) => (arg.startsWith('/') && !arg.includes('satchel-test') ? server.source.url(arg) : arg));
  const runOptions = (more: Partial<RunOptions> = {}) => ({
    cwd: server.folder,
    ...more,
    env: { ...env, ...more.env },
  });
  return {
    server,
    client: (args, more) => run(full(args), runOptions(more)),
    start: (args, more) => satchel(full(args), runOptions(more)),
    serve: (path, size = 20_000) => {
      const content = new Content(5, size);
      server.source.serve(path, { content });
      return content;
    },
  };
}

/** One task a line, as `--json` prints them. */
export function tasksOf({ stdout }: Exit): Task[] {
  return linesOf(stdout).map((line) => JSON.parse(line) as Task);
}

/** Cells of a table in a pipe, by lines; the head is left out. Columns that may be empty are not among them. */
export function rowsOf({ stdout }: Exit): { id: string; state: string; progress: string; name: string }[] {
  const [head = '', ...rows] = linesOf(stdout);
  expect(head.split(/ {2,}/)).toEqual(['id', 'state', 'progress', 'size', 'speed', 'time left', 'name']);
  const at = head.indexOf('name');
  return rows.map((row) => {
    const [id = '', state = '', progress = ''] = row.split(/ {2,}/);
    return { id, state, progress, name: row.slice(at) };
  });
}

export interface Stranger {
  readonly address: string;
  readonly port: number;
  readonly requests: IncomingMessage[];
  readonly server: Server;
}

/** A server that is none of ours. */
export async function stranger(answer: RequestListener, port = 0): Promise<Stranger> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port: real } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${real}`, port: real, requests, server };
}

/** Where somebody has listened, and nobody does. */
export async function closedAddress(): Promise<string> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}
