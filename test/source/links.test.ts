import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import {
  linksIn,
  parseInputFile,
  parseUrl,
  printableUrl,
  sourceKey,
  splitCredentials,
} from '../../main/source/links.ts';
import { nameFor } from '../../main/source/names.ts';

const bad = (code: string, detail: unknown) => expect.objectContaining({ code, detail });

describe('URLs', () => {
  test.each([
    ['https://example.org', 'https://example.org/'],
    [' http://EXAMPLE.org:80/a b ', 'http://example.org/a%20b'],
    ['HTTPS://例え.jp/', 'https://xn--r8jz45g.jp/'],
  ])('%s', (text, href) => {
    expect(parseUrl(text).href).toBe(href);
  });

  test.each([
    ['', ''],
    ['example.org/a.zip', 'example.org/a.zip'],
    ['ftp://u:secret@example.org/a', 'ftp://example.org/a'],
    ['file:///etc/passwd', 'file:///etc/passwd'],
    ['javascript:alert(1)', 'javascript:alert(1)'],
    ['data:text/plain,x', 'data:text/plain,x'],
    ['magnet:?xt=urn:btih:x', 'magnet:?xt=urn:btih:x'],
    ['http://', 'http://'],
    ['http://[::1', 'http://[::1'],
    ['http://u:sec/ret@example.org/a#t', 'http://example.org/a'],
    ['http://u:sec#ret@example.org/a', 'http://example.org/a'],
    ['u:secret@example.org/a', 'example.org/a'],
    ['nope\x1b[31m\u202e', 'nope[31m'],
  ])('refused, without its secrets: %j', (text, printed) => {
    expect(() => parseUrl(text)).toThrow(SatchelError);
    expect(() => parseUrl(text)).toThrow(bad('bad-url', printed));
  });

  test('printable: no credentials, no fragment', () => {
    expect(printableUrl('https://u:p@example.org/a?b=c#d')).toBe('https://example.org/a?b=c');
    const url = new URL('http://u@example.org/#x');
    expect(printableUrl(url)).toBe('http://example.org/');
    expect(url.href).toBe('http://u@example.org/#x');
  });

  test.each([
    ['fragment', 'https://example.org/a#x', 'https://example.org/a'],
    ['credentials', 'https://u:p@example.org/a', 'https://example.org/a'],
    ['case of the host', 'HTTPS://Example.ORG/a', 'https://example.org/a'],
    ['default port', 'https://example.org:443/a', 'https://example.org/a'],
    ['dot segments', 'https://example.org/b/../a', 'https://example.org/a'],
    ['needless escapes', 'https://example.org/%61%2Db', 'https://example.org/a-b'],
    ['case of escapes', 'https://example.org/%c3%a9', 'https://example.org/é'],
    ['no path', 'https://example.org', 'https://example.org/'],
  ])('one source: %s', (_, a, b) => {
    expect(sourceKey(a)).toBe(sourceKey(b));
  });

  test.each([
    ['case of the path', 'https://example.org/A', 'https://example.org/a'],
    ['query', 'https://example.org/a?v=1', 'https://example.org/a?v=2'],
    ['scheme', 'http://example.org/a', 'https://example.org/a'],
    ['port', 'https://example.org:8443/a', 'https://example.org/a'],
    ['an escaped slash', 'https://example.org/a%2Fb', 'https://example.org/a/b'],
    ['an escaped percent', 'https://example.org/%2541', 'https://example.org/%41'],
  ])('two sources: %s', (_, a, b) => {
    expect(sourceKey(a)).not.toBe(sourceKey(b));
  });

  test('no source without a URL', () => {
    expect(() => sourceKey('ftp://example.org/a')).toThrow(bad('bad-url', 'ftp://example.org/a'));
  });

  test.each([
    ['http://h.example/a?b#c', null, null],
    ['http://me@h.example/a?b#c', 'me', null],
    ['http://me:pw@h.example/a?b#c', 'me', 'pw'],
    ['http://:pw@h.example/a?b#c', '', 'pw'],
    ['http://m%40e:p%3Aw%2F@h.example/a?b#c', 'm@e', 'p:w/'],
    ['http://me:100%@h.example/a?b#c', 'me', '100%'],
    ['http://me:%FF@h.example/a?b#c', 'me', '%FF'],
  ])('credentials of %s', (text, user, password) => {
    const given = new URL(text);
    const split = splitCredentials(given);
    expect({ ...split, url: split.url.href }).toEqual({ url: 'http://h.example/a?b#c', user, password });
    expect(given.href).toBe(new URL(text).href);
  });

  test('no password is ever printed, whatever the text', () => {
    const secret = fc.string({ unit: 'grapheme-ascii', maxLength: 20 }).map((text) => `${text}SECRET`);
    const scheme = fc.constantFrom('http://', 'https://', 'ftp://', 'ws:', '//', '', 'x y://', 'http:\\\\');
    fc.assert(
      fc.property(scheme, secret, (prefix, password) => {
        const text = `${prefix}user:${password}@h.example/`;
        // With an `@` or a number before a slash in it, the password is, by every standard, a host and a
        // path.
        fc.pre(!URL.canParse(text) || ['', 'h.example'].includes(new URL(text).host));
        expect(printableUrl(text)).not.toContain('SECRET');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('input files', () => {
  const none = { out: null, dir: null, checksum: null };
  const SHA = 'a'.repeat(64);

  test('one URL a line, options below it', () => {
    const text = [
      '# a list',
      'https://example.org/a.bin',
      '  out=first.bin',
      '\tdir=/data/x=y',
      `  checksum=sha-256=${SHA.toUpperCase()}`,
      '  # not an option',
      '  max-connection-per-server=4',
      '',
      'https://example.org/b.bin#part',
      '  https://example.org/c.bin?x=y',
      ` OUT = c.bin `,
      ` checksum=md5:${'b'.repeat(32)}`,
    ].join('\n');
    expect(parseInputFile(text)).toEqual([
      {
        url: 'https://example.org/a.bin',
        out: 'first.bin',
        dir: '/data/x=y',
        checksum: `sha256:${SHA}`,
        line: 2,
      },
      { ...none, url: 'https://example.org/b.bin#part', line: 9 },
      {
        ...none,
        url: 'https://example.org/c.bin?x=y',
        out: 'c.bin',
        checksum: `md5:${'b'.repeat(32)}`,
        line: 10,
      },
    ]);
  });

  test('of mirrors the first', () => {
    const text = 'http://one.example/a\thttp://two.example/a\tftp://three.example/a\n';
    expect(parseInputFile(text)).toEqual([{ ...none, url: 'http://one.example/a', line: 1 }]);
  });

  test.each(['\r\n', '\r', '\n'])('line ends %j, a byte order mark, no last line end', (end) => {
    const text = `\ufeffhttp://h.example/a${end} out=x${end}${end}http://h.example/b`;
    expect(parseInputFile(text)).toEqual([
      { ...none, url: 'http://h.example/a', out: 'x', line: 1 },
      { ...none, url: 'http://h.example/b', line: 4 },
    ]);
  });

  test('nothing in it', () => {
    expect(parseInputFile('')).toEqual([]);
    expect(parseInputFile('# only\n\n   \n')).toEqual([]);
  });

  test('an empty option is none, a later one counts', () => {
    const [link] = parseInputFile('http://h.example/a\n out=x\n out=\n dir=p\n dir=q\n');
    expect(link).toEqual({ ...none, url: 'http://h.example/a', dir: 'q', line: 1 });
  });

  test.each([
    ['not a URL', 'http://h.example/a\nnonsense', /^line 2: .*nonsense$/],
    ['not http', 'ftp://u:secret@h.example/a', /^line 1: (?!.*secret).*h\.example\/a$/],
    ['option first', '\n out=x', /^line 2: /],
    ['option not indented', 'http://h.example/a\nout=x', /^line 2: /],
    ['no =', 'http://h.example/a\n\n secret', /^line 3: (?!.*secret)/],
    ['unknown checksum', 'http://h.example/a\n checksum=whirlpool=aa', /^line 2: .*whirlpool/],
    ['checksum of the wrong length', 'http://h.example/a\n checksum=sha-1=aa', /^line 2: /],
    ['no checksum', 'http://h.example/a\n checksum=', /^line 2: /],
  ])('refused with its line: %s', (_, text, detail) => {
    expect(() => parseInputFile(text)).toThrow(bad('bad-input', expect.stringMatching(detail)));
  });

  test('whatever the text, links or bad-input', () => {
    const lines = fc.constantFrom(
      'http://h.example/',
      'a',
      '\t',
      ' ',
      '=',
      '#',
      'out',
      'checksum=md5:',
      '\r',
      '\n',
      '\ufeff',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(lines, { maxLength: 30 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          for (const link of parseInputFile(text)) expect(parseUrl(link.url).protocol).toBe('http:');
        } catch (error) {
          expect(error).toEqual(bad('bad-input', expect.stringMatching(/^line \d+: /)));
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Its `canParse` says that it can be parsed, and its constructor throws. */
const LONG_HOST = `https://${'Host'.repeat(30_000)}/a`;

test('a host that is too long is no address, and is refused as such', () => {
  expect(URL.canParse(LONG_HOST)).toBe(true);
  expect(() => parseUrl(LONG_HOST)).toThrow(expect.objectContaining({ code: 'bad-url' }));
  expect(printableUrl(LONG_HOST).length).toBeLessThanOrEqual(2000);
  expect(nameFor({ disposition: null, url: LONG_HOST, mediaType: null })).toBe('download');
});

test('dots without end behind an address take no long time', () => {
  const before = process.cpuUsage().user;
  expect(linksIn(` = http://x/${'.'.repeat(200_000)}x`)).toHaveLength(1);
  expect(process.cpuUsage().user - before).toBeLessThan(2_000_000);
});

describe('linksIn', () => {
  const urls = (text: string) => linksIn(text).map(({ url }) => url);

  test('reads an input file as one, its options included', () => {
    expect(linksIn('http://a/1\n  out=one\nhttp://a/2\n')).toMatchObject([
      { url: 'http://a/1', out: 'one' },
      { url: 'http://a/2', out: null },
    ]);
  });

  test('finds addresses in running text, each once, without what ends a sentence', () => {
    const text =
      'See http://a/x.zip, or (https://b/y?q=1&r=2). Again: http://a/x.zip! 见 http://c/文件.zip。';
    expect(urls(text)).toEqual(['http://a/x.zip', 'https://b/y?q=1&r=2', 'http://c/文件.zip']);
  });

  test('finds none where there is none, and nothing that is no web address', () => {
    expect(urls('')).toEqual([]);
    expect(urls('words only, ftp://a/b and javascript:alert(1)')).toEqual([]);
  });
});
