import fc from 'fast-check';
import { expect } from 'vitest';
import { dispositionNames } from '../../main/source/disposition.ts';
import { FILE_NAME_LIMIT, nameFor, nameKey, numberedName, safeName } from '../../main/source/names.ts';
import { holds, PURE_MS } from './hold.ts';
import { mutatedText } from './mutate.ts';

const VALID = [
  'attachment; filename="plain name.tar.gz"',
  "attachment; filename*=UTF-8''na%C3%AFve%20file.txt; filename=naive.txt",
  'inline; filename="=?utf-8?B?5paH5Lu2LnR4dA==?= =?utf-8?Q?_and=20more?="',
  "attachment; filename*0*=UTF-8''first%20; filename*1=second; filename*2*=%e2%82%ac",
  'attachment; filename=C:\\dir\\file.exe; size=12',
  "attachment;filename='..\\..\\etc\\passwd'",
  'filename="a \\"quoted\\" name";; filename=b',
];

/** Node takes no longer heads. */
const HEAD_BYTES = 16 * 1024;

const value = mutatedText(fc.constantFrom(...VALID)).map((text) => text.slice(0, HEAD_BYTES));
const url = mutatedText(
  fc.constantFrom(
    'https://example.org/a/b%20c.zip?x=1#y',
    'http://[::1]:80/',
    'https://u:p@h/%E6%96%87;jsessionid=1',
  ),
);
const mediaType = fc.constantFrom(null, 'application/zip', 'text/html', '__proto__', 'constructor');

/** One part of a path on every system: no way out of its folder, nothing that is no name there. */
function demandSafe(name: string): void {
  const bytes = Buffer.byteLength(name);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThanOrEqual(FILE_NAME_LIMIT);
  expect(name).not.toMatch(/[\p{Cc}/\\<>:"|?*\u202e]|^\.{1,2}$|[. ]$|^(?:con|nul|aux|prn)(?:\.|$)/iu);
  expect(safeName(name, FILE_NAME_LIMIT)).toBe(name);
}

holds(
  'whatever stands in a Content-Disposition, the name is one safe part of a path',
  fc.record({ disposition: value, url, mediaType }),
  (source) => {
    const name = nameFor(source);
    demandSafe(name);
    demandSafe(numberedName(name, 12));
    expect(nameKey(name)).toBe(nameKey(name.normalize('NFD')));
    expect(dispositionNames(source.disposition).length).toBeLessThanOrEqual(257);
  },
  { atLeast: 100, deadlineMs: PURE_MS },
);
