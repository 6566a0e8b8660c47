import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Fastify, { type FastifyInstance } from 'fastify';
import { expect, onTestFinished } from 'vitest';
import type { ZipRequest } from '../../main/contract/zip-request.ts';
import { problemOf, sendProblem } from '../../main/server/problem.ts';
import { zipRoutes } from '../../main/server/zip.ts';
import { systemClock } from '../../main/world/clock.ts';
import { EngineDesk } from '../kit/engine.ts';
import type { FakeClock } from '../kit/fake-clock.ts';
import type { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { entriesIn } from '../kit/zip-readers.ts';

const run = promisify(execFile);

export type Items = ZipRequest['items'];
type Body = Record<string, unknown>;

export interface CurlResult {
  readonly exit: number;
  readonly path: string;
}

/** The routes of streamed ZIPs on a port of their own, with an engine behind them and a server to fetch from. */
export class ZipDesk {
  readonly engine: EngineDesk;
  readonly #app: FastifyInstance;
  readonly origin: string;

  private constructor(engine: EngineDesk, app: FastifyInstance, origin: string) {
    this.engine = engine;
    this.#app = app;
    this.origin = origin;
  }

  static async open({ retries = 3, clock }: { retries?: number; clock?: FakeClock } = {}): Promise<ZipDesk> {
    const engine = await EngineDesk.open({ retries });
    const app = Fastify({ forceCloseConnections: true });
    app.setErrorHandler((thrown, { id }, reply) => sendProblem(reply, problemOf(thrown, id)));
    zipRoutes(app, {
      ...{ engine: engine.engine, clock: clock ?? systemClock, version: '1.2.3' },
      isToken: () => true,
      clients: { ws: 0, sse: 0 },
    });
    onTestFinished(() => app.close());
    return new ZipDesk(engine, app, await app.listen({ host: '127.0.0.1', port: 0 }));
  }

  get source(): FaultServer {
    return this.engine.server;
  }

  /** Connections that clients have to it. */
  get connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#app.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  }

  items(...paths: string[]): Items {
    return paths.map((path) => ({ url: this.source.url(path) }));
  }

  /** A finished task with the file at this path of the source. */
  async done(path: string): Promise<string> {
    const { id } = await this.engine.add(path);
    await this.engine.reaches(id, 'done');
    return id;
  }

  post(path: string, body: Body, init: RequestInit = {}): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return fetch(this.origin + path, { method: 'POST', headers, body: JSON.stringify(body), ...init });
  }

  zip(body: Body, init: RequestInit = {}): Promise<Response> {
    return this.post('/api/v1/zip', body, init);
  }

  /** `STATUS CODE: DETAIL` of an answer that must be a problem. */
  async problem(body: Body, path = '/api/v1/zip'): Promise<string> {
    const answer = await this.post(path, body);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('content-disposition')).toBeNull();
    const { code, detail, status } = (await answer.json()) as Record<string, unknown>;
    expect(status).toBe(answer.status);
    return `${status} ${code}: ${detail}`;
  }

  /** The body of an answer in a file. */
  async saved(answer: Response): Promise<string> {
    const path = join(await tempFolder(), 'x.zip');
    writeFileSync(path, Buffer.from(await answer.arrayBuffer()));
    return path;
  }

  /** Names and SHA-256 of the entries of a ZIP that several readers find sound. */
  async entries(path: string): Promise<[string, string][]> {
    await run('unzip', ['-tqq', path]);
    const stdin = readFileSync(path);
    const piped = run('bsdtar', ['-xOf', '-'], { encoding: 'buffer', maxBuffer: 2 ** 30 });
    piped.child.stdin?.end(stdin);
    await piped;
    return entriesIn(path);
  }

  async curl(body: Body, ...args: string[]): Promise<CurlResult> {
    const folder = await tempFolder();
    const [json, path] = [join(folder, 'body.json'), join(folder, 'x.zip')];
    writeFileSync(json, JSON.stringify(body));
    const usual = ['-sS', '-o', path, '-H', 'content-type: application/json', '--data-binary', `@${json}`];
    try {
      await run('curl', [...usual, ...args, `${this.origin}/api/v1/zip`]);
      return { exit: 0, path };
    } catch (thrown) {
      return { exit: Number((thrown as { code?: unknown }).code), path };
    }
  }

  /** An answer whose body does not flow before it is listened to. */
  raw(body: Body, options: RequestOptions = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      request(`${this.origin}/api/v1/zip`, { method: 'POST', headers, ...options }, resolve)
        .on('error', reject)
        .end(JSON.stringify(body));
    });
  }

  /** Until no request for any source is under way. */
  async quiet(): Promise<void> {
    await this.source.until(() => this.source.requests.every(({ ended }) => ended !== 'open'));
  }
}
