import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { offerOfArguments, offerOfClipboard, offerOfFile, offerOfLink } from '../../main/desktop/offers.ts';

describe('a satchel: link', () => {
  test('offers the web addresses in it, and lets them be looked at first', () => {
    expect(offerOfLink('satchel://add?url=https%3A%2F%2Fa.example%2Fx&url=http://b.example/y')).toEqual({
      text: 'https://a.example/x\nhttp://b.example/y',
      paths: [],
      from: 'link',
      pack: false,
    });
  });

  test('may be for the package tray', () => {
    expect(offerOfLink('satchel://add?pack=1&url=https://a.example/x')).toMatchObject({ pack: true });
    expect(offerOfLink('satchel://add?pack=0&url=https://a.example/x')).toMatchObject({ pack: false });
  });

  test('says no more than addresses', () => {
    const sly = encodeURIComponent('https://a.example/x\n  header=Cookie: a=b\n  dir=/etc');
    expect(offerOfLink(`satchel://add?url=${sly}&url=https://a.example/y`)?.text).toBe('https://a.example/y');
  });

  test.each([
    'https://add?url=https://a.example/x',
    'satchel://add',
    'satchel://remove?url=https://a.example/x',
    'satchel://add?url=file:///etc/passwd',
    'satchel://add?url=javascript:alert(1)',
    'satchel://add?path=/etc/passwd&dir=/&header=x',
    'no link at all',
  ])('%s offers nothing', (link) => {
    expect(offerOfLink(link)).toBeNull();
  });

  test('offers no more addresses than anybody can have meant', () => {
    const many = Array.from({ length: 1500 }, (_, number) => `url=http://a.example/${number}`).join('&');
    expect(offerOfLink(`satchel://add?${many}`)?.text.split('\n')).toHaveLength(1000);
  });
});

describe('the arguments of a start', () => {
  test('offer lists of links, where they lie', () => {
    expect(offerOfArguments(['--flag', 'links.txt', '.'], '/home/me')).toEqual({
      text: '',
      paths: [resolve('/home/me/links.txt')],
      from: 'file',
      pack: false,
    });
  });

  test('offer lists that a file manager names by their addresses', () => {
    const offer = offerOfArguments(['file:///home/me/my%20links.urls', 'file://elsewhere/%/x.txt'], '/');
    expect(offer?.paths).toEqual(['/home/me/my links.urls']);
  });

  test('offer a link before anything else', () => {
    const offer = offerOfArguments(['links.txt', 'satchel://add?url=https://a.example/x'], '/');
    expect(offer?.from).toBe('link');
  });

  test.each([[['.']], [['--no-sandbox', 'out/main/index.js']], [[]], [['https://a.example/list.txt']]])(
    '%j offer nothing',
    (args) => {
      expect(offerOfArguments(args, '/')).toBeNull();
    },
  );
});

test('a file is offered by its whole path only', () => {
  expect(offerOfFile('/tmp/links.txt')?.paths).toEqual(['/tmp/links.txt']);
  expect(offerOfFile('links.txt')).toBeNull();
});

test('of what was copied only web addresses are offered', () => {
  const offer = offerOfClipboard('see https://a.example/x and\nhttp://b.example/y, or C:\\file');
  expect(offer).toEqual({
    text: 'https://a.example/x\nhttp://b.example/y,',
    paths: [],
    from: 'clipboard',
    pack: false,
  });
  expect(offerOfClipboard('my password is hunter2')).toBeNull();
});
