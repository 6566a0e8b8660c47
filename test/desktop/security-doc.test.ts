import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codes, read, section, table } from '../docs/markdown.ts';

const rows = table(section(read('docs/security.md'), "## Electron's list"), 'item');

test('docs/security.md has the twenty items, each with a test or a reason', () => {
  expect(rows.map(([item = '']) => Number.parseInt(item, 10))).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
  expect(rows.filter(([, how = '', proof = '']) => how === '' || proof === '')).toEqual([]);
});

test('the tests that it names are there', async () => {
  const source = await readFile(join(import.meta.dirname, 'running', 'security.test.ts'), 'utf8');
  const named = rows.flatMap(([, , proof = '']) => codes(proof));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !source.includes(`'${name}'`))).toEqual([]);
});
