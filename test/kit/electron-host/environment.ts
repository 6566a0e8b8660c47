import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The Electron whose electron.d.ts the host is checked against. */
export const ELECTRON_VERSION = '45.4.1';

interface Manifest {
  readonly name?: string;
  readonly productName?: string;
  readonly version?: string;
}

/** The app that is run: the folder of its package.json, and what that says. */
export interface RunApp {
  readonly folder: string;
  readonly manifest: Manifest;
}

let running: RunApp = { folder: process.cwd(), manifest: {} };
let chromeVersion = '';

export function runApp(): RunApp {
  return running;
}

/** Makes this process the main process of the app whose main script this is. */
export function becomeMainProcess(script: string): void {
  running = appOf(resolve(script));
  const { versions } = process;
  Object.defineProperty(versions, 'electron', { value: ELECTRON_VERSION, enumerable: true });
  Object.defineProperty(versions, 'chrome', { get: () => chromeVersion, enumerable: true });
  Object.defineProperty(process, 'type', { value: 'browser', enumerable: true });
  Object.defineProperty(process, 'defaultApp', { value: !isPackaged(), enumerable: true });
  Object.defineProperty(process, 'resourcesPath', {
    value: join(running.folder, 'resources'),
    enumerable: true,
  });
}

export function setChromeVersion(version: string): void {
  chromeVersion = version;
}

export function isPackaged(): boolean {
  return process.env['ELECTRON_HOST_PACKAGED'] === '1';
}

/** As the system's settings say, in order: `['de-DE', 'en']`. */
export function systemLanguages(): string[] {
  const { LANGUAGE, LC_ALL, LANG } = process.env;
  const names = (LANGUAGE || LC_ALL || LANG || '').split(':');
  const tags = names.map((name) => (name.split('.')[0] ?? '').replace('_', '-'));
  const known = tags.filter((tag) => /^[a-z]{2,3}(-|$)/.test(tag));
  return known.length > 0 ? known : ['en-US'];
}

/** The value of `--name=value` among the arguments; null without it. */
export function argument(name: string): string | null {
  const start = `--${name}=`;
  return process.argv.find((arg) => arg.startsWith(start))?.slice(start.length) ?? null;
}

function appOf(script: string): RunApp {
  for (let folder = dirname(script); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return { folder, manifest: JSON.parse(readFileSync(manifest, 'utf8')) };
    if (folder === dirname(folder)) return { folder: dirname(script), manifest: {} };
  }
}
