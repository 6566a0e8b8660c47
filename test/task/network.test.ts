import { describe, expect, test } from 'vitest';
import { joinProxy, splitProxy } from '../../main/task/network.ts';

describe('the address of a proxy', () => {
  test.each([
    ['http://proxy:3128', 'http://proxy:3128', null],
    ['http://me:word@proxy:3128', 'http://proxy:3128', 'me:word'],
    ['socks5://me@proxy:1080/', 'socks5://proxy:1080/', 'me'],
    ['https://me:w%40rd@proxy', 'https://proxy', 'me:w%40rd'],
    ['http://me:w@rd@proxy:1', 'http://proxy:1', 'me:w@rd'],
    ['me:word@proxy:8080', 'proxy:8080', 'me:word'],
    ['proxy:8080', 'proxy:8080', null],
    ['env', 'env', null],
    ['none', 'none', null],
  ])('%s is kept as %s, apart from its credentials', (text, proxy, userInfo) => {
    const split = splitProxy(text);
    expect(split).toEqual({ proxy, userInfo });
    expect(joinProxy(split)).toBe(text);
  });
});
