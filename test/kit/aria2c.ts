import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { env } from 'node:process';
import { onTestFinished } from 'vitest';
import { tempFolder } from './temp-folder.ts';

export const aria2cIsThere = spawnSync('aria2c', ['--version']).status === 0;

/** The real one, to compare with. */
export class Aria2c {
  readonly url: string;
  readonly folder: string;

  private constructor(url: string, folder: string) {
    this.url = url;
    this.folder = folder;
  }

  static async start(secret: string): Promise<Aria2c> {
    const folder = await tempFolder();
    const port = await freePort();
    const rpc = ['--enable-rpc', `--rpc-listen-port=${port}`, `--rpc-secret=${secret}`];
    const rest = ['--no-conf', '--max-tries=1', `--dir=${folder}`, '--all-proxy=', '--enable-dht=false'];
    const child = spawn('aria2c', [...rpc, ...rest], {
      env: withoutProxies(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => stop(child));
    await listens(child);
    return new Aria2c(`http://127.0.0.1:${port}/jsonrpc`, folder);
  }
}

/** It takes no port 0. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function withoutProxies(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/_proxy$/i.test(name)));
}

/** It says so. */
function listens(child: ChildProcess): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    const heard = (data: Buffer) => {
      said += String(data);
      if (/IPv4 RPC: listening/.test(said)) resolve();
    };
    child.stdout?.on('data', heard);
    child.stderr?.on('data', heard);
    child.once('exit', () => reject(new Error(`aria2c has ended: ${said}`)));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
