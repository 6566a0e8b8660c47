import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { gains, isTextLike } from '../../main/zip/compressible.ts';

describe('isTextLike', () => {
  test.each([
    ['notes.txt', null],
    ['a/b/Data.JSON', 'application/octet-stream'],
    ['Makefile', null],
    ['dir.zip/README', null],
    ['page', 'text/html; charset=utf-8'],
    ['feed', 'application/atom+xml'],
    ['download', 'Application/JSON'],
    ['main.ts', null],
  ])('%s (%s): yes', (name, type) => expect(isTextLike(name, type)).toBe(true));

  test.each([
    ['notes.txt.gz', 'text/plain'],
    ['film.mkv', null],
    ['picture.jpg', 'text/plain'],
    ['stream.ts', 'video/mp2t'],
    ['download', 'application/octet-stream'],
    ['download', null],
    ['txt', null],
    ['book.epub', 'application/epub+zip'],
    ['json/film', null],
  ])('%s (%s): no', (name, type) => expect(isTextLike(name, type)).toBe(false));
});

describe('gains', () => {
  test('tells what becomes smaller from what does not', async () => {
    expect(await gains(Buffer.from('one line after another\n'.repeat(1000)))).toBe(true);
    expect(await gains(randomBytes(65_536))).toBe(false);
    expect(await gains(Buffer.alloc(0))).toBe(false);
  });

  test('wants a tenth', async () => {
    const mixed = (zeros: number) => Buffer.concat([randomBytes(10_000 - zeros), Buffer.alloc(zeros)]);
    expect(await gains(mixed(1200))).toBe(true);
    expect(await gains(mixed(800))).toBe(false);
  });
});
