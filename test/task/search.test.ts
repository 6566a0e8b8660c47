import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { History } from '../../main/task/history.ts';
import { indexText, parseQuery, TERM_LENGTH } from '../../main/task/search-text.ts';
import { systemClock } from '../../main/world/clock.ts';
import { Database } from '../../main/world/sqlite.ts';
import { historyEntry } from './records.ts';
import { found, remember, scene } from './store-kit.ts';

const NAMES = [
  'Annual_Report-2024.final.pdf',
  'holidayPhotosRome.zip',
  'IMG20240131_094455.jpg',
  'Łódź Straße Ångström.txt',
  '中国山东济南高清电影第2集.mp4',
  'ガンダム UNICORN カード.mkv',
  '한국어 문서모음.hwp',
  'ภาพยนตร์ไทย.mp4',
  'internationalization-guide.html',
  'internationale.mp3',
  'ΟΔΥΣΣΕΥΣ.epub',
  'Show.S01E02.1080p.mkv',
];

describe('a word is found', () => {
  test.each([
    ['report', 'Annual_Report-2024.final.pdf'],
    ['annual 2024 pdf', 'Annual_Report-2024.final.pdf'],
    ['REPORT-2024', 'Annual_Report-2024.final.pdf'],
    ['  final,  ann ', 'Annual_Report-2024.final.pdf'],
    ['photos', 'holidayPhotosRome.zip'],
    ['holidayph', 'holidayPhotosRome.zip'],
    ['rome', 'holidayPhotosRome.zip'],
    ['20240131', 'IMG20240131_094455.jpg'],
    ['img2024', 'IMG20240131_094455.jpg'],
    ['IMG20240131', 'IMG20240131_094455.jpg'],
    ['lodz', 'Łódź Straße Ångström.txt'],
    ['ŁÓDŹ strasse', 'Łódź Straße Ångström.txt'],
    ['a\u030angstrom', 'Łódź Straße Ångström.txt'],
    ['山东', '中国山东济南高清电影第2集.mp4'],
    ['国山东济', '中国山东济南高清电影第2集.mp4'],
    ['影', '中国山东济南高清电影第2集.mp4'],
    ['集', '中国山东济南高清电影第2集.mp4'],
    ['电影第2集', '中国山东济南高清电影第2集.mp4'],
    ['济南 mp4 中国', '中国山东济南高清电影第2集.mp4'],
    ['ンダ', 'ガンダム UNICORN カード.mkv'],
    ['ｶﾞﾝﾀﾞﾑ', 'ガンダム UNICORN カード.mkv'],
    ['ード', 'ガンダム UNICORN カード.mkv'],
    ['국어 모음', '한국어 문서모음.hwp'],
    ['ยนต', 'ภาพยนตร์ไทย.mp4'],
    ['internationaliz', 'internationalization-guide.html'],
    ['internationale', 'internationale.mp3'],
    ['οδυσσευς', 'ΟΔΥΣΣΕΥΣ.epub'],
    ['οδυσσευσ', 'ΟΔΥΣΣΕΥΣ.epub'],
    ['s01e02', 'Show.S01E02.1080p.mkv'],
    ['1080', 'Show.S01E02.1080p.mkv'],
  ])('%s', async (q, name) => {
    const { store } = await scene();
    remember(store, NAMES);
    expect(found(store, q)).toEqual([name]);
  });

  test.each([
    'eport',
    'report 2023',
    '山国',
    '东山',
    '高清电视',
    '济南中国',
    'internationalizing',
    'ダンガ',
    'zzzz report',
  ])('and %s is not', async (q) => {
    const { store } = await scene();
    remember(store, NAMES);
    expect(found(store, q)).toEqual([]);
  });

  test('in the host, the path of the address, and the folder, each of its own entry', async () => {
    const { store } = await scene();
    const url = 'https://user@mirror.kernel.org:8443/pub/%E6%96%87%E6%A1%A3/a%ZZ?token=hunter#frag';
    store.save({ history: [historyEntry(1, { url, path: '/srv/Invoices/x.bin' }), historyEntry(2)] });
    for (const q of ['kernel.org', 'mirror pub', 'invoices', 'file-1 kernel srv'])
      expect(found(store, q)).toEqual(['file-1.bin']);
    for (const q of ['hunter', 'frag', 'user', '8443']) expect(found(store, q)).toEqual([]);
    store.save({ history: [historyEntry(3, { url: 'https://example.org/%E6%96%87%E6%A1%A3/' })] });
    expect(found(store, '文档')).toEqual(['file-3.bin']);
  });

  test('nothing, or nothing but signs, finds all', async () => {
    const { store } = await scene();
    remember(store, ['a', 'b']);
    for (const q of ['', '   ', '-', '"', '🎬', '\u0000', '*']) expect(found(store, q)).toEqual(['b', 'a']);
  });

  test('a word that the index cannot tell apart is told apart, over more entries than are read at once', async () => {
    const { store } = await scene();
    const names = Array.from(
      { length: 1200 },
      (_, n) => `${'international'.slice(0, TERM_LENGTH)}${n % 600 === 0 ? 'x' : 'y'}-${n}`,
    );
    remember(store, names);
    const first = store.searchHistory({ q: `${names[0]?.slice(0, TERM_LENGTH)}x`, limit: 50, before: null });
    expect(first.next).not.toBeNull();
    expect(found(store, `${names[0]?.slice(0, TERM_LENGTH)}x`)).toEqual([names[600], names[0]]);
  });
});

