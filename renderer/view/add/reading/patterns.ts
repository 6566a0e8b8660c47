/** `[001-100]`, `[0-100:10]`, `[a-z]`, `[a-z:2]`; `{one,two}`. An IPv6 address in brackets is none of them. */
const RANGE = /\[(?:(\d+)-(\d+)|([a-z])-([a-z])|([A-Z])-([A-Z]))(?::(\d+))?\]/;
const CHOICE = /\{([^{},]*(?:,[^{},]*)+)\}/;

/** All addresses that a pattern stands for, in order; the last part changes fastest. `null`: more than `most`. */
export function expandPattern(pattern: string, most: number): readonly string[] | null {
  const parts = partsOf(pattern);
  const count = parts.reduce((product, part) => product * part.length, 1);
  if (!(count <= most)) return null;
  let begun: readonly string[] = [''];
  for (const part of parts) {
    const values = part.values();
    begun = begun.flatMap((start) => values.map((value) => start + value));
  }
  return begun;
}

/** What can stand at one place; its values are made when they are asked for, since there may be far too many. */
interface Part {
  readonly length: number;
  readonly values: () => readonly string[];
}

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  let rest = pattern;
  while (rest !== '') {
    const found = firstOf(RANGE.exec(rest), CHOICE.exec(rest));
    if (found === null) return [...parts, one(rest)];
    if (found.index > 0) parts.push(one(rest.slice(0, found.index)));
    parts.push(partOf(found));
    rest = rest.slice(found.index + found[0].length);
  }
  return parts;
}

function firstOf(a: RegExpExecArray | null, b: RegExpExecArray | null): RegExpExecArray | null {
  if (a === null || b === null) return a ?? b;
  return a.index < b.index ? a : b;
}

function partOf(found: RegExpExecArray): Part {
  if (found[0].startsWith('{')) {
    const words = (found[1] ?? '').split(',');
    return { length: words.length, values: () => words };
  }
  const [, from, to, low, high, capital, last, by] = found;
  const step = Math.max(1, Number(by ?? 1));
  if (from !== undefined && to !== undefined) return numbers(from, to, step);
  const first = (low ?? capital ?? '').charCodeAt(0);
  const end = (high ?? last ?? '').charCodeAt(0);
  return counted(first, end, step, (code) => String.fromCharCode(code));
}

/** As many digits as the first number has, where it begins with a zero. */
function numbers(from: string, to: string, step: number): Part {
  const width = from.length > 1 && from.startsWith('0') ? from.length : 0;
  return counted(Number(from), Number(to), step, (value) => String(value).padStart(width, '0'));
}

/** Backwards too. */
function counted(from: number, to: number, step: number, text: (value: number) => string): Part {
  const length = Math.floor(Math.abs(to - from) / step) + 1;
  const sign = to < from ? -1 : 1;
  return { length, values: () => Array.from({ length }, (_, index) => text(from + sign * index * step)) };
}

function one(text: string): Part {
  return { length: 1, values: () => [text] };
}
