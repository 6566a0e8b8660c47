import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dispositionNames } from '../../main/source/disposition.ts';
import {
  FILE_NAME_LIMIT,
  nameFor,
  nameKey,
  numberedName,
  SEGMENT_LIMIT,
  safeName,
} from '../../main/source/names.ts';
import { expectSafe } from './names.expect.ts';

/** Any UTF-16, lone surrogates too, and often what the rules are about. */
const nasty = fc.oneof(
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    maxLength: 400,
  }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom(
      ...'./\\:*? "<>|aZ\0\x9f\u202e\ufeff\u0301\u0338é中=;%\'~',
      '👩\u200d💻',
      'CON',
      '.tar',
      '.gz',
    ),
    maxLength: 400,
  }),
);

describe('rule 29: names, whatever the text', () => {
  test('a safe name is safe, and safe already', () => {
    fc.assert(
      fc.property(nasty, fc.constantFrom(SEGMENT_LIMIT, FILE_NAME_LIMIT), (raw, limit) => {
        const name = safeName(raw, limit);
        expectSafe(name, limit);
        expect(safeName(name, limit)).toBe(name);
      }),
      { numRuns: 2000 },
    );
  });

  test('a numbered name is safe, and its key is another', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 1, max: 99_999 }), (raw, n) => {
        const name = safeName(raw);
        const numbered = numberedName(name, n);
        expectSafe(numbered, FILE_NAME_LIMIT);
        expect(safeName(numbered)).toBe(numbered);
        expect(nameKey(numbered)).not.toBe(nameKey(name));
      }),
      { numRuns: 1000 },
    );
  });

  test('a header gives a safe name, whatever it holds', () => {
    const pieces = fc.constantFrom(
      ...[
        'attachment',
        ';',
        'filename',
        'filename*',
        'filename*0*',
        '=',
        '"',
        "'",
        "UTF-8''",
        '%C3',
        '%A4',
        '\\',
        ' ',
      ],
      ...['=?UTF-8?B?', '=?GBK?Q?=D6', '?=', '/', '..', ',', '\xd6\xd0', '\xe9', 'a.txt'],
    );
    const headers = fc.oneof(
      nasty,
      fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(headers, nasty, nasty, (disposition, path, mediaType) => {
        expectSafe(nameFor({ disposition, url: `https://host.example/${path}`, mediaType }), FILE_NAME_LIMIT);
        expectSafe(nameFor({ disposition: null, url: path, mediaType }), FILE_NAME_LIMIT);
      }),
      { numRuns: 1000 },
    );
  });

  test('any name survives the way a correct server sends it', () => {
    const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).map((raw) => safeName(raw));
    fc.assert(
      fc.property(names, (name) => {
        const escaped = [...Buffer.from(name)]
          .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
          .join('');
        expect(dispositionNames(`attachment; filename*=UTF-8''${escaped}`)).toEqual([name]);
        expect(dispositionNames(`attachment; filename="${escaped}"`)).toEqual([name]);
        const word = Buffer.from(name).toString('base64');
        expect(dispositionNames(`attachment; filename="=?utf-8?B?${word}?="`)).toEqual([name]);
      }),
    );
  });

  test('keys are stable', () => {
    fc.assert(
      fc.property(nasty, (raw) => {
        const key = nameKey(raw);
        expect(nameKey(key)).toBe(key);
        expect(nameKey(raw.normalize('NFD'))).toBe(key);
      }),
    );
  });
});