describe('a search that takes long', () => {
  const names = Array.from({ length: 40 }, (_, n) => `${n % 2 === 0 ? 'even' : 'odd'}-${n}`);

  /** A history that is searched a few rows at a time, by a clock on which each look takes `ms`. */
  async function slow(ms: number): Promise<{ history: History; looks: () => number }> {
    const { folder } = await scene();
    const files = ['satchel.db', 'archive.db'].map((file) => new Database(join(folder, file)));
    onTestFinished(() => {
      for (const file of files) file.close();
    });
    let now = 0;
    let looks = 0;
    const monotonic = () => {
      looks += 1;
      now += ms;
      return now;
    };
    const clock = { ...systemClock, monotonic };
    const history = new History(files[0]!, files[1]!, clock, [3, 6, 12]);
    files[0]?.transaction(() => history.add(names.map((name, n) => historyEntry(n, { name }))));
    history.archive(1015, 100);
    return { history, looks: () => looks };
  }

  test('is answered in parts, which together are everything', async () => {
    for (const [q, wanted] of [
      ['even', names.filter((name) => name.startsWith('even')).toReversed()],
      ['even odd', []],
      ['odd-3', ['odd-39', 'odd-37', 'odd-35', 'odd-33', 'odd-31', 'odd-3']],
    ] as const) {
      const { history } = await slow(1000);
      const all: string[] = [];
      let pages = 0;
      for (let before: string | null = null; pages === 0 || before !== null; pages++) {
        const page = history.search({ q, limit: 100, before });
        all.push(...page.entries.map(({ name }) => name));
        before = page.next;
      }
      expect(all).toEqual(wanted);
      expect(pages).toBe(14);
    }
  });

  test('asks for more rows at a time while that goes fast', async () => {
    const { history, looks } = await slow(0);
    expect(history.search({ q: 'even odd', limit: 100, before: null })).toEqual({ entries: [], next: null });
    // Rows 40 to 39, 38 to 36, 35 to 24, 23 to 12, 11 to 0; after the last nobody looks at the clock.
    expect(looks()).toBe(5);
  });
});

describe('whatever is typed', () => {
  test('is never an error, and never a word of the language of FTS5', async () => {
    const { store } = await scene();
    remember(store, ['plain', 'or', 'and not near']);
    const syntax = [
      '"',
      "'",
      '*',
      '^',
      '+',
      '-',
      ':',
      '(',
      ')',
      '{',
      '}',
      ',',
      ' ',
      'OR',
      'AND',
      'NOT',
      'NEAR(',
      'text:',
      'rowid',
      '\u0000',
      '\ud800',
      '\\',
      ';--',
      '中',
      'é',
      'a',
    ];
    const typed = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...syntax), { maxLength: 40 }).map((parts) => parts.join('')),
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    );
    fc.assert(
      fc.property(typed, (q) => {
        const { match } = parseQuery(q);
        expect(match ?? '').toMatch(/^("[^" ]+"\*?( AND "[^" ]+"\*?)*)?$/);
        store.searchHistory({ q, limit: 5, before: null });
      }),
      { numRuns: 500 },
    );
    expect(found(store, 'plain OR zzz')).toEqual([]);
    expect(found(store, 'plain*')).toEqual(['plain']);
    expect(found(store, 'NOT and')).toEqual(['and not near']);
  });

  test('any words of a name, cut anywhere, in any order, find it', async () => {
    const { store } = await scene();
    let n = 0;
    const letter = fc.constantFrom(...'aBcdéŁß9015', 'ж', 'Ж', 'ğ', 'ﬁ');
    const word = fc.array(letter, { minLength: 1, maxLength: 14 }).map((letters) => letters.join(''));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, fc.nat()), { minLength: 1, maxLength: 5 }),
        fc.constantFrom('.', '_', '-', ' ', ' (', '+'),
        (words, separator) => {
          const name = `${words.map(([each]) => each).join(separator)}${separator}end${n++}`;
          store.save({ history: [historyEntry(n, { name })] });
          const cut = words.map(([each, at]) => [...each].slice(0, 1 + (at % [...each].length)).join(''));
          const q = `end${n - 1} ${cut.toReversed().join(' ')}`.toUpperCase();
          expect(
            store.searchHistory({ q, limit: 1000, before: null }).entries.map((each) => each.name),
          ).toContain(name);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('any part of a Chinese, Japanese or Korean name finds it, and no other part does', async () => {
    const { store } = await scene();
    const letters = [...'中国山东济南ガンダ한국어'];
    const names = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 12 });
    let n = 0;
    fc.assert(
      fc.property(names, names, fc.nat(), fc.nat(), (name, other, from, length) => {
        store.save({ history: [historyEntry(n++, { name: name.join('') })] });
        const at = from % name.length;
        const part = name.slice(at, at + 1 + (length % (name.length - at))).join('');
        const page = (q: string) => store.searchHistory({ q, limit: 1000, before: null }).entries;
        expect(page(part)[0]?.name).toBe(name.join(''));
        for (const each of page(other.join(''))) expect(each.name).toContain(other.join(''));
      }),
      { numRuns: 300 },
    );
  });
});

describe('the index', () => {
  test('has a bounded number of terms of a bounded length for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
        const terms = indexText([text, text]).split(' ');
        expect(terms.length).toBeLessThanOrEqual(200);
        expect(Math.max(...terms.map((term) => [...term].length))).toBeLessThanOrEqual(TERM_LENGTH);
      }),
    );
    const words = Array.from({ length: 500 }, (_, n) => `w${n}`).join(' ');
    expect(indexText([words]).split(' ')).toHaveLength(200);
    expect(indexText(['a1b2c3d4e5f6a7b8c9d0'])).toBe('a1b2c3d4e5');
  });
});
