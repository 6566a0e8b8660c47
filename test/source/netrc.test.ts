import { describe, expect, test } from 'vitest';
import { netrcFor, parseNetrc } from '../../main/source/netrc.ts';

const find = (text: string, host = 'a.test') => netrcFor(parseNetrc(text), host);

describe('a netrc file', () => {
  test.each([
    ['on one line', 'machine a.test login me password pw'],
    ['on many lines, tabs and blank lines', '\n  machine\ta.test\r\n\r\n\tlogin me\n password  pw\n'],
    ['after another', 'machine b.test login you password no\nmachine a.test login me password pw'],
    ['with an account', 'machine a.test account x login me password pw'],
    ['account with the value of a keyword', 'machine a.test account login login me password pw'],
    ['in another case', 'machine A.Test login me password pw'],
    ['after a comment', '# machine a.test login x password y\nmachine a.test login me password pw'],
    ['with words that nobody knows', 'machine a.test port 21 login me password pw'],
    [
      'after a macro',
      'macdef init\nmachine a.test login x password y\n\nmachine a.test login me password pw',
    ],
    ['by default', 'machine b.test login x password y\ndefault login me password pw'],
    ['by name before default', 'default login x password y\nmachine a.test login me password pw'],
    ['after a byte order mark', '\ufeffmachine a.test login me password pw'],
    ['a keyword in quotes is a value', 'machine a.test login me "password" password pw'],
  ])('%s', (_, text) => {
    expect(find(text)).toEqual({ login: 'me', password: 'pw' });
  });

  test.each([
    ['"a b"', 'a b'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['"\\n\\r\\t\\x"', '\n\r\tx'],
    ['"#1"', '#1'],
    ['#1', '#1'],
    ['a"b', 'a"b'],
    ['a\\b', 'a\\b'],
    ['""', ''],
    ['machine', 'machine'],
    ['pässwörd', 'pässwörd'],
  ])('the password %s', (written, password) => {
    expect(find(`machine a.test login me password ${written}\nmachine c.test login z`)).toEqual({
      login: 'me',
      password,
    });
  });

  test.each([
    ['another host', 'machine b.test login me password pw'],
    ['the host above', 'machine test login me password pw'],
    ['a host below', 'machine x.a.test login me password pw'],
    ['no login', 'machine a.test password pw'],
    ['nothing', ''],
    ['a macro without an end', 'macdef init\nmachine a.test login me password pw'],
    ['a word cut off', 'machine'],
  ])('has nothing: %s', (_, text) => {
    expect(find(text)).toBeNull();
  });

  test('an entry without a password never borrows another’s', () => {
    const text = 'machine a.test login me\nmachine b.test login you password pw\ndefault password x';
    expect(find(text)).toEqual({ login: 'me', password: '' });
    expect(find(text, 'c.test')).toBeNull();
  });

  test('an address in brackets is found without', () => {
    expect(find('machine ::1 login me password pw', '[::1]')).not.toBeNull();
  });

  test('a quotation mark without its other names the line, and nothing that is in it', () => {
    expect(() => parseNetrc('machine a.test\nlogin me password "s3cret')).toThrow(
      expect.objectContaining({ code: 'bad-input', detail: 'line 2: a quotation mark without its other' }),
    );
  });
});
