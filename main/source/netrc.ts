import { SatchelError } from '../contract/errors.ts';

/** One `machine` or `default` of a netrc file. */
export interface NetrcEntry {
  /** In lower case; null: `default`, which stands for every host. */
  readonly machine: string | null;
  readonly login: string | null;
  readonly password: string | null;
}

interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * A netrc file as curl reads it (netrc(5); curl's lib/netrc.c): words between white space, on any lines; words in
 * double quotes may hold spaces and the escapes \" \\ \n \r \t; a line that begins with `#` is a comment; a `macdef`
 * ends with a blank line; other words are passed over. Errors: bad-input, naming the line and not what is in it.
 */
export function parseNetrc(text: string): NetrcEntry[] {
  const entries: { machine: string | null; login: string | null; password: string | null }[] = [];
  for (const [keyword, next] of pairs(wordsOf(text))) {
    const entry = entries.at(-1);
    if (keyword === 'default') entries.push({ machine: null, login: null, password: null });
    else if (keyword === 'machine')
      entries.push({ machine: next.toLowerCase(), login: null, password: null });
    else if (entry && (keyword === 'login' || keyword === 'password')) entry[keyword] = next;
  }
  return entries;
}

const WITH_VALUE = new Set(['machine', 'login', 'password', 'account']);

function* pairs(words: readonly Word[]): Generator<[keyword: string, value: string]> {
  for (let at = 0; at < words.length; at++) {
    const { text, quoted } = words[at] as Word;
    if (quoted) continue;
    if (text === 'default') yield [text, ''];
    else if (WITH_VALUE.has(text)) {
      const value = words[at + 1];
      if (value) yield [text, value.text];
      at += 1;
    }
  }
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let inMacro = false;
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    if (inMacro) {
      inMacro = line.trim() !== '';
      continue;
    }
    if (line.trimStart().startsWith('#')) continue;
    const found = wordsOfLine(line, index + 1);
    const macro = found.findIndex((word) => !word.quoted && word.text === 'macdef');
    inMacro = macro >= 0;
    words.push(...(inMacro ? found.slice(0, macro) : found));
  }
  return words;
}

const WORD = /\s*(?:"((?:\\.|[^"\\])*)"|([^\s"]\S*))/y;

function wordsOfLine(line: string, number: number): Word[] {
  const words: Word[] = [];
  const whole = line.trimEnd();
  for (let at = 0; at < whole.length; at = WORD.lastIndex) {
    WORD.lastIndex = at;
    const found = WORD.exec(whole);
    if (!found) throw new SatchelError('bad-input', `line ${number}: a quotation mark without its other`);
    const [, quoted, plain = ''] = found;
    words.push(
      quoted === undefined
        ? { text: plain, quoted: false }
        : { text: quoted.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter), quoted: true },
    );
  }
  return words;
}

/** The login for a host (a URL's hostname), by name, else by `default`; null where there is none. */
export function netrcFor(
  entries: readonly NetrcEntry[],
  host: string,
): { readonly login: string; readonly password: string } | null {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  const entry =
    entries.find(({ machine }) => machine === name) ?? entries.find(({ machine }) => machine === null);
  if (entry == null || entry.login === null) return null;
  return { login: entry.login, password: entry.password ?? '' };
}
