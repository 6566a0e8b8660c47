import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { checksumText, digestsOf, parseChecksum } from '../../main/source/headers.ts';

describe('checksums', () => {
  const hex = (algorithm: string) => createHash(algorithm).update('satchel').digest('hex');
  const base64 = (algorithm: string) => createHash(algorithm).update('satchel').digest('base64');
  const [md5, sha1, sha256, sha512] = ['md5', 'sha1', 'sha256', 'sha512'].map((algorithm) => ({
    algorithm,
    hex: hex(algorithm),
  }));

  test.each([
    [`md5:${hex('md5')}`, md5],
    [`sha1:${hex('sha1')}`, sha1],
    [`SHA-1:${hex('sha1')}`, sha1],
    [`sha256:${hex('sha256').toUpperCase()}`, sha256],
    [`sha-256:${hex('sha256')}`, sha256],
    [` sha-512:${hex('sha512')}\n`, sha512],
    ['crc32:CBF43926', { algorithm: 'crc32', hex: 'cbf43926' }],
  ])('%s', (text, checksum) => {
    const parsed = parseChecksum(text);
    expect(parsed).toEqual(checksum);
    expect(parseChecksum(checksumText(parsed))).toEqual(checksum);
  });

  test.each([
    ['no algorithm', hex('md5')],
    ['unknown', `sha3:${hex('md5')}`],
    ['unknown with its own dash', `md-5:${hex('md5')}`],
    ['=', `sha256=${hex('sha256')}`],
    ['too short', `sha256:${hex('md5')}`],
    ['too long', `md5:${hex('sha1')}`],
    ['not hex', `crc32:CBF4392G`],
    ['0x', 'crc32:0xCBF439'],
    ['a name of Object', `constructor:${hex('md5')}`],
    ['empty', ''],
  ])('refused: %s', (_, text) => {
    expect(() => parseChecksum(text)).toThrow(SatchelError);
    expect(() => parseChecksum(text)).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });

  const headers = {
    'repr-digest': `md5=:${base64('md5')}:, sha-512=:${base64('sha512')}:`,
    'content-digest': `sha-256=:${base64('sha256')}:;x=1 , sha=:${base64('sha1')}:`,
    'content-md5': base64('md5'),
  };

  test('Repr-Digest always, those of the content only where it is whole; the strongest first', () => {
    expect(digestsOf(headers, false)).toEqual([sha512, md5]);
    expect(digestsOf(headers, true)).toEqual([sha512, sha256, sha1, md5]);
  });

  test.each([
    ['nothing', undefined],
    ['unknown', 'unixsum=:AAAA:, crc32c=:AAAAAA==:'],
    ['no colons', `sha-256=${base64('sha256')}`],
    ['too short', `sha-256=:${base64('md5')}:`],
    ['not base64', 'md5=:!!!!:'],
    ['empty', 'md5=::'],
    ['a name of Object', `constructor=:${base64('md5')}:`],
  ])('left out: %s', (_, value) => {
    expect(digestsOf({ 'repr-digest': value }, true)).toEqual([]);
  });

  test('a malformed one does not take the others with it, and of two of a kind the last counts', () => {
    const other = createHash('md5').update('other').digest('base64');
    const value = `sha-256=:x:, md5=:${other}:, md5=:${base64('md5')}:`;
    expect(digestsOf({ 'repr-digest': value, 'content-md5': 'x' }, true)).toEqual([md5]);
  });
});
