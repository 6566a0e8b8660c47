import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { runProgram } from './program.ts';

/** The whole download; who waits longer has no connection to speak of. */
const FETCH_MS = 120_000;

/** Exit status of a desktop that has said itself why it does not start: nothing is wrong with Electron. */
export const REFUSED = 3;

export interface RuntimeSearch {
  readonly disk: Disk;
  /** Where the packages are installed, absolute. */
  readonly modules: string;
  /** It has to be fetched first, which takes a while. */
  readonly onFetch: () => void;
  readonly signal: AbortSignal;
}

/**
 * The program that Electron's package runs, fetched if it is not there yet: the package itself comes without. Gives its
 * path, or why there is none.
 */
export async function findElectron(search: RuntimeSearch): Promise<{ path: string } | { problem: string }> {
  const { disk, modules, onFetch, signal } = search;
  const folder = join(modules, 'electron');
  if ((await disk.facts(join(folder, 'install.js'))) === null)
    return { problem: 'Electron is not installed' };
  const there = await executable(disk, folder);
  if (there !== null) return { path: there };
  onFetch();
  const command = [process.execPath, join(folder, 'install.js')];
  const failure = await runProgram({ command, env: {}, timeoutMs: FETCH_MS, signal });
  const path = failure === null ? await executable(disk, folder) : null;
  return path === null ? { problem: "Electron's runtime cannot be fetched" } : { path };
}

/** As Electron's own index.js finds it, a runtime that lies elsewhere included. */
async function executable(disk: Disk, folder: string): Promise<string | null> {
  try {
    const { ELECTRON_OVERRIDE_DIST_PATH: elsewhere } = process.env;
    const named = join(folder, 'path.txt');
    const hasName = (await disk.facts(named)) !== null;
    const name = hasName ? (await disk.readWhole(named)).toString('utf8').trim() : 'electron';
    const path = join(elsewhere || join(folder, 'dist'), name);
    return (await disk.facts(path))?.kind === 'file' ? path : null;
  } catch {
    return null;
  }
}
