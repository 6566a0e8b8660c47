import { describe, expect, test } from 'vitest';
import { Settings } from '../../main/contract/settings.ts';
import { categoryOf, folderOf } from '../../main/task/categories.ts';

const { categories } = Settings.parse({});
const named = (name: string, mediaType: string | null = null) =>
  categoryOf(categories, name, mediaType)?.name ?? null;

describe('the category of a file', () => {
  test.each([
    ['film.MKV', 'Video'],
    ['song.flac', 'Audio'],
    ['paper.pdf', 'Documents'],
    ['a.b.c.tar.gz', 'Archives'],
    ['setup.exe', 'Programs'],
    ['picture.webp', 'Images'],
    ['no-ending', 'Other'],
    ['.hidden', 'Other'],
    ['strange.qqq', 'Other'],
  ])('%s is in %s', (name, category) => {
    expect(named(name)).toBe(category);
  });

  test('follows the media type where the name does not tell', () => {
    expect(named('download', 'video/mp4; codecs="x"')).toBe('Video');
    expect(named('download.pdf', 'video/mp4')).toBe('Documents');
  });

  test('goes by the longest ending that one of them knows', () => {
    const two = [
      { name: 'Gz', extensions: ['gz'], dir: null, ask: false },
      { name: 'Tarballs', extensions: ['tar.gz'], dir: null, ask: false },
    ];
    expect(categoryOf(two, 'x.tar.gz', null)?.name).toBe('Tarballs');
    expect(categoryOf(two, 'x.gz', null)?.name).toBe('Gz');
    expect(categoryOf(two, 'x.zip', null)).toBeNull();
  });
});

test('a category has a folder below the downloads, or one of its own anywhere', () => {
  const at = (dir: string | null) => folderOf({ name: 'x', extensions: [], dir, ask: false }, '/down');
  expect(at(null)).toBe('/down');
  expect(at('films')).toBe('/down/films');
  expect(at('/films')).toBe('/films');
  expect(folderOf(null, '/down')).toBe('/down');
});
