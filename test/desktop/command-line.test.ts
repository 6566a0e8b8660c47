import { describe, expect, test } from 'vitest';
import { actionOf, commandOf } from '../../main/desktop/command-line.ts';

describe('a start of the packed app', () => {
  test.each([
    [
      ['serve', '--port', '0'],
      ['serve', '--port', '0'],
    ],
    [['--ozone-platform=headless', 'serve'], ['serve']],
    [
      ['open-partial', 'a.part'],
      ['open-partial', 'a.part'],
    ],
    [['--help'], ['--help']],
    [
      ['chrome-extension://abc/', '--parent-window=0'],
      ['native-host', 'chrome-extension://abc/'],
    ],
    [
      ['/etc/host.json', 'extension@satchel.dev'],
      ['native-host', '/etc/host.json', 'extension@satchel.dev'],
    ],
    [['--disable-gpu', '--version'], ['--version']],
  ])('with %j is a command', (args, command) => {
    expect(commandOf(args)).toEqual(command);
  });

  test.each([
    [[]],
    [['--add']],
    [['satchel://add?url=https://a.example/x']],
    [['/home/me/links.urls']],
    [['links.txt', 'serve']],
    [['file:///home/me/links.urls']],
    [['C:\\links.txt']],
  ])('with %j shows its window', (args) => {
    expect(commandOf(args)).toBeNull();
  });

  test('can ask something of the window', () => {
    expect(actionOf(['--add'])).toBe('add');
    expect(actionOf(['--no-sandbox', '--new-package'])).toBe('newPackage');
    expect(actionOf(['constructor', '--settings', 'add'])).toBeNull();
  });
});
