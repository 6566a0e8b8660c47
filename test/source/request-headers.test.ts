import { describe, expect, test } from 'vitest';
import {
  basicAuthorization,
  checkHeaders,
  cleanReferer,
  parseHeaderLine,
} from '../../main/source/request-headers.ts';

const badInput = (detail: unknown) => expect.objectContaining({ code: 'bad-input', detail });

describe('a header of the user', () => {
  test.each([
    ['X-Own: 1', 'X-Own', ' 1'],
    ['Authorization:Bearer a:b', 'Authorization', 'Bearer a:b'],
    ['User-Agent:', 'User-Agent', ''],
  ])('%s', (line, name, value) => {
    expect(parseHeaderLine(line)).toEqual({ name, value });
  });

  test.each(['s3cret', ': s3cret', 'a b: s3cret', 'X-Own;', 'ключ: s3cret', ''])('%j is none', (line) => {
    expect(() => parseHeaderLine(line)).toThrow(badInput("--header wants 'Name: value'"));
  });

  test('is sent in lower case, trimmed, in bytes of UTF-8', () => {
    expect(checkHeaders({ 'X-Own': '  é ', 'x-empty': '' })).toEqual({ 'x-own': 'Ã©', 'x-empty': '' });
  });

  test.each([
    'Range',
    'If-Range',
    'Accept-Encoding',
    'Host',
    'Content-Length',
    'Connection',
    'Transfer-Encoding',
    'if-none-match',
    'IF-MODIFIED-SINCE',
    'Expect',
    'TE',
    'Upgrade',
    'Proxy-Authorization',
  ])('%s is not the user’s', (name) => {
    expect(() => checkHeaders({ [name]: 's3cret' })).toThrow(
      badInput(`the header ${name} is Satchel's own to send`),
    );
  });

  test.each(['s3cret\r\nX: 1', 's3cret\n', 's3\0cret', 's3\x7fcret'])(
    '%j is no value, and is not shown',
    (value) => {
      expect(() => checkHeaders({ 'X-Own': value })).toThrow(
        badInput('the header X-Own has a control character in its value'),
      );
    },
  );

  test.each(['', 'a b', 'a\r\nb', 'a:b'])('%j is no name', (name) => {
    expect(() => checkHeaders({ [name]: 's3cret' })).toThrow(badInput('a header has a name that is none'));
  });

  test('rule 3: a referer says neither who nor where on the page', () => {
    expect(checkHeaders({ Referer: 'https://me:s3cret@a.test/p?q#f' })).toEqual({
      referer: 'https://a.test/p?q',
    });
    expect(() => cleanReferer('s3cret')).toThrow(badInput('the referer is not an http or https address'));
  });

  test('basic authorization is of UTF-8', () => {
    expect(basicAuthorization('mé', 'p:ß')).toBe(`Basic ${Buffer.from('mé:p:ß').toString('base64')}`);
  });
});
