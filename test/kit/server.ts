import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { parseServeOptions } from '../../main/contract/serve.ts';
import type { Task } from '../../main/contract/task.ts';
import { type Served, type Serving, startServer } from '../../main/server/server.ts';
import { FaultServer } from './fault-server.ts';
import { tempFolder } from './temp-folder.ts';

/** As on the command line, by their names in ServeOptions; numbers as text. */
export type ServerOptions = Readonly<Record<string, unknown>>;

/** A clock of the test's own, say. */
export type ServedOptions = Partial<Omit<Served, 'version' | 'log'>>;

export interface Ask {
  readonly method?: string;
  /** Sent as JSON, with its type. */
  readonly json?: unknown;
  readonly body?: string | Buffer<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null: none; left out: the server's. */
  readonly token?: string | null;
  readonly signal?: AbortSignal;
}

/** The whole server on a port of its own, with a server to download from beside it. */
export class ServerDesk {
  readonly source: FaultServer;
  readonly folder: string;
  readonly options: ServerOptions;
  /** The lines of its log, over all of its lives. */
  readonly log: string[] = [];
  readonly #more: ServedOptions;
  #serving: Serving | null = null;

  private constructor(source: FaultServer, folder: string, options: ServerOptions, more: ServedOptions = {}) {
    this.#more = more;
    this.source = source;
    this.folder = folder;
    this.options = options;
  }

  /** Limits are out of the way, and sources on this machine allowed, unless options say otherwise. */
  static async open(options: ServerOptions = {}, more: ServedOptions = {}): Promise<ServerDesk> {
    const source = await FaultServer.start();
    const folder = await tempFolder();
    const desk = new ServerDesk(
      source,
      folder,
      {
        dataDir: join(folder, 'data'),
        downloads: join(folder, 'downloads'),
        port: '0',
        rate: '100000',
        burst: '100000',
        allowPrivate: true,
        logLevel: 'debug',
        ...options,
      },
      more,
    );
    onTestFinished(async () => {
      await desk.#serving?.close();
      await source.close();
    });
    await desk.start();
    // Tests are not to go through the proxy of whoever runs them.
    await desk.json('/api/v1/settings', { method: 'PATCH', json: { proxy: 'none' } });
    return desk;
  }

  async start(): Promise<void> {
    const log = { write: (line: string) => void this.log.push(line) };
    this.#serving = await startServer(parseServeOptions(this.options), {
      version: '1.2.3',
      log,
      ...this.#more,
    });
  }

  async close(): Promise<void> {
    await this.serving.close();
    this.#serving = null;
  }

  get serving(): Serving {
    if (!this.#serving) throw new Error('the server is closed');
    return this.#serving;
  }

  get token(): string {
    return this.serving.token.text;
  }

  get downloads(): string {
    return String(this.options['downloads']);
  }

  url(path: string): string {
    return `${this.serving.address}${path}`;
  }

  fetch(
    path: string,
    { method, json, body, headers, token = this.token, signal }: Ask = {},
  ): Promise<Response> {
    const sent = json === undefined ? body : JSON.stringify(json);
    return fetch(this.url(path), {
      method: method ?? (sent === undefined ? 'GET' : 'POST'),
      redirect: 'manual',
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
      ...(signal ? { signal } : {}),
    });
  }

  /** The answer's JSON; a refusal fails the test. */
  async json<T = Record<string, unknown>>(path: string, ask: Ask = {}): Promise<T> {
    const answer = await this.fetch(path, ask);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${ask.method ?? ''} ${path}: ${answer.status} ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as T;
  }

  /** Status and code of an answer that must be a problem. */
  async problem(path: string, ask: Ask = {}): Promise<string> {
    const answer = await this.fetch(path, ask);
    const type = answer.headers.get('content-type') ?? '';
    const text = await answer.text();
    if (!type.startsWith('application/problem+json')) throw new Error(`no problem: ${answer.status} ${text}`);
    const { code, status } = JSON.parse(text) as { code: string; status: number };
    if (status !== answer.status) throw new Error(`says ${status}, is ${answer.status}`);
    return `${status} ${code}`;
  }

  /** A task for an address of the source, which begins with `/`. */
  async add(path: string, more: Record<string, unknown> = {}): Promise<Task> {
    const json = { kind: 'file', url: this.source.url(path), ...more };
    return (await this.json<{ task: Task }>('/api/v1/tasks', { json })).task;
  }

  async task(id: string): Promise<Task> {
    return (await this.json<{ task: Task }>(`/api/v1/tasks/${id}`)).task;
  }
}
