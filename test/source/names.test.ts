import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  extensionFor,
  FILE_NAME_LIMIT,
  nameFor,
  nameKey,
  numberedName,
  safeName,
} from '../../main/source/names.ts';
import { type Case, ENCODED, EXTENDED, EXTENSIONS, PATHS, PLAIN, SAFE, URLS, utf8 } from './names.corpus.ts';
import { expectSafe } from './names.expect.ts';

const nameOf = ({ disposition, url, type }: Partial<Case>) =>
  nameFor({
    disposition: disposition ?? null,
    url: url ?? 'https://host.example/x',
    mediaType: type ?? null,
  });

const bytes = (text: string) => Buffer.byteLength(text, 'utf8');
const hash6 = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 6);

describe('rule 29: names', () => {
  test('the corpus is large enough to mean something', () => {
    expect([PLAIN, PATHS, EXTENDED, ENCODED, URLS, EXTENSIONS, SAFE].flat().length).toBeGreaterThanOrEqual(
      120,
    );
  });

  describe.each([
    ['filename', PLAIN],
    ['paths', PATHS],
    ['filename*', EXTENDED],
    ['encodings of filename', ENCODED],
    ['URL and host', URLS],
    ['extensions', EXTENSIONS],
  ])('%s', (_, cases) => {
    test.each(cases)('$what: $name', (one) => {
      const name = nameOf(one);
      expect(name).toBe(one.name);
      expectSafe(name, FILE_NAME_LIMIT);
    });
  });

  test.each(SAFE)('safe: %s: %j', (_, raw, name) => {
    expect(safeName(raw)).toBe(name);
    expectSafe(safeName(raw));
  });

  test('a header name goes through the same rules', () => {
    expect(nameOf({ disposition: `attachment; filename="${utf8('  lpt¹ .tar.gz. ')}"` })).toBe(
      'lpt¹_ .tar.gz',
    );
    expect(nameOf({ disposition: "attachment; filename*=UTF-8''%E2%80%AEgpj.exe" })).toBe('gpj.exe');
  });

  describe('too long', () => {
    test('255 bytes are kept, of 256 the stem is cut and marked with the hash of all', () => {
      const just = `${'a'.repeat(251)}.txt`;
      expect(safeName(just)).toBe(just);
      const over = `${'a'.repeat(252)}.txt`;
      expect(safeName(over)).toBe(`${'a'.repeat(244)}~${hash6(over)}.txt`);
    });

    test('bytes count, not letters', () => {
      const raw = `${'中'.repeat(100)}.tar.gz`;
      expect(safeName(raw)).toBe(`${'中'.repeat(80)}~${hash6(raw)}.tar.gz`);
    });

    test('a grapheme is never cut in two', () => {
      const family = '👨\u200d👩\u200d👧';
      const raw = `${family.repeat(20)}.png`;
      const kept = safeName(raw).split('~')[0] ?? '';
      expect(bytes(family)).toBe(18);
      expect(kept).toBe(family.repeat(Math.floor((255 - 11) / 18)));
      expect(safeName(`a${'\u0301'.repeat(300)}.txt`)).toMatch(/^~[0-9a-f]{6}\.txt$/);
    });

    test('different names with the same beginning stay different', () => {
      const names = ['one', 'two'].map((end) => safeName(`${'a'.repeat(300)} ${end}.txt`));
      expect(new Set(names).size).toBe(2);
    });

    test('an extension that is none gives way', () => {
      const raw = `a.${'b'.repeat(300)}`;
      expect(safeName(raw)).toBe(`a.${'b'.repeat(246)}~${hash6(raw)}`);
    });

    test('the name of a download leaves room for its partial file and journal', () => {
      const name = nameOf({ url: `https://host.example/${'a'.repeat(300)}`, type: 'application/zip' });
      expect(name).toMatch(/^a+~[0-9a-f]{6}\.zip$/);
      expect(bytes(`${name}.old (9).satchel`)).toBe(255);
    });

    test('a name of dots and blanks costs no more than its length', () => {
      const raw = `a${'. '.repeat(500_000)}b`;
      const name = safeName(raw);
      expect(name.endsWith(`~${hash6(raw)}`)).toBe(true);
    });
  });

  describe('duplicates', () => {
    test.each([
      ['a.txt', 1, 'a (1).txt'],
      ['a.tar.gz', 2, 'a (2).tar.gz'],
      ['a.b.zip', 1, 'a.b (1).zip'],
      ['a', 10, 'a (10)'],
      ['.bashrc', 1, '.bashrc (1)'],
      ['tool-1.2.3', 1, 'tool-1.2.3 (1)'],
      ['film.part1.rar', 1, 'film (1).part1.rar'],
      ['disk.7z.001', 3, 'disk (3).7z.001'],
      ['中文.TAR.XZ', 1, '中文 (1).TAR.XZ'],
      ['CON_.txt', 1, 'CON_ (1).txt'],
    ])('%s, number %i: %s', (name, n, numbered) => {
      expect(numberedName(name, n)).toBe(numbered);
    });

    test('numbers of a full-length name fit, and differ', () => {
      const name = safeName(`${'é'.repeat(300)}.tar.gz`, FILE_NAME_LIMIT);
      const numbered = [1, 2, 100].map((n) => numberedName(name, n));
      expect(numbered[2]).toMatch(/^é+~[0-9a-f]{6} \(100\)\.tar\.gz$/);
      for (const one of numbered) expectSafe(one, FILE_NAME_LIMIT);
      expect(new Set([name, ...numbered]).size).toBe(4);
    });

    test.each([
      ['README.md', 'readme.MD'],
      ['Straße', 'STRASSE'],
      ['straße', 'STRAẞE'],
      ['ΟΔΟΣ', 'οδος'],
      ['οδος', 'οδοσ'],
      ['ﬁle', 'FILE'],
      ['é', 'e\u0301'],
      ['É', 'e\u0301'],
      ['\u212b', 'å'],
      ['ᾳ', 'ΑΙ'],
    ])('%j and %j are one name', (a, b) => {
      expect(nameKey(a)).toBe(nameKey(b));
    });

    test.each([
      ['a', 'b'],
      ['a', 'á'],
      ['x²', 'x2'],
      ['ｆｕｌｌ', 'full'],
    ])('%j and %j are two', (a, b) => {
      expect(nameKey(a)).not.toBe(nameKey(b));
    });

    test('extensions of media types', () => {
      expect(extensionFor('application/x-gzip; q=1')).toBe('.gz');
      expect(extensionFor('APPLICATION/PDF')).toBe('.pdf');
      expect(extensionFor('application/octet-stream')).toBeNull();
      expect(extensionFor('__proto__')).toBeNull();
      expect(extensionFor(null)).toBeNull();
    });
  });
});
