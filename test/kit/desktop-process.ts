import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { chromiumPath } from './chromium.ts';
import type { ToApp, ToDesk } from './electron-host/test-channel.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** The program that stands for Electron. */
export const ELECTRON_HOST = join(import.meta.dirname, 'electron-host', 'electron-host.mjs');
const BUILT = join(ROOT, 'out', 'main', 'index.js');

export interface DesktopOptions {
  /** Without one, a folder in the home. */
  readonly dataDir?: string;
  /** Of the user: the keyring is there, and downloads go to its folder Downloads. Without one, one that goes with the app. */
  readonly home?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Another app than the Satchel that was built. */
  readonly main?: string;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** The process of the app, and the channel over which functions are run in it. */
export class DesktopProcess {
  /** Of Chromium's DevTools, when the app is ready. */
  readonly address: Promise<string>;
  /** The exit code, when the process, Chromium and its profile are gone. */
  readonly ended: Promise<number | null>;
  output = '';
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  private constructor(child: ChildProcess, profiles: string) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        this.output += text;
      });
    }
    // Chromium holds the other end too: it closes with the last of the two.
    (child.stdio[4] as Readable | null)?.resume();
    this.ended = once(child, 'close').then(([code]) => this.#close(code, profiles));
    const ready = Promise.withResolvers<string>();
    this.address = ready.promise;
    child.on('message', (message: ToDesk) => {
      if ('address' in message) ready.resolve(message.address);
      else this.#settle(message);
    });
    child.once('exit', (code) => ready.reject(new Error(`the app ended with ${code}`)));
    this.address.catch(() => {});
  }

  static async start(options: DesktopOptions): Promise<DesktopProcess> {
    const profiles = await mkdtemp(join(tmpdir(), 'satchel-profiles-'));
    const { home = join(profiles, 'home'), args = [], env = {}, main = BUILT } = options;
    const { dataDir = join(home, 'data') } = options;
    await mkdir(join(home, 'Downloads'), { recursive: true });
    const child = fork(ELECTRON_HOST, [main, ...args], {
      cwd: ROOT,
      env: { ...process.env, ...envOf(dataDir, home), ELECTRON_HOST_PROFILES: profiles, ...env },
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    });
    return new DesktopProcess(child, profiles);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  evaluate(source: string, arg: unknown): Promise<unknown> {
    if (!this.#child.connected) return Promise.reject(new Error(`the app has ended\n${this.output}`));
    this.#asked += 1;
    const id = this.#asked;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#child.send({ id, source, arg } satisfies ToApp);
    return answer;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  #settle(message: Exclude<ToDesk, { address: string }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('error' in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.value);
  }

  async #close(code: number | null, profiles: string): Promise<number | null> {
    for (const { reject } of this.#waiting.values()) reject(new Error(`the app has ended\n${this.output}`));
    this.#waiting.clear();
    await rm(profiles, { recursive: true, force: true, maxRetries: 5 });
    return code;
  }
}

/** Whatever the app keeps or looks for lies in that home; its words are English unless a test says otherwise. */
function envOf(dataDir: string, home: string): Record<string, string> {
  return {
    SATCHEL_DATA_DIR: dataDir,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_DOWNLOAD_DIR: join(home, 'Downloads'),
    LANG: 'en_US.UTF-8',
    LANGUAGE: '',
    LC_ALL: '',
    CHROMIUM_PATH: chromiumPath(),
    ELECTRON_HOST_LIFELINE: '4',
  };
}
