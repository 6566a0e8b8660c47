import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished } from 'vitest';
import { Message } from '../../main/contract/events.ts';
import { Content, type Source } from '../kit/content.ts';
import { FaultServer, type Resource } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { untilJournaled } from './leave.ts';

export const MIB = 1024 * 1024;
const root = join(import.meta.dirname, '..', '..');
const crashChild = join(root, 'test', 'kit', 'crash-child.ts');

/** Makes sure that what is tested is what is in the sources; `npm test` has built already, and then it is at once. */
export function buildFirst(): void {
  beforeAll(async () => {
    const { build } = (await import('../../scripts/build.mjs' as string)) as { build(): Promise<void> };
    await build();
  }, 60_000);
}

export interface Exit {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  /** For standard input, which is empty without it. */
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** User id to run as; needs root. */
  readonly uid?: number;
  /** Preloads test/kit/crash-child.ts, which `env` tells where to die. */
  readonly mayCrash?: boolean;
  /** Starts bin/satchel.mjs, as users do, and not what it starts. */
  readonly throughLauncher?: boolean;
  /** Runs it on a terminal of its own, made by script(1). */
  readonly onTerminal?: boolean;
}

export interface Running {
  readonly child: ChildProcess;
  /** Resolves when the program has ended and its output is read. */
  readonly exit: Promise<Exit>;
  /** Resolves when standard output or error has said this. */
  said(text: string): Promise<void>;
}

/** Starts the built program as a user does. It is killed when the test ends before it. */
export function satchel(args: readonly string[], options: RunOptions): Running {
  const [file, ...rest] = commandOf(args, options);
  const child = spawn(file, rest, {
    cwd: options.cwd,
    env: { ...plainEnvironment(), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      child.emit('said');
    });
  }
  // A program that ends at once may not have read it.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  const exit = closed.then(([status, signal]) => ({ status, signal, ...output }));
  const said = async (text: string) => {
    const early = exit.then((end) => {
      throw new Error(`It ended without saying "${text}": ${JSON.stringify(end)}`);
    });
    early.catch(() => {});
    while (!`${output.stdout}${output.stderr}`.includes(text))
      await Promise.race([once(child, 'said'), early]);
  };
  return { child, exit, said };
}

function commandOf(args: readonly string[], options: RunOptions): [string, ...string[]] {
  const program = options.throughLauncher ? ['bin', 'satchel.mjs'] : ['out', 'main', 'cli.js'];
  const preload = options.mayCrash ? ['--import', crashChild] : [];
  const command = [process.execPath, ...preload, join(root, ...program), ...args] as const;
  if (!options.onTerminal) return [...command];
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return ['script', '--quiet', '--return', '--command', quoted, '/dev/null'];
}

/** Nothing of the tests' own surroundings that the program would take for its. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD$|VITEST|NODE_|SATCHEL_|NO_COLOR$|FORCE_COLOR$|(\w+_)?proxy$)/i.test(name),
  );
  return { ...Object.fromEntries(kept), NETRC: devNull };
}

/**
 * Holds the body of the path that is read at byte `after`, and gives what lets it go on. Before it there may be one that
 * the program leaves at its head, as the wrong one, and whose first bytes the server has sent none the less.
 */
export function holdAt(server: FaultServer, path: string, after: number): () => void {
  const gates = [server.gate(path, after), server.gate(path, after)];
  return () => {
    for (const gate of gates) gate.release();
  };
}

/** Runs it to its end. */
export function run(args: readonly string[], options: RunOptions): Promise<Exit> {
  return satchel(args, options).exit;
}

export interface Desk {
  readonly server: FaultServer;
  /** The folder the program is started in. */
  readonly folder: string;
  /** Serves `size` bytes of content `seed` at the path; gives the content. */
  serve(path: string, resource?: Partial<Resource> & { seed?: number; size?: number }): Content;
  /** `satchel get ARGS`, to its end. A leading `/` in an argument makes it an address of the server. */
  get(args: readonly string[], options?: Partial<RunOptions>): Promise<Exit>;
  /** The same, started. */
  start(args: readonly string[], options?: Partial<RunOptions>): Running;
  /**
   * Starts it, and kills it with SIGKILL when the server stands at byte `after` of a body of the path and the journal
   * has what came, `journaled` bytes in all.
   */
  killAt(path: string, after: number, args: readonly string[], journaled?: number): Promise<void>;
}

/** A server and an empty folder. */
export async function desk(): Promise<Desk> {
  const server = await FaultServer.start();
  onTestFinished(() => server.close());
  const folder = await tempFolder();
  const start: Desk['start'] = (args, options = {}) => {
    const full = args.map((arg) => (arg.startsWith('/') ? server.url(arg) : arg));
    return satchel(['get', ...full], { cwd: folder, ...options });
  };
  return {
    server,
    folder,
    serve: (path, { seed = 7, size = 200_000, ...resource } = {}) => {
      const content = new Content(seed, size);
      server.serve(path, { content, ...resource });
      return content;
    },
    start,
    get: (args, options) => start(args, options).exit,
    killAt: async (path, after, args, journaled = after) => {
      const release = holdAt(server, path, after);
      const { child, exit } = start(args);
      await untilJournaled(folder, journaled);
      child.kill('SIGKILL');
      expect((await exit).signal).toBe('SIGKILL');
      release();
    },
  };
}

/** What the program asked for of the path from request `since` on: the `Range` headers, in order. */
export function ranges(at: Desk, path: string, since = 0): (string | null)[] {
  return at.server.requests
    .slice(since)
    .filter((one) => one.path === path)
    .map(({ range }) => range);
}

/** Every file of the folder with its bytes, as a digest so that a difference is shown short. */
export async function contentsOf(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await names(folder)) {
    found[name] = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
  }
  return found;
}

/** Names in a folder, sorted. */
export async function names(folder: string): Promise<string[]> {
  return (await readdir(folder)).sort();
}

/** The file's bytes are exactly the content's. */
export async function expectFile(path: string, content: Source | Buffer | string): Promise<void> {
  const wanted =
    typeof content === 'string'
      ? Buffer.from(content)
      : Buffer.isBuffer(content)
        ? content
        : content.slice(0, content.size);
  expect((await readFile(path)).equals(wanted), `${path} has the bytes wanted`).toBe(true);
}

/** Every line of `--json`, checked against the contract. */
export function messages(stdout: string): Message[] {
  const lines = stdout.split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => Message.parse(JSON.parse(line)));
}

export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** One line on standard error: what failed, its code, what to do next. */
export const told = (name: string, code: string, next: RegExp): RegExp =>
  new RegExp(`^✗ ${name.replaceAll('.', '\\.')}: [^\\n]*\\(${code}\\)[^\\n]*${next.source}[^\\n]*\\n$`);
