import { describe, expect, test } from 'vitest';
import { SEGMENT_LIMIT } from '../../main/source/names.ts';
import { EntryNames, entryPath, FOLDERS_LIMIT, isLongPath, PATH_LIMIT } from '../../main/zip/entry-names.ts';
import { PATHS, WINDOWS_PATHS } from './entry-names.corpus.ts';

const bytes = (text: string) => Buffer.byteLength(text, 'utf8');

describe('the path of an entry', () => {
  test.each(PATHS)('%s: %j', (_, raw, path) => {
    expect(entryPath(raw)).toBe(path);
    expect(entryPath(path)).toBe(path);
  });

  test.each(WINDOWS_PATHS)('dropped on Windows: %s: %j', (_, raw, path) => {
    expect(entryPath(raw, { windows: true })).toBe(path);
  });

  test('a folder ends in one slash, whatever was there', () => {
    expect(entryPath('a', { folder: true })).toBe('a/');
    expect(entryPath('a/b//', { folder: true })).toBe('a/b/');
    expect(entryPath('', { folder: true })).toBe('_/');
    expect(entryPath('a/', { folder: false })).toBe('a');
    // As it is in the names of what is in it.
    expect(entryPath('a;1', { folder: true })).toBe('a;1/');
  });

  test('a long segment is cut and keeps its extension, in every place', () => {
    const [folder = '', name = ''] = entryPath(`${'é'.repeat(200)}/${'中'.repeat(100)}.tar.gz`).split('/');
    expect(bytes(folder)).toBeLessThanOrEqual(SEGMENT_LIMIT);
    expect(bytes(name)).toBeLessThanOrEqual(SEGMENT_LIMIT);
    expect(folder).toMatch(/^é+~[0-9a-f]{6}$/);
    expect(name).toMatch(/^中+~[0-9a-f]{6}\.tar\.gz$/);
  });

  test('of too many folders the first ones and the name stay', () => {
    const deep = 'folder/'.repeat(500);
    const path = entryPath(`${deep}name.txt`);
    expect(path).toMatch(/^(?:folder\/){90}~[0-9a-f]{6}\/name\.txt$/);
    expect(bytes(path)).toBeLessThanOrEqual(PATH_LIMIT);
    // Files of one folder stay together, and those of two apart.
    expect(entryPath(`${deep}other.txt`)).toBe(path.replace('name', 'other'));
    expect(entryPath(`${deep}folder/name.txt`)).not.toBe(path);
  });

  test('folders that just fit are left alone', () => {
    const name = '中'.repeat(SEGMENT_LIMIT / 3);
    const folders = (length: number) => `${'a'.repeat(200)}/${'b'.repeat(200)}/${'c'.repeat(length - 402)}`;
    const longest = `${folders(FOLDERS_LIMIT)}/${name}`;
    expect(entryPath(longest)).toBe(longest);
    expect(bytes(entryPath(longest, { folder: true }))).toBe(PATH_LIMIT);
    expect(entryPath(`${folders(FOLDERS_LIMIT + 1)}/${name}`)).toMatch(
      /^a{200}\/b{200}\/~[0-9a-f]{6}\/中{85}$/,
    );
  });
});

test('a path is long when Windows has no room for a folder before it', () => {
  expect(isLongPath('a'.repeat(180))).toBe(false);
  expect(isLongPath('a'.repeat(181))).toBe(true);
  // Windows counts units.
  expect(isLongPath('🎒'.repeat(91))).toBe(true);
});

/** What is handed out for each, one after the other. */
function claimed(wanted: readonly string[]): readonly string[] {
  const names = new EntryNames();
  return wanted.map((name) => names.claim(name));
}

