import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

export interface ProgramRun {
  /** The program and its arguments, as they are given to it: no shell looks at them. */
  readonly command: readonly string[];
  /** Added to the environment of this process, less what is ours in it. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Why a program has not done what it was to do, in a few words; null: it has. */
export type ProgramFailure = string | null;

/** A program that was asked to end has so long before it is made to. */
const LAST_MS = 2000;

/**
 * Runs a program to its end, without input, and without looking at what it says. One that takes too long is ended, and
 * with it what it has started (where there are process groups). Never rejects.
 */
export function runProgram({ command, env, timeoutMs, signal }: ProgramRun): Promise<ProgramFailure> {
  const [file = '', ...args] = command;
  return new Promise((resolve) => {
    if (signal.aborted) return resolve('it was stopped');
    const own = process.platform !== 'win32';
    const child = started(file, args, {
      stdio: 'ignore',
      shell: false,
      detached: own,
      windowsHide: true,
      env: { ...environment(), ...env },
    });
    if (typeof child === 'string') return resolve(child);
    let why: ProgramFailure = null;
    let made: NodeJS.Timeout | undefined;
    const kill = (name: NodeJS.Signals) => {
      try {
        if (own && child.pid !== undefined) process.kill(-child.pid, name);
        else child.kill(name);
      } catch {
        // It has just ended.
      }
    };
    const end = (reason: string) => {
      why ??= reason;
      kill('SIGTERM');
      made ??= setTimeout(() => kill('SIGKILL'), LAST_MS);
    };
    const late = setTimeout(() => end(`it took longer than ${timeoutMs / 1000} s`), timeoutMs);
    const stop = () => end('it was stopped');
    signal.addEventListener('abort', stop, { once: true });
    const over = (failure: ProgramFailure) => {
      // What it has started may not have listened.
      if (why !== null) kill('SIGKILL');
      clearTimeout(late);
      clearTimeout(made);
      signal.removeEventListener('abort', stop);
      resolve(failure);
    };
    child.once('error', (error: NodeJS.ErrnoException) => over(notStarted(error)));
    child.once('close', (code, by) => {
      over(why ?? (code === 0 ? null : code === null ? `it was ended by ${by}` : `it ended with ${code}`));
    });
  });
}

/** Some failures to start are thrown (what is no program, a NUL in a word), others told later. */
function started(file: string, args: string[], options: SpawnOptions): ChildProcess | string {
  try {
    return spawn(file, args, options);
  } catch (thrown) {
    return notStarted(thrown as NodeJS.ErrnoException);
  }
}

function notStarted({ code }: NodeJS.ErrnoException): string {
  return `it cannot be started: ${code ?? 'unknown'}`;
}

/** How a program has ended: its exit status, the signal that ended it, or why it could not be started. */
export type ProgramEnd = { readonly code: number } | { readonly problem: string };

/**
 * Runs a program in this one's place: with its inputs, outputs and environment. When `signal` is aborted it is told to
 * end.
 */
export function runForeground(command: readonly string[], signal: AbortSignal): Promise<ProgramEnd> {
  const [file = '', ...args] = command;
  return new Promise((resolve) => {
    const child = started(file, args, { stdio: 'inherit' });
    if (typeof child === 'string') return resolve({ problem: child });
    const stop = () => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    const over = (end: ProgramEnd) => {
      signal.removeEventListener('abort', stop);
      resolve(end);
    };
    child.once('error', (error: NodeJS.ErrnoException) => over({ problem: notStarted(error) }));
    child.once('close', (code, by) => over(code === null ? { problem: `it was ended by ${by}` } : { code }));
  });
}

/**
 * Starts a program and leaves it to itself: it goes on when this one ends, and what it has to say nobody hears. One that
 * cannot be started is none.
 */
export function startProgram(command: readonly string[]): void {
  const [file = '', ...args] = command;
  const child = started(file, args, { stdio: 'ignore', detached: true, env: environment() });
  if (typeof child === 'string') return;
  child.once('error', () => {});
  child.unref();
}

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SATCHEL_')));
}
