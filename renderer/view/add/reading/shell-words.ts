/** The words of the first command of a text as a shell parts them, and where the command ends. */
export interface Command {
  readonly words: readonly string[];
  readonly end: number;
}

/** The words of a command for a shell of POSIX or, as browsers copy it there, for that of Windows. */
export function commandWords(text: string): Command {
  const [lines = ''] = /^(?:[^\r\n]*\^\r?\n)*[^\r\n]*/.exec(text) ?? [];
  if (!/\s\^"/.test(lines)) return shellWords(text);
  // Of two signs the second is meant, whatever it is; of the end of a line neither.
  const meant = lines.replace(/\^(\r?\n|[\s\S])/g, (_, sign: string) => (/\n$/.test(sign) ? ' ' : sign));
  return { words: shellWords(meant).words, end: lines.length };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** POSIX quoting, `$'…'`, and lines that go on after a backslash (or `^`, as Windows has it). */
export function shellWords(text: string): Command {
  const reader = new Reader(text);
  const words: string[] = [];
  for (let word = reader.word(); word !== null; word = reader.word()) words.push(word);
  return { words, end: reader.at };
}

class Reader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Null at the end of the command. */
  word(): string | null {
    this.#passSpace();
    let word = '';
    const start = this.at;
    while (this.at < this.#text.length && !/[\s;&|]/.test(this.#now())) word += this.#piece();
    return this.at === start ? null : word;
  }

  #now(): string {
    return this.#text[this.at] ?? '';
  }

  #passSpace(): void {
    const space = /(?:[ \t]|[\\^]\r?\n)*/y;
    space.lastIndex = this.at;
    space.test(this.#text);
    this.at = space.lastIndex;
  }

  #piece(): string {
    const sign = this.#now();
    if (sign === "'") return this.#quoted(/'([^']*)(?:'|$)/y, (inner) => inner);
    if (sign === '"') {
      return this.#quoted(/"((?:\\[\s\S]|[^"\\])*)\\?(?:"|$)/y, (inner) =>
        inner.replace(/\\([$`"\\\n])/g, (_, next: string) => (next === '\n' ? '' : next)),
      );
    }
    if (this.#text.startsWith("$'", this.at)) {
      return this.#quoted(/\$'((?:\\[\s\S]|[^'\\])*)\\?(?:'|$)/y, unescaped);
    }
    this.at += 1;
    // A backslash may be the last of the text; behind its end a search would begin anew.
    if (sign !== '\\' || this.at === this.#text.length) return sign;
    const next = this.#now();
    this.at += 1;
    return next === '\n' ? '' : next;
  }

  /** `pattern` matches whatever follows, to the end of the text too: a backslash may be the last of it. */
  #quoted(pattern: RegExp, meant: (inner: string) => string): string {
    pattern.lastIndex = this.at;
    const inner = pattern.exec(this.#text)?.[1] ?? '';
    this.at = pattern.lastIndex;
    return meant(inner);
  }
}

function unescaped(inner: string): string {
  return inner.replace(/\\(?:u([0-9a-f]{1,4})|x([0-9a-f]{1,2})|([\s\S]))/gi, (_, wide, narrow, sign) => {
    const code: string | undefined = wide ?? narrow;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return ESCAPES[sign] ?? sign;
  });
}
