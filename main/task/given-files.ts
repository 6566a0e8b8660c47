import { join } from 'node:path';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import type { GetOptions } from '../contract/get.ts';
import type { FileCookie } from '../source/cookies.ts';
import { type NetrcEntry, parseNetrc } from '../source/netrc.ts';
import type { Disk } from '../world/disk.ts';

/** What stands in the files that a command line names, or that are read without being named. */
export interface GivenFiles {
  readonly cookies: readonly FileCookie[];
  readonly netrc: readonly NetrcEntry[];
  /** PEM. */
  readonly ca: string | null;
  /** What could not be used, and is no failure. */
  readonly notes: readonly string[];
}

/** Where a netrc file may be. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: string;
}

/** Errors: bad-input for a named file that cannot be read or understood; never what is in it. */
export async function readGivenFiles(
  disk: Disk,
  options: Pick<GetOptions, 'cookies' | 'ca' | 'netrc'>,
  around: Surroundings,
): Promise<GivenFiles> {
  const { cookies, ca } = options;
  const login = options.netrc ? await readNetrc(disk, around) : { entries: [], notes: [] };
  return {
    cookies: cookies === undefined ? [] : await readCookies(disk, cookies),
    netrc: login.entries,
    ca: ca === undefined ? null : await readNamed(disk, ca, '--ca: the file'),
    notes: login.notes,
  };
}

async function readCookies(disk: Disk, path: string): Promise<FileCookie[]> {
  const text = await readNamed(disk, path, '--cookies: the file');
  const { parseCookieFile } = await import('../source/cookies.ts');
  return parseCookieFile(text);
}

/** `what` names it in the error: bad-input where it cannot be read. */
export async function readNamed(disk: Disk, path: string, what: string): Promise<string> {
  try {
    return (await disk.readWhole(path)).toString();
  } catch (thrown) {
    const { detail = path } = asSatchelError(thrown);
    throw new SatchelError('bad-input', `${what} cannot be read: ${detail}`, { cause: thrown });
  }
}

/** Nobody has asked for it, so nothing about it may end the command. */
async function readNetrc(
  disk: Disk,
  { env, home, platform }: Surroundings,
): Promise<{ entries: NetrcEntry[]; notes: string[] }> {
  const usual = platform === 'win32' ? ['.netrc', '_netrc'] : ['.netrc'];
  const paths = env.NETRC ? [env.NETRC] : usual.map((name) => join(home, name));
  for (const path of paths) {
    try {
      if ((await disk.facts(path)) === null) continue;
      return { entries: parseNetrc((await disk.readWhole(path)).toString()), notes: [] };
    } catch (thrown) {
      const { detail = path } = asSatchelError(thrown);
      return { entries: [], notes: [`${path} is not used: ${detail}`] };
    }
  }
  return { entries: [], notes: [] };
}
