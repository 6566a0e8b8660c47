import fc from 'fast-check';

/** One change, without the thing that it is done to: so that a failure shrinks to few changes at small places. */
interface Change {
  readonly how: number;
  /** Where, as a share of what is there. */
  readonly at: number;
  readonly to: number;
  readonly byte: number;
  readonly text: string;
}

/** Not `fc.double`: half of all doubles below 1 are so near to 0 that only beginnings would ever be changed. */
const share = fc.nat(999_999).map((part) => part / 1_000_000);

/** Whoever is strict about bytes, lengths, depths or names fails at one of these. */
const NASTY = [
  ...[
    '',
    '\0',
    '\n',
    '\r\n',
    '\t',
    ' ',
    '"',
    "'",
    '\\',
    '%',
    '%0d%0a',
    '%zz',
    '%ff',
    ';',
    ',',
    '=',
    ':',
    '/',
    '../',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '<',
    '>',
    '<!--',
    '-->',
    '</',
    '*',
    '=?utf-8?b?',
    '?=',
    '[0-9]',
    '{a,b}',
    '$',
    '^',
  ],
  ...[
    '-1',
    '0',
    '00',
    '1e999',
    'NaN',
    '0x10',
    '4294967295',
    '4294967296',
    '9007199254740991',
    '9007199254740993',
  ],
  ...[
    '18446744073709551616',
    '99999999999999999999999',
    '\ud800',
    '\ufeff',
    '\u202e',
    'é',
    '中',
    '💾',
    '\x7f',
    '\xff',
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', 'true', 'http://', 'CON', '.', '..'],
];

const change: fc.Arbitrary<Change> = fc.record({
  how: fc.nat(7),
  at: share,
  to: share,
  byte: fc.nat(255),
  text: fc.constantFrom(...NASTY),
});

const changes = fc.array(change, { maxLength: 6 });

/** So far something is repeated: what costs the square of its length is seen by then. */
const LONGEST = 120_000;

// ---- bytes

/** A few of its bytes flipped, gone, moved, repeated, or others. */
export function mutatedBytes(valid: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc.tuple(valid, changes).map(([bytes, list]) => list.reduce<Buffer>(changedBytes, bytes));
}

function changedBytes(bytes: Buffer, { how, at, to, byte, text }: Change): Buffer {
  const from = Math.floor(at * bytes.length);
  const end = from + Math.ceil(to * Math.min(64, bytes.length - from));
  const [before, span, after] = [bytes.subarray(0, from), bytes.subarray(from, end), bytes.subarray(end)];
  const times = Math.max(1, Math.floor((to * LONGEST) / 8 / Math.max(1, span.length)));
  if (how === 0) return Buffer.concat([before, Buffer.from([byte]), bytes.subarray(from + 1)]);
  if (how === 1) return Buffer.concat([before, after]);
  if (how === 2) return Buffer.concat([before, Buffer.from(text), after]);
  if (how === 3) return Buffer.from(before);
  if (how === 4) return Buffer.concat([span, before, after]);
  if (how === 5) return Buffer.concat([before, span, span, after]);
  if (how === 6) return Buffer.concat([before, Buffer.alloc(span.length, byte), after]);
  return Buffer.concat([before, ...Array.from({ length: times }, () => span), after]);
}

// ---- text

/** A few of its signs other ones, gone, moved, or repeated very often. */
export function mutatedText(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(valid, changes).map(([text, list]) => list.reduce(changedText, text));
}

function changedText(whole: string, { how, at, to, byte, text }: Change): string {
  const from = Math.floor(at * whole.length);
  const end = from + Math.ceil(to * Math.min(24, whole.length - from));
  const [before, span, after] = [whole.slice(0, from), whole.slice(from, end), whole.slice(end)];
  const times = (part: string) => part.repeat(Math.floor((to * LONGEST) / Math.max(1, part.length)));
  if (how === 0) return before + String.fromCharCode(byte) + whole.slice(from + 1);
  if (how === 1) return before + after;
  if (how === 2) return before + text + after;
  if (how === 3) return before;
  if (how === 4) return span + before + after;
  if (how === 5) return before + times(text) + after;
  if (how === 6) return before + times(span) + after;
  return before + span + text + span + after;
}

/** Its lines in another order, twice, gone, or changed. */
export function mutatedLines(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return linesWith(valid, changes);
}

/** Its lines in another order, twice or gone; each of them stays what it is. */
export function shuffledLines(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const moves = fc.array(
    change.map((one) => ({ ...one, how: one.how % 3 })),
    { maxLength: 3 },
  );
  return linesWith(valid, moves);
}

function linesWith(valid: fc.Arbitrary<string>, list: fc.Arbitrary<Change[]>): fc.Arbitrary<string> {
  return fc.tuple(valid, list).map(([text, all]) => all.reduce(changedLines, text.split('\n')).join('\n'));
}

function changedLines(lines: string[], one: Change): string[] {
  const from = Math.floor(one.at * lines.length);
  const other = Math.floor(one.to * lines.length);
  const line = lines[from] ?? '';
  if (lines.length === 0) return [one.text];
  if (one.how === 0) return lines.toSpliced(from, 1);
  if (one.how === 1) return lines.toSpliced(other, 0, line);
  if (one.how === 2) return lines.toSpliced(from, 1).toSpliced(other, 0, line);
  if (one.how === 3) return lines.slice(0, from);
  return lines.with(from, changedText(line, { ...one, at: one.to, to: one.at }));
}

// ---- JSON

type Json = unknown;

/** What is deeper is made as text: neither a report nor a copy could be made of such a value. */
const DEEP = 500;

/** Values that a field is not meant to have. */
function oddValue({ byte, text, to }: Change): Json {
  const odd: Json[] = [
    ...[null, true, -1, 0.5, -0, 2 ** 53, 1e308, Number.MIN_VALUE, text, text.repeat(2000), [], {}, [[]]],
    ...[{ ['__proto__']: { polluted: true } }, JSON.parse('{"__proto__":{"polluted":true},"constructor":1}')],
    ...[nested(Math.floor(to * DEEP)), Array.from({ length: 2000 }, () => text), { length: 1e9 }],
  ];
  return odd[byte % odd.length];
}

function nested(depth: number): Json {
  let value: Json = [];
  for (let at = 0; at < depth; at++) value = at % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Fields gone, others, of other types, twice, deeper, or from another place. */
export function mutatedJson(valid: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc.tuple(valid, changes).map(([value, list]) => list.reduce(changedJson, structuredClone(value)));
}

/** Walks to a place by chance, and changes what is there. */
function changedJson(value: Json, one: Change, depth = 0): Json {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const key = keys[Math.floor(one.at * keys.length)];
  if (key === undefined || depth > 6) return oddValue(one);
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, Json>;
  const goesOn = typeof copy[key] === 'object' && copy[key] !== null && one.how > 2;
  if (goesOn) {
    const deeper = { ...one, at: (one.at * 97) % 1 };
    return Object.assign(copy, { [key]: changedJson(copy[key], deeper, depth + 1) });
  }
  if (one.how === 0 && !Array.isArray(copy)) delete copy[key];
  else if (one.how === 1) put(copy, one.text, oddValue(one));
  else if (typeof copy[key] === 'string' && one.how > 4) copy[key] = changedText(copy[key], one);
  else copy[key] = oddValue(one);
  return copy;
}

/** As JSON.parse does: `__proto__` becomes a field like any other. */
function put(target: Record<string, Json>, key: string, value: Json): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

export function jsonText(value: Json): string {
  return JSON.stringify(value) ?? 'null';
}
