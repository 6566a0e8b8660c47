import { randomUUID } from 'node:crypto';
import {
  type FSWatcher,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pack, unpack } from './page/codec.ts';

export interface SecondInstance {
  readonly argv: string[];
  readonly folder: string;
  readonly data: unknown;
}

interface Lock {
  readonly file: string;
  readonly watcher: FSWatcher;
}

let held: Lock | null = null;

export function holdsLock(): boolean {
  return held !== null;
}

/**
 * One app for each user data folder. The file of the lock says who holds it; a second one leaves its arguments in a
 * folder beside it, and gets false. `data` must be something that can be cloned.
 */
export function takeLock(folder: string, data: unknown, onSecond: (second: SecondInstance) => void): boolean {
  if (held !== null) return true;
  const letters = join(folder, 'SingletonLetters');
  const file = join(folder, 'SingletonLock');
  mkdirSync(letters, { recursive: true });
  if (!isTaken(file)) {
    held = { file, watcher: watch(letters, () => readLetters(letters, onSecond)) };
    held.watcher.unref();
    return true;
  }
  const letter = join(letters, randomUUID());
  writeFileSync(letter, JSON.stringify({ argv: process.argv, folder: process.cwd(), data: pack(data) }));
  // Under its last name it is whole.
  renameSync(letter, `${letter}.json`);
  return false;
}

export function releaseLock(): void {
  held?.watcher.close();
  if (held !== null) rmSync(held.file, { force: true });
  held = null;
}

/** Whether another process that lives has it; if not, this one has it now. */
function isTaken(file: string): boolean {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return false;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
    }
    if (isAlive(Number(readFileSync(file, 'utf8')))) return true;
    rmSync(file, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function readLetters(folder: string, onSecond: (second: SecondInstance) => void): void {
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.json')) continue;
    const path = join(folder, name);
    const { argv, folder: from, data } = JSON.parse(readFileSync(path, 'utf8'));
    rmSync(path);
    onSecond({ argv, folder: from, data: unpack(data) });
  }
}
