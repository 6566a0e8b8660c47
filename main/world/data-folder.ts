import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { z } from 'zod';
import { SatchelError } from '../contract/errors.ts';
import { type Clock, delay, systemClock } from './clock.ts';
import type { Disk } from './disk.ts';
import { InTurn } from './in-turn.ts';
import { type Lock, takeLock } from './lock.ts';
import { writeWhole } from './small-file.ts';

/** What a running Satchel tells others, in `instance.json`. Paths and addresses; the token itself is elsewhere. */
const Instance = z.object({
  pid: z.number().int(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
  /** Where its server listens; null: it has none. */
  address: z.string().nullable(),
  tokenFile: z.string().nullable(),
});
export type Instance = z.infer<typeof Instance>;

export interface DataFolderOptions {
  readonly disk: Disk;
  /** As `--data-dir` gives it; null: not given. */
  readonly dir: string | null;
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: Clock;
}

export interface DataFolder {
  readonly path: string;
  announce(address: string | null, tokenFile: string | null): Promise<void>;
  /** Others may open it from now on. */
  close(): Promise<void>;
}

const FOLDER_MODE = 0o700;
/** Somebody who only asks whether the folder is in use holds its lock for a moment: tried so often, so far apart. */
const TRIES = 5;
const BETWEEN_MS = 20;

/** Where the data folder is: as given, as the environment says, or the place of this user. Absolute. */
export function dataFolderPath(dir: string | null, env: NodeJS.ProcessEnv = process.env): string {
  return resolve(dir ?? (env['SATCHEL_DATA_DIR'] || envPaths('satchel', { suffix: '' }).data));
}

/** Makes the folder, private, if it is not there, and takes it for this process. Errors: already-running. */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const { disk, dir, env, clock = systemClock } = options;
  const wanted = dataFolderPath(dir, env);
  await disk.makeFolder(wanted, FOLDER_MODE);
  const path = await disk.realFolder(wanted);
  const lock = await takeFolder(path, clock);
  const instance = { pid: process.pid, startedAt: clock.now() };
  const file = instancePath(path);
  const writing = new InTurn();
  const announce = (address: string | null, tokenFile: string | null) => {
    const text = `${JSON.stringify({ ...instance, address, tokenFile }, null, 2)}\n`;
    return writing.run(() => writeWhole(disk, file, Buffer.from(text)));
  };
  try {
    await announce(null, null);
  } catch (thrown) {
    await lock.release();
    throw thrown;
  }
  const close = async () => {
    await writing.ended();
    // Before the lock: afterwards it may be that of the next one.
    await disk.remove(file).finally(() => lock.release());
  };
  return { path, announce, close };
}

const instancePath = (folder: string) => join(folder, 'instance.json');
const lockKey = (folder: string) => `data folder ${folder}`;

async function takeFolder(folder: string, clock: Clock): Promise<Lock> {
  for (let tried = 1; ; tried++) {
    try {
      return await takeLock(lockKey(folder));
    } catch (thrown) {
      if (!(thrown instanceof SatchelError) || thrown.code !== 'already-running') throw thrown;
      if (tried === TRIES) throw new SatchelError('already-running', folder);
      await delay(clock, BETWEEN_MS);
    }
  }
}

/**
 * The Satchel that is at work in a folder; null when none is, whatever a crash has left behind. The file alone proves
 * nothing, and neither does a process of that id: the lock does.
 */
export async function readInstance(disk: Disk, folder: string): Promise<Instance | null> {
  const file = instancePath(folder);
  if ((await disk.facts(file)) === null || !(await isTaken(await disk.realFolder(folder)))) return null;
  try {
    return Instance.parse(JSON.parse((await disk.readWhole(file)).toString('utf8')));
  } catch {
    // It was just closed, or is just starting.
    return null;
  }
}

async function isTaken(folder: string): Promise<boolean> {
  try {
    await (await takeLock(lockKey(folder))).release();
    return false;
  } catch (thrown) {
    if (thrown instanceof SatchelError && thrown.code === 'already-running') return true;
    throw thrown;
  }
}
