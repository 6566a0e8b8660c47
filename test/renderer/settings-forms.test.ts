import { describe, expect, it } from 'vitest';
import { EventType } from '../../main/contract/events.ts';
import { parseProxy } from '../../main/world/proxy.ts';
import { parseEndings } from '../../renderer/view/settings/endings.ts';
import { proxyMode, proxyUrl } from '../../renderer/view/settings/proxy-address.ts';
import { addressProblem, EVENTS, withEvent } from '../../renderer/view/settings/webhooks.ts';

describe('endings of a category', () => {
  it('are read with commas, spaces, dots and stars, each once and in lower case', () => {
    expect(parseEndings(' .MP4, mkv;*.webm  tar.gz，mkv ')).toEqual({
      endings: ['mp4', 'mkv', 'webm', 'tar.gz'],
      wrong: [],
    });
  });

  it('may be none', () => {
    expect(parseEndings(' , ')).toEqual({ endings: [], wrong: [] });
  });

  it('are named where they are wrong', () => {
    expect(parseEndings('mp4, a/b, c..d').wrong).toEqual(['a/b', 'c..d']);
  });
});

describe('the proxy', () => {
  const login = { user: '', password: '' };

  it('is an address unless it is a word', () => {
    expect([proxyMode('env'), proxyMode('none'), proxyMode('http://a:1')]).toEqual([
      'env',
      'none',
      'address',
    ]);
  });

  it('comes with its user and password, whatever signs they have', () => {
    const made = proxyUrl({
      address: 'socks5://proxy.example:1080',
      user: 'a@b',
      password: "p:/?#[]!'()*%ü",
    });
    const read = parseProxy('url' in made ? made.url : '');
    expect(read).toMatchObject({
      kind: 'socks5',
      host: 'proxy.example',
      port: 1080,
      user: 'a@b',
      password: "p:/?#[]!'()*%ü",
    });
  });

  it('is an http one where nothing else is said', () => {
    expect(proxyUrl({ address: 'proxy.example:3128/', ...login })).toEqual({
      url: 'http://proxy.example:3128',
    });
  });

  it('may have its credentials in the address', () => {
    expect(proxyUrl({ address: 'http://u:p@proxy.example', ...login })).toEqual({
      url: 'http://u:p@proxy.example',
    });
  });

  it.each([
    ['', 'empty'],
    ['ftp://proxy.example', 'kind'],
    ['http://', 'form'],
    ['http://proxy.example/path', 'form'],
    ['http://a b', 'form'],
    ['proxy.example:99999', 'form'],
  ])('%s is refused', (address, problem) => {
    expect(proxyUrl({ address, ...login })).toEqual({ problem });
  });
});

describe('webhooks', () => {
  const there = [{ url: 'https://example.org/hook', events: null }];

  it('can be told of every event there is', () => {
    expect(EVENTS.map(({ type }) => type).sort()).toEqual([...EventType.options].sort());
  });

  it('have an address of the web, without a login, and once', () => {
    expect(addressProblem('https://example.org/other', there)).toBeNull();
    expect(addressProblem('example.org', there)).toBe('form');
    expect(addressProblem('ftp://example.org', there)).toBe('form');
    expect(addressProblem('https://u@example.org', there)).toBe('login');
    expect(addressProblem(' https://example.org/hook ', there)).toBe('taken');
  });

  it('keep their events in order', () => {
    expect(withEvent(['task.failed'], 'task.done', true)).toEqual(['task.done', 'task.failed']);
    expect(withEvent(['task.done', 'task.failed'], 'task.done', false)).toEqual(['task.failed']);
    expect(withEvent(null, 'task.added', false)).toHaveLength(EVENTS.length - 1);
  });
});
