import { describe, expect, test } from 'vitest';
import { exportJson, exportUrls, parseList } from '../../main/task/list-file.ts';
import { newFileRecord } from '../../main/task/new-record.ts';

const plain = newFileRecord({ url: 'http://a/x.zip', dir: '/down', out: null }, 0, { dirByType: true });
const special = newFileRecord({ url: 'http://b/y?q=1', dir: '/else', out: 'mine.bin' }, 0, {
  checksum: 'md5:d41d8cd98f00b204e9800998ecf8427e',
  state: 'paused',
  priority: 3,
  limitRate: 4096,
  connections: 2,
  onChanged: 'restart',
  secret: Buffer.from('sealed-secret'),
});

describe('the list as text', () => {
  test('goes out and in again with everything but secrets', () => {
    const text = exportJson([plain, special]);
    expect(text).not.toMatch(/secret/);
    expect(parseList(text, false)).toEqual([
      { kind: 'file', url: 'http://a/x.zip', priority: 0, paused: false },
      {
        kind: 'file',
        url: 'http://b/y?q=1',
        name: 'mine.bin',
        dir: '/else',
        checksum: 'md5:d41d8cd98f00b204e9800998ecf8427e',
        priority: 3,
        limitRate: 4096,
        connections: 2,
        onChanged: 'restart',
        paused: true,
      },
    ]);
    expect(parseList(text, true).map(({ paused }) => paused)).toEqual([true, true]);
  });

  test('is one address a line, and comes back as such', () => {
    const text = exportUrls([plain, special]);
    expect(text).toBe('http://a/x.zip\nhttp://b/y?q=1\n');
    expect(parseList(text, false).map(({ url }) => url)).toEqual(['http://a/x.zip', 'http://b/y?q=1']);
  });

  test('takes the options of an input file', () => {
    const [task] = parseList('http://a/1\n  out=one.bin\n  dir=/d\n', true);
    expect(task).toMatchObject({ url: 'http://a/1', name: 'one.bin', dir: '/d', paused: true });
  });

  test.each([
    ['{"satchel":1,"tasks":[{"url":5}]}', 'tasks.0.url'],
    ['{"satchel":2,"tasks":[]}', 'satchel'],
    ['{"satchel":1,', 'JSON'],
    ['ftp://a/b', 'line 1'],
  ])('is refused where it is none: %s', (text, where) => {
    expect(() => parseList(text, false)).toThrow(
      expect.objectContaining({ code: 'bad-input', detail: expect.stringContaining(where) }),
    );
  });
});

test('an input file whose name is too long for a task is refused, by its line', () => {
  const text = `http://x/a\nhttp://x/b\n out=${'n'.repeat(1025)}\n`;
  const refusal = { code: 'bad-input', detail: expect.stringMatching(/^line 2: name/) };
  expect(() => parseList(text, false)).toThrow(expect.objectContaining(refusal));
});
