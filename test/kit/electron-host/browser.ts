import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../chromium.ts';
import { Cdp, type CdpSession } from './cdp.ts';
import { setChromeVersion, systemLanguages } from './environment.ts';

/** The Chromium that draws the windows. Its pipe ends with this process, and Chromium then ends too. */
class Browser {
  readonly root: CdpSession;
  /** For other clients, as Playwright: `ws://127.0.0.1:…`. */
  readonly address: string;
  readonly #cdp: Cdp;
  readonly #child: ChildProcess;
  readonly #profile: string;

  constructor(cdp: Cdp, child: ChildProcess, address: string, profile: string) {
    this.#cdp = cdp;
    this.root = cdp.session();
    this.#child = child;
    this.address = address;
    this.#profile = profile;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  session(id: string): CdpSession {
    return this.#cdp.session(id);
  }

  onExit(listener: () => void): void {
    this.#child.once('exit', listener);
  }

  /** At once, with its profile; for the end of the process, when nothing can be waited for. */
  kill(): void {
    this.#child.removeAllListeners('exit');
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      this.#child.kill('SIGKILL');
    }
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  }
}

let running: Browser | null = null;

/** The browser, once the app is ready. */
export function browser(): Browser {
  if (running === null) throw new Error('electron-host: there is no browser before the app is ready');
  return running;
}

export async function startBrowser(): Promise<Browser> {
  const profile = mkdtempSync(join(process.env['ELECTRON_HOST_PROFILES'] ?? tmpdir(), 'electron-host-'));
  const child = spawn(chromiumPath(), argumentsOf(profile), {
    // Of its own process group: all its processes can be killed together.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', lifeline()],
  });
  const [, , errors, out, incoming] = child.stdio as [null, null, Readable, Writable, Readable];
  const cdp = new Cdp(out, incoming);
  const address = await devToolsAddress(child, errors);
  running = new Browser(cdp, child, address, profile);
  const { product } = await running.root.send('Browser.getVersion');
  setChromeVersion(product.split('/')[1] ?? '');
  return running;
}

/** A pipe of whoever waits for the end of both: it is open as long as this process or Chromium lives. */
function lifeline(): number | 'ignore' {
  const descriptor = process.env['ELECTRON_HOST_LIFELINE'];
  return descriptor === undefined ? 'ignore' : Number(descriptor);
}

function argumentsOf(profile: string): string[] {
  const languages = systemLanguages();
  return [
    ...CHROMIUM_ARGUMENTS,
    `--lang=${languages[0]}`,
    `--accept-lang=${languages.join(',')}`,
    '--no-startup-window',
    '--remote-debugging-pipe',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
  ];
}

/** Chromium says it on its standard error, among other things. */
async function devToolsAddress(child: ChildProcess, errors: Readable): Promise<string> {
  let said = '';
  errors.setEncoding('utf8');
  const found = Promise.withResolvers<string>();
  const read = (text: string) => {
    said += text;
    const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
    if (address) found.resolve(address);
  };
  errors.on('data', read);
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`Chromium ended with ${code}: ${said.slice(-2000)}`);
  });
  try {
    return await Promise.race([found.promise, exited]);
  } finally {
    exited.catch(() => {});
    errors.off('data', read);
    errors.resume();
  }
}
