import { expect, test } from 'vitest';
import { isOurAddress, PAGE, pathOf } from '../../main/desktop/addresses.ts';

test('the page and what it loads are below the folder', () => {
  expect(pathOf(PAGE)).toBe('index.html');
  expect(pathOf('app://satchel/')).toBe('index.html');
  expect(pathOf('app://satchel/assets/index-Ab12cd34.js?x#y')).toBe('assets/index-Ab12cd34.js');
});

test.each([
  'app://other/index.html',
  'https://satchel/index.html',
  'file:///etc/passwd',
  'app://satchel/.env',
  'app://satchel/assets/..%2f..%2fsecret.key',
  'app://satchel/a//b',
  'app://satchel/a%5cb',
  'app://satchel/a%00b',
  'not an address',
])('%s leads nowhere', (address) => {
  expect(pathOf(address)).toBeNull();
});

test('dots that lead upwards end inside', () => {
  expect(pathOf('app://satchel/../../index.html')).toBe('index.html');
  expect(pathOf('app://satchel/assets/%2e%2e/%2e%2e/x.js')).toBe('x.js');
});

test.each([
  ['app://satchel/x', true],
  ['app://satchel.evil/x', false],
  ['app://user@satchel/x', true],
  ['app:satchel', false],
  ['https://satchel/', false],
  ['about:blank', false],
])('%s is ours: %s', (address, ours) => {
  expect(isOurAddress(address)).toBe(ours);
});
