import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../main/contract/errors.ts';
import { settings } from '../../renderer/words/en/settings.ts';
import { codes, documents, read, root, section, table } from './markdown.ts';

const HELP = ['docs/guide.md', 'docs/troubleshooting.md'];

test('docs/troubleshooting.md has every code, in the order of the table, with something to do about it', () => {
  const rows = table(read('docs/troubleshooting.md'), 'code');
  expect(rows.map(([cell = '']) => codes(cell)[0])).toEqual(Object.keys(ERRORS));
  for (const row of rows) expect(row.every((cell) => cell.length > 0)).toBe(true);
});

describe.each(HELP)('%s', (path) => {
  const text = read(path);

  test('names options that there are', () => {
    const named = [...text.matchAll(/`(?:[\w ]* )?(--[a-z-]+)/g)].map(([, flag]) => flag);
    const flags = [...read('docs/cli.md').matchAll(/^\| `(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag]) => flag);
    const known = new Set([...flags, '--help']);
    expect(known.size).toBeGreaterThan(20);
    expect(named.filter((flag) => !known.has(flag))).toEqual([]);
  });

  test('names sections of the settings that there are', () => {
    const named = [...text.replaceAll('\n', ' ').matchAll(/\*Settings, ([^*]+)\*/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(0);
    expect(Object.values(settings.sections)).toEqual(expect.arrayContaining(named));
  });
});

test('README.md leads to every document', () => {
  const led = section(read('README.md'), '## Where to read on');
  const missing = documents().filter((path) => path !== 'README.md' && !led.includes(`(${path})`));
  expect(missing).toEqual([]);
});

test('docs/security.md names tests that there are', () => {
  const rows = table(read('docs/security.md'), 'who');
  const named = rows.flatMap(([, , , cell = '']) => codes(cell));
  expect(named.length).toBeGreaterThanOrEqual(rows.length);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
