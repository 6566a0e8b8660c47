import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameKey } from '../../main/source/names.ts';
import { EntryNames, entryPath, PATH_LIMIT, type PathOptions } from '../../main/zip/entry-names.ts';
import { expectSafe } from '../source/names.expect.ts';
import { PATHS, WINDOWS_PATHS } from './entry-names.corpus.ts';

/** Any UTF-16, lone surrogates too, and often what the rules are about. */
const nasty = fc.oneof(
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    maxLength: 400,
  }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom(
      ...'////..\\:;*? "<>|aZ1\0\x1f\x9f\u202e\ufeff\u0301\u0338é中',
      ...['../', '..\\', '/./', 'C:', 'CON', 'nul.', '.txt', '👩\u200d💻', '~'],
    ),
    maxLength: 400,
  }),
  fc
    .array(fc.string({ unit: 'grapheme', maxLength: 300 }), { maxLength: 30 })
    .map((parts) => parts.join('/')),
  fc.constantFrom(...[...PATHS, ...WINDOWS_PATHS].map(([, raw]) => raw)),
);

const options = fc.record({ windows: fc.boolean(), folder: fc.boolean() });

const bytes = (text: string) => Buffer.byteLength(text, 'utf8');

/** Nothing of it can make a reader on any system write elsewhere. */
function expectInside(name: string): void {
  expect(path.posix.resolve('/root', name).startsWith('/root/')).toBe(true);
  expect(path.win32.resolve('D:\\root', name).startsWith('D:\\root\\')).toBe(true);
  expect(path.posix.isAbsolute(name)).toBe(false);
  expect(path.win32.isAbsolute(name)).toBe(false);
  expect(path.win32.parse(name).root).toBe('');
  expect(name).not.toContain('\\');
}

const segmentsOf = (name: string) => name.replace(/\/$/, '').split('/');

describe('the path of an entry, whatever the text', () => {
  test('is safe', () => {
    fc.assert(
      fc.property(nasty, options, (raw, given) => {
        const name = entryPath(raw, given);
        expectInside(name);
        for (const segment of segmentsOf(name)) expectSafe(segment);
        expect(name.endsWith('/')).toBe(given.folder);
        expect(name.normalize('NFC')).toBe(name);
        expect(name.isWellFormed()).toBe(true);
        expect(bytes(name)).toBeLessThanOrEqual(PATH_LIMIT);
        if (!given.folder) expect(name).not.toMatch(/;\d*$/);
      }),
      { numRuns: 2000 },
    );
  });

  test('is such a path already', () => {
    fc.assert(
      fc.property(nasty, options, fc.boolean(), (raw, given, windows) => {
        const name = entryPath(raw, given);
        expect(entryPath(name, { ...given, windows })).toBe(name);
      }),
      { numRuns: 2000 },
    );
  });

  test('has the folder of its neighbours, and of the entry for their folder', () => {
    const short = fc.string({ unit: 'grapheme', maxLength: 20 });
    fc.assert(
      fc.property(fc.array(short, { maxLength: 5 }), (folders) => {
        const own = entryPath(`x/${folders.join('/')}`, { folder: true });
        expect(entryPath(`x/${folders.join('/')}/a.txt`)).toBe(`${own}a.txt`);
      }),
    );
  });
});

/** Few names, so that they meet, as files and as folders. */
const meeting = fc.tuple(
  fc
    .array(
      fc.constantFrom('a', 'A', 'a (1)', 'a (1) (1)', 'b.txt', 'b (1).txt', '\u00e9', 'e\u0301', 'ß', 'ss'),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((segments) => segments.join('/')),
  fc.record({ folder: fc.boolean() }),
);
const wanted: fc.Arbitrary<[string, PathOptions]> = fc.oneof(
  { weight: 4, arbitrary: meeting },
  { weight: 1, arbitrary: fc.tuple(nasty, options) },
);

const keyOf = (name: string) => name.split('/').map(nameKey).join('/');

/** Every entry has a place of its own where it is extracted. */
function expectApart(names: Iterable<string>): void {
  const entries = new Set<string>();
  const files = new Set<string>();
  const folders = new Set<string>();
  for (const name of names) {
    const key = keyOf(name);
    expect(entries.has(key), name).toBe(false);
    entries.add(key);
    const segments = key.split('/');
    for (let end = 1; end < segments.length; end++) folders.add(segments.slice(0, end).join('/'));
    if (!key.endsWith('/')) files.add(key);
  }
  for (const file of files) expect(folders.has(file), file).toBe(false);
}

describe('the names of a ZIP, whatever is claimed and released', () => {
  const steps = fc.array(fc.tuple(wanted, fc.option(fc.nat(), { freq: 3 })), { maxLength: 60 });

  test('are safe, apart and as promised', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const names = new EntryNames();
        const live = new Set<string>();
        for (const [[raw, given], released] of all) {
          const path = entryPath(raw, given);
          const name = names.claim(path);
          expectInside(name);
          for (const segment of segmentsOf(name)) expectSafe(segment);
          expect(name.endsWith('/')).toBe(path.endsWith('/'));
          expect(segmentsOf(name).length).toBe(segmentsOf(path).length);
          live.add(name);
          expectApart(live);
          const gone = released === null ? undefined : [...live][released % live.size];
          if (gone === undefined) continue;
          names.release(gone);
          live.delete(gone);
          expect(names.has(gone)).toBe(false);
        }
        for (const name of live) expect(names.has(name)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('change only where they must', () => {
    fc.assert(
      fc.property(fc.array(wanted, { maxLength: 40 }), (all) => {
        const names = new EntryNames();
        const live: string[] = [];
        for (const [raw, given] of all) {
          const path = entryPath(raw, given);
          const name = names.claim(path);
          if (name !== path) expect(() => expectApart([...live, path])).toThrow();
          live.push(name);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('are the same for the same claims, and stay when they are claimed again', () => {
    fc.assert(
      fc.property(fc.array(wanted, { maxLength: 40 }), (all) => {
        const give = (paths: readonly string[]) => {
          const names = new EntryNames();
          return paths.map((name) => names.claim(name));
        };
        const paths = all.map(([raw, given]) => entryPath(raw, given));
        const first = give(paths);
        expect(give(paths)).toEqual(first);
        expect(give(first)).toEqual(first);
        // In another order too: what is remembered of a ZIP comes in the list's order.
        expect(give(first.toReversed())).toEqual(first.toReversed());
      }),
      { numRuns: 500 },
    );
  });

  test('leave nothing behind when all are released', () => {
    fc.assert(
      fc.property(fc.array(wanted, { maxLength: 30 }), (all) => {
        const names = new EntryNames();
        const paths = all.map(([raw, given]) => entryPath(raw, given));
        for (const name of paths.map((each) => names.claim(each))) names.release(name);
        for (const each of paths) {
          expect(names.claim(each)).toBe(each);
          names.release(each);
        }
      }),
    );
  });
});
