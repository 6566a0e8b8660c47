import { describe, expect, test } from 'vitest';
import { checksumText, readChecksum } from '../../renderer/view/dialogs/checksum.ts';
import { keyCaps } from '../../renderer/view/dialogs/key-caps.ts';
import { packageSources } from '../../renderer/view/dialogs/package-sources.ts';
import { removeFacts } from '../../renderer/view/dialogs/remove-facts.ts';

describe('a checksum', () => {
  test('is known by its length', () => {
    const kinds = [8, 32, 40, 64, 128].map((digits) => readChecksum('aB'.repeat(digits / 2))?.algorithm);
    expect(kinds).toEqual(['crc32', 'md5', 'sha1', 'sha256', 'sha512']);
  });

  test('may say what it is, and what it is of', () => {
    const hex = 'ab'.repeat(32);
    for (const text of [
      `sha256:${hex}`,
      `SHA-256=${hex}`,
      ` ${hex.toUpperCase()}  debian.iso\n`,
      `${hex} *x y`,
    ]) {
      const read = readChecksum(text);
      expect(read && checksumText(read)).toBe(`sha256:${hex}`);
    }
  });

  test('is nothing else', () => {
    const hex = 'ab'.repeat(32);
    for (const text of ['', 'xyz', 'abc', `md5:${hex}`, `${hex}0`, `foo:${hex}`])
      expect(readChecksum(text)).toBeNull();
  });
});

test('what removing loses is what was fetched of unfinished ones', () => {
  expect(
    removeFacts([
      { state: 'done', received: 100 },
      { state: 'paused', received: 7 },
      { state: 'waiting', received: 0 },
    ]),
  ).toEqual({ unfinished: 2, bytes: 7, finished: 1 });
});

test('a package takes finished files from the disk, others from where they come from', () => {
  const item = (url: string | null, more = {}) => ({
    ...{ id: 'i', url, path: url === null ? '/x/y' : null, name: 'n', state: 'paused' as const },
    ...{ received: 0, total: null, resumable: null, checksum: null, error: null, leftOut: false },
    ...more,
  });
  const sources = packageSources([
    { kind: 'file', state: 'done', path: '/d/a', items: [item('http://h/a')] },
    { kind: 'file', state: 'paused', path: '/d/b', items: [item('http://h/b', { checksum: 'md5:1' })] },
    {
      kind: 'package',
      state: 'done',
      path: '/d/c.zip',
      items: [item(null), item('http://h/d', { leftOut: true })],
    },
  ]);
  expect(sources).toEqual([
    { path: '/d/a' },
    { url: 'http://h/b', name: 'n', checksum: 'md5:1' },
    { path: '/x/y', name: 'n' },
  ]);
});

test('keys are written as on the keyboard at hand', () => {
  expect(keyCaps('Mod+Shift+N', false)).toEqual(['Ctrl', 'Shift', 'N']);
  expect(keyCaps('Mod+Shift+N', true)).toEqual(['⌘', '⇧', 'N']);
});