describe('the names of a ZIP', () => {
  test.each([
    ['free ones stay', ['a', 'b/a', 'c/'], ['a', 'b/a', 'c/']],
    ['doubles', ['a.txt', 'a.txt', 'a.txt'], ['a.txt', 'a (1).txt', 'a (2).txt']],
    ['doubles in a folder', ['x/a.tar.gz', 'x/a.tar.gz'], ['x/a.tar.gz', 'x/a (1).tar.gz']],
    ['case', ['a/B', 'A/b', 'straße', 'STRASSE'], ['a/B', 'A/b (1)', 'straße', 'STRASSE (1)']],
    ['NFD', ['\u00e9', 'e\u0301'], ['\u00e9', 'e\u0301 (1)']],
    ['a number that is taken', ['a (1)', 'a', 'a', 'a'], ['a (1)', 'a', 'a (2)', 'a (3)']],
    ['a double of a double', ['a', 'a', 'a (1)'], ['a', 'a (1)', 'a (1) (1)']],
    ['a folder after a file', ['a', 'a/b', 'A/c'], ['a', 'a (1)/b', 'a (1)/c']],
    ['the same deeper', ['x/a', 'x/a/b/c', 'x/a/b'], ['x/a', 'x/a (1)/b/c', 'x/a (1)/b (1)']],
    ['twice on one way', ['a', 'a/b', 'a (1)/b/c'], ['a', 'a (1)/b', 'a (1)/b (1)/c']],
    ['a file after a folder', ['a/b', 'a', 'a/c'], ['a/b', 'a (1)', 'a/c']],
    ['an entry for a folder', ['a/b', 'a/', 'a/c'], ['a/b', 'a/', 'a/c']],
    ['two entries for a folder', ['a/', 'A/', 'a/'], ['a/', 'A (1)/', 'a (2)/']],
    ['a file after an empty folder', ['a/', 'a'], ['a/', 'a (1)']],
    ['an empty folder after a file', ['a', 'a/', 'a/b'], ['a', 'a (1)/', 'a (1)/b']],
    ['a folder beside a number that is taken', ['a', 'a (1)/x', 'a/y'], ['a', 'a (1)/x', 'a (2)/y']],
  ])('%s', (_, wanted, given) => {
    expect(claimed(wanted)).toEqual(given);
  });

  test('a numbered name is a segment still', () => {
    const name = entryPath(`${'é'.repeat(300)}.mkv`);
    const [, double = ''] = claimed([name, name]);
    expect(double).toMatch(/ \(1\)\.mkv$/);
    expect(bytes(double)).toBeLessThanOrEqual(SEGMENT_LIMIT);
  });

  test('has: entries only, without case', () => {
    const names = new EntryNames();
    names.claim('a/B.txt');
    names.claim('c/');
    expect(names.has('a/B.txt')).toBe(true);
    expect(names.has('A/b.TXT')).toBe(true);
    expect(names.has('c/')).toBe(true);
    for (const other of ['a', 'a/', 'a/B.txt/', 'a/B.txt/x', 'c', 'B.txt', '']) {
      expect(names.has(other), other).toBe(false);
    }
  });

  test('a released name can be claimed again, and so can its number', () => {
    const names = new EntryNames();
    for (const name of ['a', 'a', 'a', 'x/y', 'f/']) names.claim(name);
    names.release('A (1)');
    expect(names.has('a (1)')).toBe(false);
    expect(names.claim('a')).toBe('a (1)');
    expect(names.claim('a')).toBe('a (3)');
    names.release('a');
    expect(names.claim('a')).toBe('a');
    expect(names.claim('x')).toBe('x (1)');
    names.release('x/y');
    expect(names.claim('x')).toBe('x');
    names.release('f/');
    expect(names.claim('f')).toBe('f');
  });

  test('a folder is taken as long as one entry is in it', () => {
    const names = new EntryNames();
    for (const name of ['a/b', 'a/c/d', 'a/']) names.claim(name);
    names.release('a/b');
    names.release('a/');
    expect(names.claim('a')).toBe('a (1)');
    names.release('a/c/d');
    expect(names.claim('a')).toBe('a');
  });

  test('releasing what is not claimed changes nothing', () => {
    const names = new EntryNames();
    names.claim('a/b');
    for (const other of ['a', 'a/', 'a/b/', 'a/b/c', 'b', '']) names.release(other);
    expect(names.has('a/b')).toBe(true);
    expect(names.claim('a')).toBe('a (1)');
    names.release('a/b');
    names.release('a/b');
    expect(names.claim('a')).toBe('a');
  });

  test('a folder that a file has renamed goes on elsewhere when that name is a file too', () => {
    const names = new EntryNames();
    expect(['a', 'a/b'].map((name) => names.claim(name))).toEqual(['a', 'a (1)/b']);
    names.release('a (1)/b');
    expect(names.claim('a (1)')).toBe('a (1)');
    expect(names.claim('a/b')).toBe('a (2)/b');
  });
});

/** Milliseconds for `count` names; the least of three, as others use the machine too. */
function cost(count: number, use: (names: EntryNames, index: number) => void): number {
  const once = () => {
    const names = new EntryNames();
    const start = performance.now();
    for (let index = 0; index < count; index++) use(names, index);
    return performance.now() - start;
  };
  return Math.min(once(), once(), once());
}

test.each<[string, (names: EntryNames, index: number) => void]>([
  ['equal names', (names) => names.claim('x.bin')],
  ['a file and many below it', (names, index) => names.claim(index === 0 ? 'a' : 'a/b')],
  ['a file, a folder, in turn', (names, index) => names.claim(index % 2 === 0 ? 'a' : 'a/b')],
  ['equal folders', (names) => names.claim('a/')],
  ['many folders', (names, index) => names.claim(`${index % 100}/${index}/a`)],
  [
    'released and claimed out of order',
    (names, index) => {
      names.claim('x');
      names.release(`x (${(index * 7919) % (index + 1)})`);
    },
  ],
])('the time grows with the number of names: %s', (_, use) => {
  const few = cost(4_000, use);
  const many = cost(32_000, use);
  // Eight times the names; quadratic would be 64 times the time.
  expect(many).toBeLessThan(few * 30 + 20);
});
