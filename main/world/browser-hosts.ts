import { homedir } from 'node:os';
import { join } from 'node:path';
import { EXTENSION_IDS, FIREFOX_EXTENSION_ID, NATIVE_HOST } from '../contract/hand-over.ts';
import type { Disk } from './disk.ts';
import { runProgram } from './program.ts';

/** A browser, and where it looks for the programs that its extensions speak to. */
interface BrowserPlace {
  readonly name: string;
  readonly isFirefox?: boolean;
  /** Below the user's home, by platform; on Windows below HKCU\Software. */
  readonly linux: string;
  readonly darwin: string;
  readonly win32: string;
}

const SUPPORT = 'Library/Application Support';

// https://developer.chrome.com/docs/extensions/develop/concepts/native-messaging, and MDN "Native manifests".
const PLACES: readonly BrowserPlace[] = [
  {
    name: 'Chrome',
    linux: '.config/google-chrome',
    darwin: `${SUPPORT}/Google/Chrome`,
    win32: 'Google\\Chrome',
  },
  { name: 'Chromium', linux: '.config/chromium', darwin: `${SUPPORT}/Chromium`, win32: 'Chromium' },
  {
    ...{ name: 'Edge', linux: '.config/microsoft-edge' },
    ...{ darwin: `${SUPPORT}/Microsoft Edge`, win32: 'Microsoft\\Edge' },
  },
  {
    ...{ name: 'Brave', linux: '.config/BraveSoftware/Brave-Browser' },
    ...{ darwin: `${SUPPORT}/BraveSoftware/Brave-Browser`, win32: 'BraveSoftware\\Brave-Browser' },
  },
  {
    ...{ name: 'Firefox', isFirefox: true, linux: '.mozilla', darwin: `${SUPPORT}/Mozilla` },
    win32: 'Mozilla',
  },
];

const FOLDER = 'NativeMessagingHosts';
const FIREFOX_FOLDER = 'native-messaging-hosts';
const PROGRAM_MODE = 0o755;
const PUBLIC_MODE = 0o644;
const REGISTRY_MS = 10_000;

export interface BrowserHostsOptions {
  readonly disk: Disk;
  /** Where the program and, on Windows, the manifests lie; absolute. */
  readonly folder: string;
  /** The program that browsers are to start, and what it must be given; one that needs nothing is started itself. */
  readonly command: readonly string[];
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

/** Tells the browsers of this user which program their extension speaks to. Gives which browsers. */
export async function connectBrowsers(options: BrowserHostsOptions): Promise<readonly string[]> {
  const path = await programPath(options);
  for (const place of PLACES) await write(place, manifestOf(place, path), options);
  return PLACES.map(({ name }) => name);
}

/** Takes that back. */
export async function disconnectBrowsers(options: BrowserHostsOptions): Promise<readonly string[]> {
  for (const place of PLACES) {
    await options.disk.remove(manifestPath(place, options));
    if (platformOf(options) === 'win32') await registry(['delete', keyOf(place), '/f']);
  }
  return PLACES.map(({ name }) => name);
}

function manifestOf({ isFirefox = false }: BrowserPlace, path: string): string {
  const callers = isFirefox
    ? { allowed_extensions: [FIREFOX_EXTENSION_ID] }
    : { allowed_origins: EXTENSION_IDS.map((id) => `chrome-extension://${id}/`) };
  const description = 'Hands downloads of the browser over to Satchel';
  return `${JSON.stringify({ name: NATIVE_HOST, description, path, type: 'stdio', ...callers }, null, 2)}\n`;
}

async function write(place: BrowserPlace, text: string, options: BrowserHostsOptions): Promise<void> {
  const path = manifestPath(place, options);
  await writeAnew(options.disk, path, text, PUBLIC_MODE);
  if (platformOf(options) === 'win32') await registry(['add', keyOf(place), '/ve', '/d', path, '/f']);
}

function manifestPath(place: BrowserPlace, options: BrowserHostsOptions): string {
  const { folder, home = homedir() } = options;
  const platform = platformOf(options);
  if (platform === 'win32') return join(folder, `${place.isFirefox ? 'firefox' : 'chromium'}-host.json`);
  const below = place.isFirefox && platform === 'linux' ? FIREFOX_FOLDER : FOLDER;
  return join(home, place[platform], below, `${NATIVE_HOST}.json`);
}

/** A manifest names a program and nothing that it is given: what needs more is started by a script. */
async function programPath(options: BrowserHostsOptions): Promise<string> {
  const { disk, folder, command } = options;
  const [only = '', ...more] = command;
  if (more.length === 0) return only;
  const isWindows = platformOf(options) === 'win32';
  const path = join(folder, isWindows ? 'native-host.bat' : 'native-host.sh');
  const quoted = command
    .map((each) => (isWindows ? `"${each}"` : `'${each.replaceAll("'", `'\\''`)}'`))
    .join(' ');
  const text = isWindows ? `@echo off\r\n${quoted} %*\r\n` : `#!/bin/sh\nexec ${quoted} "$@"\n`;
  await writeAnew(disk, path, text, PROGRAM_MODE);
  return path;
}

async function writeAnew(disk: Disk, path: string, text: string, mode: number): Promise<void> {
  await disk.makeFolder(join(path, '..'));
  await disk.remove(path);
  const file = await disk.create(path, mode);
  try {
    await file.write([Buffer.from(text)], 0);
  } finally {
    await file.close();
  }
}

async function registry(args: readonly string[]): Promise<void> {
  const signal = new AbortController().signal;
  await runProgram({ command: ['reg.exe', ...args], env: {}, timeoutMs: REGISTRY_MS, signal });
}

function keyOf({ win32 }: BrowserPlace): string {
  return `HKCU\\Software\\${win32}\\${FOLDER}\\${NATIVE_HOST}`;
}

function platformOf({ platform = process.platform }: Pick<BrowserHostsOptions, 'platform'>) {
  return platform === 'win32' || platform === 'darwin' ? platform : 'linux';
}
