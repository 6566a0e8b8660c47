import picomatch from 'picomatch';

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
 * out.
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
  const matches = picomatch(glob, OPTIONS);
  if (core.includes('/')) return { excludes, foldersOnly, matches };
  return { excludes, foldersOnly, matches: (path) => matches(path.slice(path.lastIndexOf('/') + 1)) };
}
