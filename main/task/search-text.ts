/**
 * What is indexed of a text, and what is looked for in the index. The index holds terms without their order: lower
 * case, without accents, cut to TERM_LENGTH. Scripts without spaces between words (Chinese, Japanese, Korean, Thai …)
 * are indexed as pairs of neighbouring letters, so that any part of a name is found.
 */

/**
 * Letters of a term. The index has one list of rows for each shorter beginning of a term (`prefix` of FTS5), so the
 * lists for any word typed are there already: putting them together for one found in every row of 300,000 takes 50 ms.
 */
export const TERM_LENGTH = 10;
/** Terms of one text; a long address has no more to say. */
const TERMS_MAX = 200;
/** A word with more borders than this between letters and digits is a hash, not a name. */
const BORDERS_MAX = 4;

/** Letters that are no accented form of another for Unicode, but are typed as one. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
  ς: 'σ',
};

/** Compatibility forms and case are gone, and accents; marks that are letters of their own (in Hindi, Thai) stay. */
function folded(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return unaccented(text)
    .toLowerCase()
    .normalize('NFD')
    .replace(ACCENTS, '')
    .normalize('NFC')
    .replace(SPECIAL, plain);
}

/** Most texts are, and are done with far sooner. */
const ASCII = /^\p{ASCII}*$/u;
const ACCENTS = /[\u0300-\u036f]/g;
const SPECIAL = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g');
const plain = (letter: string) => PLAIN[letter] ?? letter;
/** Case is kept, for the borders inside of a camelCase word. */
const unaccented = (text: string) =>
  ASCII.test(text) ? text : text.toWellFormed().normalize('NFKD').replace(ACCENTS, '').normalize('NFC');

const UNSPACED =
  '\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Hang}\\p{scx=Bopo}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}';
const WORD = '\\p{L}\\p{M}\\p{N}\\p{Co}';
/** One run of an unspaced script, or one word of another. */
const PIECES = new RegExp(`(?<run>[[${UNSPACED}]&&[${WORD}]]+)|(?<word>[[${WORD}]--[${UNSPACED}]]+)`, 'gv');

interface Piece {
  /** Folded. */
  readonly text: string;
  readonly unspaced: boolean;
  /** Where a part of a word begins that may be looked for on its own: `camelCase`, `IMG20240131`. */
  readonly borders: readonly number[];
}

function* pieces(text: string): Generator<Piece> {
  for (const { groups } of unaccented(text).matchAll(PIECES)) {
    if (groups?.['run'] !== undefined) yield { text: folded(groups['run']), unspaced: true, borders: [] };
    else if (groups?.['word'] !== undefined) yield word(groups['word']);
  }
}

const BORDER = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/u;

function word(cased: string): Piece {
  const parts = cased.split(BORDER).map(folded);
  const borders: number[] = [];
  let at = 0;
  for (const part of parts.slice(0, -1)) {
    at += part.length;
    borders.push(at);
  }
  return { text: parts.join(''), unspaced: false, borders: borders.length > BORDERS_MAX ? [] : borders };
}

/** Everything of a text that a word looked for may begin with, whole. */
function* beginnings(text: string): Generator<string> {
  for (const piece of pieces(text)) {
    if (!piece.unspaced) {
      yield piece.text;
      for (const border of piece.borders) yield piece.text.slice(border);
    } else {
      const letters = [...piece.text];
      for (let i = 0; i < letters.length; i++) yield letters[i] + (letters[i + 1] ?? '');
    }
  }
}

const cut = (text: string) => (text.length <= TERM_LENGTH ? text : [...text].slice(0, TERM_LENGTH).join(''));

/** The terms of the texts, for the index; most important text first. They are separated by spaces and hold none. */
export function indexText(texts: readonly string[]): string {
  const terms = new Set<string>();
  for (const text of texts) {
    for (const beginning of beginnings(text)) {
      terms.add(cut(beginning));
      if (terms.size >= TERMS_MAX) return [...terms].join(' ');
    }
  }
  return [...terms].join(' ');
}

/** What a user looks for. */
export interface Query {
  /** Of FTS5 (sqlite.org/fts5.html §3); null: nothing that could be looked for, so everything is found. */
  readonly match: string | null;
  /** Whether a text that the index found has all of it. The index knows only beginnings of words, and pairs. */
  readonly holds: ((texts: readonly string[]) => boolean) | null;
}

/** Words of one query; more make it no more exact. */
const WORDS_MAX = 16;

/** Every word of `q` must occur as the beginning of a word, in unspaced scripts anywhere. */
export function parseQuery(q: string): Query {
  const looked = [...pieces(q)].slice(0, WORDS_MAX);
  const terms = new Set(looked.flatMap(termsOf));
  const unsure = looked.filter(({ text, unspaced }) => [...text].length > (unspaced ? 2 : TERM_LENGTH));
  return {
    match: terms.size === 0 ? null : [...terms].join(' AND '),
    holds:
      unsure.length === 0 ? null : (texts) => unsure.every((piece) => texts.some((text) => has(text, piece))),
  };
}

/** Terms hold letters, marks and digits only, so that quotes make them safe in the language of FTS5. */
function termsOf({ text, unspaced }: Piece): string[] {
  const letters = [...text];
  if (!unspaced || letters.length === 1)
    return [letters.length >= TERM_LENGTH ? `"${cut(text)}"` : `"${text}"*`];
  return letters.slice(1).map((letter, i) => `"${letters[i]}${letter}"`);
}

function has(text: string, looked: Piece): boolean {
  if (looked.unspaced)
    return [...pieces(text)].some(({ text: run, unspaced }) => unspaced && run.includes(looked.text));
  for (const beginning of beginnings(text)) if (beginning.startsWith(looked.text)) return true;
  return false;
}
