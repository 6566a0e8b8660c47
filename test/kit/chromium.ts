import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'] as const;

/** Where Debian puts it, for a PATH that does not lead there. */
const USUAL_FOLDERS = ['/usr/bin', '/usr/local/bin', '/snap/bin'] as const;

const NOT_INSTALLED = `No Chromium: set CHROMIUM_PATH, or install one (${NAMES.join(', ')}).`;

/** Chromium for tests: no window, no network of its own, nothing that slows down what is out of sight. */
export const CHROMIUM_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-extensions',
  '--disable-sync',
  '--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
  '--mute-audio',
  '--password-store=basic',
  '--use-mock-keychain',
  // A page that asks for anything but this machine must fail everywhere alike.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE [::1]',
] as const;

/** The Chromium of CHROMIUM_PATH, else the one that is installed. Throws where there is none. */
export function chromiumPath(): string {
  const found = findChromium();
  if (found === null) throw new Error(NOT_INSTALLED);
  return found;
}

/**
 * Installs Chromium where there is none: Debian's package if this is root, else the one of Playwright. For the set-up
 * of a test run; it may take a minute. Throws when it could not be had.
 */
export async function ensureChromium(): Promise<string> {
  const found = findChromium() ?? (await playwrightsChromium());
  if (found !== null) return found;
  if (process.getuid?.() === 0 && runs('apt-get', ['--version'])) {
    runs('apt-get', ['update', '-qq']);
    runs('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
  }
  if (findChromium() === null) runs('npx', ['playwright-core', 'install', 'chromium']);
  const installed = findChromium() ?? (await playwrightsChromium());
  if (installed === null) throw new Error(NOT_INSTALLED);
  return installed;
}

function findChromium(): string | null {
  const given = process.env['CHROMIUM_PATH'];
  if (given) {
    if (isAbsolute(given) && isExecutable(given)) return given;
    throw new Error(`CHROMIUM_PATH is no program: ${given}`);
  }
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...USUAL_FOLDERS];
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find(isExecutable) ?? null;
}

/** Also tells the apps that tests start, which look at CHROMIUM_PATH. */
async function playwrightsChromium(): Promise<string | null> {
  const { chromium } = await import('playwright-core');
  const path = chromium.executablePath();
  if (!isExecutable(path)) return null;
  process.env['CHROMIUM_PATH'] = path;
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isAbsolute(path);
  } catch {
    return false;
  }
}

function runs(command: string, args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
}
