import { expect, test } from 'vitest';
import { isFileOf, replaceOnce } from './switch-off.ts';

const off = { rule: 'r', file: 'main/engine.ts', find: 'a < b', replace: 'true', test: 't' };

test('a switch replaces the one piece of source it names', () => {
  expect(replaceOnce('if (a < b) go();', off)).toBe('if (true) go();');
});

test.each(['if (b) go();', 'a < b || a < b'])(
  'a switch that does not find its text just once is refused: %s',
  (source) => {
    expect(() => replaceOnce(source, off)).toThrow('not once');
  },
);

test('a switch knows its file as vitest and as Node name it, and no other', () => {
  const path = new URL('../../main/engine.ts', import.meta.url);
  expect(isFileOf(off, path.href)).toBe(true);
  expect(isFileOf(off, `${path.pathname}?v=1`)).toBe(true);
  expect(isFileOf(off, `${path.pathname}x`)).toBe(false);
});
