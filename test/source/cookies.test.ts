import { describe, expect, test } from 'vitest';
import { cookieHeader, cookieJar, parseCookieFile, takeCookies } from '../../main/source/cookies.ts';

const FUTURE = '4102444800';
const line = (...fields: string[]) => fields.join('\t');
const sent = (text: string, url: string) => cookieHeader(cookieJar(parseCookieFile(text)), url);

describe('a cookie file', () => {
  test('comments, blank lines, CRLF, HttpOnly, a value that is missing', () => {
    const text = [
      '# Netscape HTTP Cookie File',
      '',
      line('#HttpOnly_a.test', 'FALSE', '/', 'FALSE', '0', 'one', '1'),
      line('a.test', 'FALSE', '/', 'FALSE', FUTURE, 'two', 'a=b "c"'),
      line('a.test', 'FALSE', '/', 'FALSE', '0', 'three'),
    ].join('\r\n');
    expect(sent(text, 'http://a.test/')).toBe('one=1; two=a=b "c"; three=');
  });

  test.each([
    ['the host', 'FALSE', '/', 'FALSE', '0', 'http://a.test/x', true],
    ['the host in another case', 'FALSE', '/', 'FALSE', '0', 'http://A.TEST/x', true],
    ['a host below, where not wanted', 'FALSE', '/', 'FALSE', '0', 'http://x.a.test/', false],
    ['a host below, where wanted', 'TRUE', '/', 'FALSE', '0', 'http://x.a.test/', true],
    ['a host whose name only ends so', 'TRUE', '/', 'FALSE', '0', 'http://xa.test/', false],
    ['the host above', 'TRUE', '/', 'FALSE', '0', 'http://test/', false],
    ['another path', 'FALSE', '/dir', 'FALSE', '0', 'http://a.test/directory', false],
    ['a path below', 'FALSE', '/dir', 'FALSE', '0', 'http://a.test/dir/x', true],
    ['https only, over http', 'FALSE', '/', 'TRUE', '0', 'http://a.test/', false],
    ['https only, over https', 'FALSE', '/', 'TRUE', '0', 'https://a.test/', true],
    ['expired', 'FALSE', '/', 'FALSE', '1', 'http://a.test/', false],
    ['not expired', 'FALSE', '/', 'FALSE', FUTURE, 'http://a.test/', true],
    ['far beyond all dates', 'FALSE', '/', 'FALSE', '99999999999999999', 'http://a.test/', true],
  ])('%s', (_, below, path, secure, expires, url, goes) => {
    expect(sent(line('a.test', below, path, secure, expires, 'n', 'v'), url)).toBe(goes ? 'n=v' : null);
  });

  test('for https only, not even to this computer over http', () => {
    const text = line('127.0.0.1', 'FALSE', '/', 'TRUE', '0', 'n', 'v');
    expect(sent(text, 'http://127.0.0.1/')).toBeNull();
    expect(sent(text, 'https://127.0.0.1/')).toBe('n=v');
  });

  test('a leading dot is that of a domain', () => {
    expect(sent(line('.a.test', 'TRUE', '/', 'FALSE', '0', 'n', 'v'), 'http://x.a.test/')).toBe('n=v');
  });

  test('for a whole top-level domain is none', () => {
    expect(sent(line('.com', 'TRUE', '/', 'FALSE', '0', 'n', 'v'), 'http://a.com/')).toBeNull();
  });

  test.each([
    ['too few fields', line('a.test', 'FALSE', '/', 'FALSE', '0')],
    ['too many', line('a.test', 'FALSE', '/', 'FALSE', '0', 'n', 's3cret', 'x')],
    ['spaces for tabs', 'a.test FALSE / FALSE 0 n s3cret'],
    ['no flag', line('a.test', 'yes', '/', 'FALSE', '0', 'n', 's3cret')],
    ['no second flag', line('a.test', 'TRUE', '/', '', '0', 'n', 's3cret')],
    ['no path', line('a.test', 'TRUE', 'dir', 'FALSE', '0', 'n', 's3cret')],
    ['no expiry', line('a.test', 'TRUE', '/', 'FALSE', 'soon', 'n', 's3cret')],
    ['no name', line('a.test', 'TRUE', '/', 'FALSE', '0', '', 's3cret')],
    ['no domain', line('', 'TRUE', '/', 'FALSE', '0', 'n', 's3cret')],
    ['a control character', line('a.test', 'TRUE', '/', 'FALSE', '0', 'n', 's3\0cret')],
    ['a bare carriage return', line('a.test', 'TRUE', '/', 'FALSE', '0', 'n', 's3\rcret')],
    ['two in one', line('a.test', 'TRUE', '/', 'FALSE', '0', 'n', 's3cret; other=1')],
  ])('%s: the line is named, and not what is in it', (_, wrong) => {
    const detail = 'cookie file, line 3: not a cookie';
    expect(() => parseCookieFile(`# x\n\n${wrong}\n`)).toThrow(
      expect.objectContaining({ code: 'bad-input', detail }),
    );
  });
});

test('an answer sets cookies for where it comes from only', () => {
  const jar = cookieJar([]);
  takeCookies(jar, 'http://a.test/dir/x', [
    'own=1',
    'whole=2; Path=/; Domain=a.test',
    'theirs=3; Domain=b.test',
    'all=4; Domain=test',
    'gone=5; Max-Age=0',
    'safe=6; Secure',
    'nonsense',
  ]);
  expect(cookieHeader(jar, 'http://a.test/dir/y')).toContain('own=1; whole=2');
  expect(cookieHeader(jar, 'http://x.a.test/')).toBe('whole=2');
  expect(cookieHeader(jar, 'http://b.test/')).toBeNull();
  takeCookies(jar, 'http://test/', ['n=7']);
  expect(cookieHeader(jar, 'http://test/')).toBeNull();
  expect(cookieHeader(jar, 'https://a.test/dir/y')).not.toMatch(/theirs|all|gone|safe|nonsense/);
});
