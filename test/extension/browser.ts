import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, type BrowserContext, chromium, type Page, type Worker } from 'playwright-core';
import { EXTENSION_IDS, NATIVE_HOST } from '../../main/contract/hand-over.ts';
import { CHROMIUM_ARGUMENTS, chromiumPath } from '../kit/chromium.ts';
import { tempFolder } from '../kit/temp-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EXTENSION = join(ROOT, 'extension');
const PROGRAM = join(ROOT, 'out', 'main', 'cli.js');

/** A real Chromium that has the extension and, for `dataDir`, the native host of the Satchel there. */
export class ExtensionBrowser {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Where it downloads to itself. */
  readonly downloads: string;
  readonly #child: ChildProcess;
  readonly #browser: Browser;

  private constructor(child: ChildProcess, browser: Browser, page: Page, downloads: string) {
    this.#child = child;
    this.#browser = browser;
    this.context = page.context();
    this.page = page;
    this.downloads = downloads;
  }

  static async open(dataDir: string | null, language = 'en-US'): Promise<ExtensionBrowser> {
    const home = await tempFolder();
    const [profile, downloads] = [join(home, 'profile'), join(home, 'Downloads')];
    await mkdir(join(profile, 'Default'), { recursive: true });
    await mkdir(downloads);
    // Without Playwright's own handling of downloads, which passes the extension by.
    const preferences = { download: { default_directory: downloads, prompt_for_download: false } };
    await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
    if (dataDir !== null) await installHost(profile, dataDir);
    const child = spawn(chromiumPath(), argumentsOf(profile, language), {
      env: { ...process.env, HOME: home },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const browser = await chromium.connectOverCDP(await addressOf(child), {
      noDefaults: true,
      isLocal: true,
    });
    const [context] = browser.contexts();
    if (context === undefined) throw new Error('Chromium has no window');
    const page = context.pages()[0] ?? (await context.newPage());
    return new ExtensionBrowser(child, browser, page, downloads);
  }

  /** The part of the extension that is always there. */
  async worker(): Promise<Worker> {
    const isOurs = (worker: Worker) => worker.url().startsWith(`chrome-extension://${EXTENSION_IDS[0]}/`);
    const there = this.context.serviceWorkers().find(isOurs);
    return there ?? this.context.waitForEvent('serviceworker', isOurs);
  }

  /** What the browser's own list of downloads says: state and name. */
  async ownDownloads(): Promise<readonly string[]> {
    const worker = await this.worker();
    return worker.evaluate(async () => {
      const all = await chrome.downloads.search({});
      return all.map(({ state, filename }) => `${state} ${filename.split('/').at(-1)}`);
    });
  }

  /** Names of what lies in its folder for downloads. */
  ownFiles(): Promise<string[]> {
    return readdir(this.downloads);
  }

  async close(): Promise<void> {
    const gone = once(this.#child, 'exit');
    await this.#browser.close();
    this.#child.kill('SIGTERM');
    await gone;
  }
}

/** Of Chrome's interface for extensions, as much as tests look at. */
declare const chrome: {
  readonly downloads: {
    search(query: object): Promise<readonly { readonly state: string; readonly filename: string }[]>;
  };
};

async function installHost(profile: string, dataDir: string): Promise<void> {
  const folder = join(profile, 'NativeMessagingHosts');
  const path = join(folder, 'host.sh');
  await mkdir(folder);
  const quoted = [process.execPath, PROGRAM].map((each) => `'${each}'`).join(' ');
  await writeFile(path, `#!/bin/sh\nSATCHEL_DATA_DIR='${dataDir}' exec ${quoted} native-host "$@"\n`);
  await chmod(path, 0o755);
  const manifest = {
    ...{ name: NATIVE_HOST, description: 'Satchel', path, type: 'stdio' },
    allowed_origins: EXTENSION_IDS.map((id) => `chrome-extension://${id}/`),
  };
  await writeFile(join(folder, `${NATIVE_HOST}.json`), JSON.stringify(manifest));
}

function argumentsOf(profile: string, language: string): string[] {
  return [
    ...CHROMIUM_ARGUMENTS.filter((each) => each !== '--disable-extensions'),
    `--load-extension=${EXTENSION}`,
    `--disable-extensions-except=${EXTENSION}`,
    `--user-data-dir=${profile}`,
    `--lang=${language}`,
    '--remote-debugging-port=0',
    'about:blank',
  ];
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error('no output');
  for await (const line of createInterface({ input: child.stderr })) {
    const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
    if (address !== undefined) {
      child.stderr.resume();
      return address;
    }
  }
  throw new Error('Chromium ended before it could be asked');
}
