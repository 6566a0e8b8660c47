import { describe, expect, test } from 'vitest';
import { excluder } from '../../main/source/globs.ts';

/** A path with `/` at its end is a folder. */
function excluded(patterns: readonly string[], path: string): boolean {
  return excluder(patterns)(path.replace(/\/$/, ''), path.endsWith('/'));
}

describe('excluder', () => {
  test.each([
    ['*.o', 'a.o'],
    ['*.o', 'src/deep/a.o'],
    ['*.o', 'src/.o'],
    ['node_modules', 'app/node_modules/'],
    ['build/', 'app/build/'],
    ['/build', 'build/'],
    ['./build', 'build/'],
    ['docs/*.tmp', 'docs/a.tmp'],
    ['docs/**', 'docs/a/b/c.txt'],
    ['**/cache/*.bin', 'x/y/cache/1.bin'],
    ['**/cache/*.bin', 'cache/1.bin'],
    ['a/**/z', 'a/z'],
    ['a/**/z', 'a/b/c/z'],
    ['.git', 'app/.git/'],
    ['*', '.hidden'],
    ['file-[0-9].txt', 'x/file-7.txt'],
    ['*.{jpg,png}', 'x/y.png'],
    ['Thumbs.db ', 'Thumbs.db'],
    ['\\!important', '!important'],
  ])('%s leaves out %s', (pattern, path) => expect(excluded([pattern], path)).toBe(true));

  test.each([
    ['*.o', 'a.obj'],
    ['*.o', 'a.o/b'],
    ['build/', 'app/build'],
    ['/build', 'app/build/'],
    ['docs/*.tmp', 'docs/deep/a.tmp'],
    ['docs/*.tmp', 'old/docs/a.tmp'],
    ['node_modules', 'node_modules2/'],
    ['README', 'readme'],
    ['', 'a'],
    ['/', 'a/'],
    ['!a', 'b'],
  ])('%s leaves %s in', (pattern, path) => expect(excluded([pattern], path)).toBe(false));

  test('takes back what an earlier pattern says', () => {
    const patterns = ['*.log', '!keep.log', 'old/keep.log'];
    expect(excluded(patterns, 'a.log')).toBe(true);
    expect(excluded(patterns, 'x/keep.log')).toBe(false);
    expect(excluded(patterns, 'old/keep.log')).toBe(true);
  });

  test('leaves nothing out without patterns', () => expect(excluded([], 'a')).toBe(false));
});

test.each([
  ['long', 'x'.repeat(70_000)],
  ['large for an expression', '{a,b}'.repeat(9000)],
])('a pattern that is too %s is refused', (_, pattern) => {
  expect(() => excluder([pattern])).toThrow(expect.objectContaining({ code: 'bad-input' }));
});
