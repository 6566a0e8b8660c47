import picomatch from 'picomatch';
import { SatchelError } from '../contract/errors.ts';

/** `path` has `/` between its parts and none at its ends. */
export type Exclude = (path: string, isFolder: boolean) => boolean;

interface Rule {
  readonly excludes: boolean;
  readonly foldersOnly: boolean;
  readonly matches: (path: string) => boolean;
}

/**
 * What these patterns leave out, much as gitignore has it: one without `/` is for the name of a file or folder wherever
 * it is, any other for the whole path; `dir/` is for folders only; `*` ends at a `/` and `**` does not; `!` takes back
 * what a pattern before it says; the last one that matches decides. Nobody asks for what is in a folder that is left
 * out. Throws `bad-input`.
 */
export function excluder(patterns: readonly string[]): Exclude {
  const rules = patterns.map((pattern) => ruleOf(pattern.trim())).filter((rule) => rule !== null);
  return (path, isFolder) => {
    const last = rules.findLast((rule) => (isFolder || !rule.foldersOnly) && rule.matches(path));
    return last?.excludes ?? false;
  };
}

/** Names that begin with a dot are like others, and paths have no backslashes, on Windows too. */
const OPTIONS = { dot: true, nonegate: true, windows: false } as const;

function ruleOf(pattern: string): Rule | null {
  const excludes = !pattern.startsWith('!');
  const foldersOnly = pattern.endsWith('/');
  // `./x` is what a shell's completion makes of x.
  const core = pattern.replace(/^!/, '').replace(/^\.\//, '/').replace(/\/+$/, '');
  const glob = core.replace(/^\/+/, '');
  if (glob === '') return null;
  const matches = matcherOf(glob);
  if (core.includes('/')) return { excludes, foldersOnly, matches };
  return { excludes, foldersOnly, matches: (path) => matches(path.slice(path.lastIndexOf('/') + 1)) };
}

/** Throws `bad-input`. */
function matcherOf(glob: string): Rule['matches'] {
  try {
    const matches = picomatch(glob, OPTIONS);
    // Only now it is compiled, anew for each kind of text, and may turn out to be too large.
    matches('x');
    matches('中');
    return matches;
  } catch (cause) {
    throw new SatchelError('bad-input', `no pattern: ${glob.slice(0, 100)}`, { cause });
  }
}
