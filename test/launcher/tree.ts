import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** A folder with these files in it and, copied from here, these folders; gone after the test. */
export async function plantTree(files: Record<string, string>, copied: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'satchel-tree-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of copied) await cp(join(root, name), join(folder, name), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

/** Gives the tree the Node package that `npm ci` put here. */
export async function lendNode(tree: string): Promise<void> {
  await mkdir(join(tree, 'node_modules'), { recursive: true });
  await symlink(join(root, 'node_modules', nodePackage), join(tree, 'node_modules', nodePackage));
}

/** A Node on PATH that is too old for Satchel but can run its launcher, or null. */
export function findOldNode(): string | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'node');
    const version = spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout ?? '';
    const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
    if (major === 20 || major === 21 || (major === 22 && minor < 12)) return path;
  }
  return null;
}

export interface Started {
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the output so far contains `text`. */
  said(text: string): Promise<void>;
  /** Resolves when the program has ended and everything that shared its output has closed it. */
  ended(): Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>;
}

/** Starts a program of its own process group; whatever is left of the group is killed after the test. */
export function start(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv },
): Started {
  const child = spawn(command, args, {
    ...options,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${command} cannot be started`);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      child.emit('said');
    });
  }
  const closed = once(child, 'close') as Promise<[number | null, string | null]>;
  onTestFinished(() => killGroup(pid));
  return {
    pid,
    kill: (signal) => void child.kill(signal),
    async said(text) {
      const ending = closed.then(() => {
        throw new Error(`It ended without saying "${text}": ${output.stdout}${output.stderr}`);
      });
      ending.catch(() => {});
      while (!`${output.stdout}${output.stderr}`.includes(text))
        await Promise.race([once(child, 'said'), ending]);
    },
    async ended() {
      const [code, signal] = await closed;
      return { code, signal, ...output };
    },
  };
}

export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left, as it should be.
  }
}

/** This process's environment without what npm and vitest put into it. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD$|VITEST|NODE_|SATCHEL_)/.test(name),
  );
  return Object.fromEntries(kept);
}
