/** `[001-100]`, `[0-100:10]`, `[a-z]`, `[a-z:2]`. An IPv6 address in brackets is none of them. */
const RANGE = /\[(?:(\d+)-(\d+)|([a-z])-([a-z])|([A-Z])-([A-Z]))(?::(\d+))?\]/y;

/** Nobody writes a longer one; braces in each other are looked through again and again. */
const LONGEST = 8192;
const DEEPEST = 32;
/** So many braces that are none of ours: the rest of them are none either. */
const MOST_PLAIN = 100;

/**
 * All addresses that a pattern stands for, in order; the last part changes fastest. `{one,two}` may hold ranges and
 * further braces. `null`: more than `most`.
 */
export function expandPattern(pattern: string, most: number): readonly string[] | null {
  if (pattern.length > LONGEST) return [pattern];
  const part = sequenceOf(pattern);
  return part.length <= most ? part.values() : null;
}

/** What can stand at one place; its values are made when they are asked for, since there may be far too many. */
interface Part {
  readonly length: number;
  readonly values: () => readonly string[];
}

/** One part after the other. */
function sequenceOf(pattern: string, depth = 0): Part {
  const parts: Part[] = [];
  let plain = '';
  let braces = depth < DEEPEST ? MOST_PLAIN : 0;
  for (let at = 0; at < pattern.length; ) {
    const isBrace = pattern[at] === '{';
    const found = isBrace ? braces > 0 && choiceAt(pattern, at, depth) : rangeAt(pattern, at);
    if (!found) {
      if (isBrace) braces -= 1;
      plain += pattern[at];
      at += 1;
      continue;
    }
    parts.push(one(plain), found.part);
    plain = '';
    at = found.end;
  }
  parts.push(one(plain));
  return {
    length: parts.reduce((product, part) => product * part.length, 1),
    values: () =>
      parts.reduce<readonly string[]>(
        (begun, part) => {
          const values = part.values();
          return begun.flatMap((start) => values.map((value) => start + value));
        },
        [''],
      ),
  };
}

interface Found {
  readonly part: Part;
  readonly end: number;
}

function rangeAt(pattern: string, at: number): Found | null {
  RANGE.lastIndex = at;
  const found = RANGE.exec(pattern);
  return found === null ? null : { part: rangeOf(found), end: RANGE.lastIndex };
}

/** Braces with a comma between them; others are a part of the address. */
function choiceAt(pattern: string, at: number, deep: number): Found | null {
  const words: string[] = [];
  let [depth, start] = [0, at + 1];
  for (let end = at; end < pattern.length; end += 1) {
    const sign = pattern[end];
    if (sign === '{') depth += 1;
    else if (sign === '}') depth -= 1;
    if (depth === 0 || (depth === 1 && sign === ',')) {
      words.push(pattern.slice(start, end));
      start = end + 1;
    }
    if (depth === 0) return words.length < 2 ? null : { part: choiceOf(words, deep + 1), end: end + 1 };
  }
  return null;
}

function choiceOf(words: readonly string[], deep: number): Part {
  const parts = words.map((word) => sequenceOf(word, deep));
  return {
    length: parts.reduce((sum, part) => sum + part.length, 0),
    values: () => parts.flatMap((part) => part.values()),
  };
}

function rangeOf(found: RegExpExecArray): Part {
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
