import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { App } from 'electron';
import { argument, runApp } from './environment.ts';

export type PathName = Parameters<App['getPath']>[0];

const given = new Map<string, string>();

/** Where Electron looks on Linux; a name that it does not know there throws. */
export function pathOf(name: PathName): string {
  const path = given.get(name) ?? usual(name);
  if (path === null) throw new Error(`Failed to get '${name}' path`);
  return path;
}

export function setPath(name: string, path: string): void {
  if (!isAbsolute(path)) throw new Error('Path must be absolute');
  given.set(name, path);
}

export function appName(): string {
  const { productName, name } = runApp().manifest;
  return productName ?? name ?? 'Electron';
}

function usual(name: PathName): string | null {
  const home = homedir();
  switch (name) {
    case 'home':
      return home;
    case 'appData':
      return process.env['XDG_CONFIG_HOME'] || join(home, '.config');
    case 'userData':
      return argument('user-data-dir') ?? join(pathOf('appData'), appName());
    case 'sessionData':
      return pathOf('userData');
    case 'logs':
      return join(pathOf('userData'), 'logs');
    case 'crashDumps':
      return join(pathOf('userData'), 'Crashpad');
    case 'temp':
      return tmpdir();
    case 'exe':
    case 'module':
      return process.execPath;
    case 'desktop':
      return join(home, 'Desktop');
    case 'documents':
      return join(home, 'Documents');
    case 'downloads':
      return process.env['XDG_DOWNLOAD_DIR'] || join(home, 'Downloads');
    case 'music':
      return join(home, 'Music');
    case 'pictures':
      return join(home, 'Pictures');
    case 'videos':
      return join(home, 'Videos');
    default:
      return null;
  }
}
