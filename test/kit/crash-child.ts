/**
 * Preloaded into the built program (`node --import crash-child.ts out/main/cli.js …`), kills it with SIGKILL, with no
 * grace, at the file system call that SATCHEL_TEST_CRASH names: the named moments at which a process may
 * die between two steps that belong together.
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

type Call = 'open' | 'link' | 'unlink' | 'rename';

interface Point {
  readonly call: Call;
  /** Of the first path given to the call. */
  readonly path: RegExp;
  /** Of an `open`: only one that makes a new file. */
  readonly creating?: true;
  /** It dies when the call is done, and not before it. */
  readonly after?: true;
}

const POINTS = {
  'journal made, nothing in it': { call: 'open', path: /\.satchel$/, creating: true, after: true },
  'journal made, partial file not': { call: 'open', path: /\.part$/, creating: true },
  'sealed, not in place': { call: 'link', path: /(?<!\.old)\.part$/ },
  'sealed, not in place of the old file': { call: 'rename', path: /\.part$/ },
  'linked, old name still there': { call: 'unlink', path: /(?<!\.old)\.part$/ },
  'in place, what it replaces still there': { call: 'unlink', path: /\.old\.(satchel|part)$/ },
  'in place, journal still there': { call: 'unlink', path: /(?<!\.old)\.satchel$/ },
  'old journal linked aside': { call: 'unlink', path: /(?<!\.old)\.satchel$/ },
  'old journal aside, its partial file not': { call: 'link', path: /(?<!\.old)\.part$/ },
  'old partial file linked aside': { call: 'unlink', path: /(?<!\.old)\.part$/ },
  'old one aside, new journal not made': { call: 'open', path: /(?<!\.old)\.satchel$/, creating: true },
} satisfies Record<string, Point>;

export type CrashPoint = keyof typeof POINTS;

/** The environment that makes a preloaded program die there. */
export const crashAt = (point: CrashPoint): NodeJS.ProcessEnv => ({ SATCHEL_TEST_CRASH: point });

function dieAt({ call, path, creating, after }: Point): void {
  const real = fs[call] as (...args: unknown[]) => Promise<unknown>;
  const deadly = async (...args: unknown[]): Promise<unknown> => {
    const strikes = path.test(String(args[0])) && (!creating || String(args[1]).includes('x'));
    if (strikes && after) await real(...args);
    if (strikes) process.kill(process.pid, 'SIGKILL');
    return real(...args);
  };
  Object.assign(fs, { [call]: deadly });
  syncBuiltinESMExports();
}

const wanted = process.env['SATCHEL_TEST_CRASH'];
if (wanted !== undefined) dieAt(POINTS[wanted as CrashPoint]);
