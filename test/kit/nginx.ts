import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { ask } from './ask.ts';

export interface NginxOptions {
  /** The folder served; its files are the resources. */
  readonly root: string;
  /**
   * nginx's `limit_rate`, bytes a second for each response (`8m` is 8 MiB/s). It is held by whole seconds of
   * the clock: a response may be up to one second's worth ahead, and starts with that burst (2 MiB at most)
   * unless it is sent in small chunks. With a rate, `sendfile_max_chunk` is therefore 64k here, which makes
   * it even: 20 MB came in 2.2 s at `8m` (2.38 by arithmetic), in 19.0 s at `1m` (19.07).
   */
  readonly limitRate?: string;
  /** More directives for the `server` block. */
  readonly extra?: string;
  /** Default 1, in one process; more run under a master process. */
  readonly workers?: number;
}

/**
 * One line of the access log, written by nginx when the response is over. `range` is null when none was
 * asked.
 */
export interface NginxLine {
  readonly range: string | null;
  readonly status: number;
  /** Body bytes handed to the socket. */
  readonly bytes: number;
  /** Serial number of the connection: the same one twice is a connection used again. */
  readonly connection: number;
  readonly requestId: string;
}

/** How long nginx may take to answer the first time. */
const START_MS = 5000;
/** A port found free may be taken before nginx binds it. */
const START_TRIES = 3;

/** Debian keeps nginx in /usr/sbin, which is not on every user's PATH. */
const binary = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  .map((dir) => join(dir, 'nginx'))
  .find((path) => existsSync(path));

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => void probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => void probe.close(() => resolve()));
  return port;
}

function configuration(
  dir: string,
  port: number,
  { root, limitRate, extra = '', workers = 1 }: NginxOptions,
): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path "${dir}/${kind}";`,
  );
  // Workers started by root would run as nobody, who may not enter the folders a test has made.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  return `daemon off; master_process ${workers > 1 ? 'on' : 'off'}; worker_processes ${workers}; ${user}
pid "${dir}/pid"; error_log "${dir}/error.log";
events { worker_connections 1024; }
http {
  log_format kit '$request_id\\t$http_range\\t$status\\t$body_bytes_sent\\t$connection';
  access_log "${dir}/access.log" kit;
  ${temp.join(' ')}
  default_type application/octet-stream; sendfile on; etag on;
  ${limitRate ? 'sendfile_max_chunk 64k;' : ''}
  keepalive_requests 1000000; keepalive_timeout 60s;
  server {
    listen 127.0.0.1:${port};
    root "${root}";
    ${limitRate ? `limit_rate ${limitRate};` : ''}
    location = /.kit-ready { access_log off; return 204; }
    ${extra}
  }
}
`;
}

function parseLine(line: string): NginxLine {
  const [requestId = '', range = '-', status, bytes, connection] = line.split('\t');
  return {
    range: range === '-' ? null : range,
    status: Number(status),
    bytes: Number(bytes),
    connection: Number(connection),
    requestId,
  };
}

/**
 * The system's nginx as a child of the test, on a free port of 127.0.0.1, with all its files in a temporary
 * folder.
 */
export class Nginx {
  /** False where no nginx is installed: tests that need it are then skipped by name. */
  static readonly available: boolean = binary !== undefined;
  readonly origin: string;
  readonly #dir: string;
  readonly #child: ChildProcess;

  private constructor(origin: string, dir: string, child: ChildProcess) {
    this.origin = origin;
    this.#dir = dir;
    this.#child = child;
  }

  /** Resolves when it answers. Rejects, with what nginx said, when it ends or does not answer within 5 s. */
  static async start(options: NginxOptions): Promise<Nginx> {
    if (!binary) throw new Error('nginx is not installed');
    for (let tries = 1; ; tries++) {
      const dir = await mkdtemp(join(tmpdir(), 'kit-nginx-'));
      const port = await freePort();
      await writeFile(join(dir, 'nginx.conf'), configuration(dir, port, options));
      const args = ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', join(dir, 'error.log')];
      const child = spawn(binary, args, { stdio: 'ignore' });
      const nginx = new Nginx(`http://127.0.0.1:${port}`, dir, child);
      // A test process that ends early must not leave a server behind.
      const stop = (): void => void child.kill();
      process.once('exit', stop);
      child.once('exit', () => process.off('exit', stop));
      if (await nginx.#answers()) return nginx;
      const said = await readFile(join(dir, 'error.log'), 'utf8').catch(() => '');
      await nginx.close();
      if (tries === START_TRIES || !said.includes('Address already in use'))
        throw new Error(`nginx: ${said}`);
    }
  }

  url(path: string): string {
    return this.origin + path;
  }

  /**
   * The responses that are over, in that order. nginx writes a line just after the client has the last byte.
   */
  async log(): Promise<NginxLine[]> {
    const text = await readFile(join(this.#dir, 'access.log'), 'utf8');
    return text.split('\n').filter(Boolean).map(parseLine);
  }

  /** Ends it at once, and removes its files. */
  async close(): Promise<void> {
    if (this.#running()) {
      const exit = new Promise<void>((resolve) => void this.#child.once('exit', () => resolve()));
      this.#child.kill('SIGTERM');
      await exit;
    }
    await rm(this.#dir, { recursive: true, force: true });
  }

  #running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async #answers(): Promise<boolean> {
    const until = performance.now() + START_MS;
    while (this.#running() && performance.now() < until) {
      const { status } = await ask(this.url('/.kit-ready'));
      if (status === 204) return true;
      await after(10);
    }
    return false;
  }
}
