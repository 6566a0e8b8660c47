import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { env } from 'node:process';
import type { FastifyInstance } from 'fastify';
import type { DestinationStream } from 'pino';
import { SatchelError } from '../contract/errors.ts';
import type { ServeOptions } from '../contract/serve.ts';
import { type Engine, openEngine } from '../engine.ts';
import { type Clock, systemClock } from '../world/clock.ts';
import { Disk } from '../world/disk.ts';
import { LogFile } from '../world/log-file.ts';
import { createApp } from './app.ts';
import type { ServerContext } from './context.ts';
import { openHandOver } from './hand-over.ts';
import { createLog } from './log.ts';
import { isLoopback } from './origins.ts';
import { Pairings } from './pairings.ts';
import { signInLink } from './session-routes.ts';
import { Sessions } from './sessions.ts';
import { SignInCodes } from './sign-in-codes.ts';
import { startTelemetry, type Telemetry } from './telemetry.ts';
import { keepToken, openTokenFile, type Token, tokenCheck } from './token.ts';

export interface Serving {
  /** Where it can be asked from this machine. */
  readonly address: string;
  readonly token: Token;
  /** An address that signs in whoever follows it: once, within ten minutes. */
  signInLink(): string;
  /** Ends it in good order: every download with its last barrier. */
  close(): Promise<void>;
}

export interface Served {
  readonly version: string;
  /** Where its log goes. */
  readonly log: DestinationStream;
  /** Of sessions, limits and heartbeats. */
  readonly clock?: Clock;
  /** How long a whole request may take to come. */
  readonly requestMs?: number;
}

/** Requests that are under way when it closes have so long to be answered. */
const LAST_ANSWERS_MS = 1000;
/** Beside the program, where it is built. */
const PAGES = join(import.meta.dirname, '..', 'renderer');
const ANYWHERE = { '0.0.0.0': '127.0.0.1', '::': '::1' } as const;

/** The task manager with its HTTP door open. Throws `already-running`, `bad-input`. */
export async function startServer(options: ServeOptions, served: Served): Promise<Serving> {
  demandToken(options);
  const telemetry = await telemetryOf(options, served);
  try {
    const serving = await openAll(options, served);
    const close = () => serving.close().finally(() => telemetry.close());
    return { ...serving, close };
  } catch (thrown) {
    await telemetry.close();
    throw thrown;
  }
}

/** Before there is any task, so that each of their runs is seen. */
function telemetryOf({ logLevel }: ServeOptions, { version, log: to }: Served): Promise<Telemetry> {
  const log = createLog(logLevel, to);
  return startTelemetry({ env, version, onFailure: () => log.warn('spans cannot be sent') });
}

/** The door alone, of a task manager that is at work already and goes on when the door closes. */
export async function openDoor(engine: Engine, options: ServeOptions, served: Served): Promise<Serving> {
  demandToken(options);
  return open(options, served, { disk: new Disk(), engine });
}

async function openAll(options: ServeOptions, served: Served): Promise<Serving> {
  const disk = new Disk();
  const downloads = resolve(options.downloads ?? join(homedir(), 'Downloads', 'Satchel'));
  await disk.makeFolder(downloads);
  const engine = await openEngine({
    dataDir: options.dataDir ?? null,
    downloads,
    version: served.version,
    publicOnly: !options.allowPrivate,
    confined: true,
  });
  try {
    const door = await open(options, served, { disk, engine });
    const { version } = served;
    const browsers = await openHandOver({ engine, version, offer: (text) => engine.offer(text) });
    let closing: Promise<void> | null = null;
    const close = () => {
      closing ??= Promise.all([door.close(), browsers.close()]).then(() => engine.close());
      return closing;
    };
    return { ...door, close };
  } catch (thrown) {
    await engine.close();
    throw thrown;
  }
}

interface Cuttable {
  destroy(): unknown;
}

/**
 * The connections that are open now. Node forgets one that asks to become a WebSocket; refused while the server closes, it
 * belongs to nobody, and the server would wait for it for ever.
 */
function socketsOf(server: FastifyInstance['server']): ReadonlySet<Cuttable> {
  const sockets = new Set<Cuttable>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

/** Whoever can reach it from elsewhere must know something that its owner has chosen to tell. */
function demandToken({ host, token, tokenFile }: ServeOptions): void {
  if (token !== undefined && tokenFile !== undefined) {
    throw new SatchelError('bad-input', '--token and --token-file: give one of them');
  }
  if (token === undefined && tokenFile === undefined && !isLoopback(host)) {
    throw new SatchelError('bad-input', `--host ${host}: others can reach it: give --token or --token-file`);
  }
}

async function open(
  options: ServeOptions,
  { version, log, clock = systemClock, requestMs }: Served,
  { disk, engine }: { readonly disk: Disk; readonly engine: Engine },
): Promise<Serving> {
  const folder = engine.dataFolder.path;
  const token = await tokenOf(options, disk, folder);
  const sessions = await Sessions.open({
    disk,
    clock,
    file: join(folder, 'sessions.json'),
    token: token.text,
  });
  const pairings = await Pairings.open(disk, clock, join(folder, 'paired.json'));
  const isToken = tokenCheck(token.text);
  const codes = new SignInCodes(clock);
  const logFile = new LogFile(disk, join(folder, 'logs'));
  const context: ServerContext = { engine, clock, version, isToken, clients: { ws: 0, sse: 0 } };
  const writeBoth = (line: string) => {
    log.write(line);
    logFile.write(line);
  };
  const { host, port, rate, burst, allowHost, allowOrigin, logLevel } = options;
  const app = await createApp({
    ...{ context, sessions, pairings, codes, host, limit: { rate, burst } },
    allowHosts: allowHost,
    allowOrigins: allowOrigin,
    log: createLog(logLevel, { write: writeBoth }),
    pages: (await disk.facts(PAGES))?.kind === 'folder' ? PAGES : null,
    ...(requestMs === undefined ? {} : { requestMs }),
  });
  const sockets = socketsOf(app.server);
  const address = await listen(() => app.listen({ host, port }));
  await engine.dataFolder.announce(address, token.file);
  let closing: Promise<void> | null = null;
  const close = async () => {
    const cut = systemClock.after(LAST_ANSWERS_MS, () => {
      for (const socket of sockets) socket.destroy();
    });
    await app.close();
    cut.stop();
    await engine.dataFolder.announce(null, null).catch(() => {});
    await logFile.close();
  };
  return {
    address,
    token,
    signInLink: () => signInLink(address, codes.issue()),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

async function tokenOf({ token, tokenFile }: ServeOptions, disk: Disk, folder: string): Promise<Token> {
  if (token !== undefined) return keepToken(disk, join(folder, 'token.given'), token);
  return openTokenFile(disk, resolve(tokenFile ?? join(folder, 'token')));
}

/** Gives the address under which this machine finds it. */
async function listen(begin: () => Promise<string>): Promise<string> {
  try {
    const url = new URL(await begin());
    const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const local = ANYWHERE[name as keyof typeof ANYWHERE] ?? name;
    return `http://${local.includes(':') ? `[${local}]` : local}:${url.port || '80'}`;
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new SatchelError('already-running', 'something else listens on this port');
    throw new SatchelError('bad-input', `cannot listen: ${message}`, { cause: thrown });
  }
}
