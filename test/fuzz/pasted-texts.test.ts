import fc from 'fast-check';
import { expect } from 'vitest';
import { SatchelError } from '../../main/contract/errors.ts';
import { linksIn, parseInputFile } from '../../main/source/links.ts';
import { parseList } from '../../main/task/list-file.ts';
import { MOST_LINKS, type Reading, readText } from '../../renderer/view/add/reading/read-text.ts';
import { holds, PURE_MS } from './hold.ts';
import { jsonText, mutatedJson, mutatedLines, mutatedText } from './mutate.ts';

const CURL = [
  `curl 'https://example.org/a.zip' -H 'Accept: */*' -H 'Cookie: a=b' --compressed -o "my file.zip"`,
  'curl "https://example.org/a" ^\r\n  -H ^"User-Agent: x^" ^\r\n  --data-raw ^"{}^"',
  `$ curl -sSLo name -u user:pass -X POST --url=example.org/x -G -d a=1 --data-urlencode b=2`,
  `curl $'https://example.org/\\u00e9' -b 'x=1' \\\n  -A agent -e https://example.org/ ; curl https://example.org/b`,
];
const INPUT_FILE = [
  'https://example.org/a.iso\thttps://mirror.example.org/a.iso\n  out=b.iso\n dir=sub\n  checksum=sha-256=' +
    `${'a'.repeat(64)}\n# a comment\nhttp://example.org/c\n header=Cookie: a=b\n referer=http://x/\n`,
  'See https://example.org/a(1).zip, (https://example.org/b.zip). And http://[::1]/c!\r\n',
  'https://example.org/[001-100].jpg\nhttps://example.org/{a,b{c,d},[1-3]}/[a-e:2].png\n',
];
const HTML = [
  '<!-- saved from url=(0019)https://example.org/p/ --><html><base href="/x/"><a href="a.zip">a</a>' +
    '<img srcset="s.jpg 1x, l.jpg 2x" data-src=\'d.jpg\'><script>"<a href=no>"</script><style>a{}</style>' +
    '<video poster=p.jpg src="v.mp4"><source src=w.webm></video><!-- <a href="no"> --></html>',
  '<link rel=canonical href="https://example.org/p/"><area href="&#x68;ttps://example.org/&amp;&#104;&quot;">',
];

const text = mutatedText(fc.constantFrom(...CURL, ...INPUT_FILE, ...HTML));
const lines = mutatedLines(fc.constantFrom(...INPUT_FILE, [...CURL, ...INPUT_FILE, ...HTML].join('\n')));
const list = mutatedJson(
  fc.constant({
    satchel: 1,
    tasks: [
      {
        kind: 'file',
        url: 'https://example.org/a',
        name: 'a',
        checksum: `md5:${'0'.repeat(32)}`,
        spares: ['http://x/'],
      },
      {
        kind: 'package',
        name: 'p.zip',
        items: [{ url: 'https://example.org/b', name: 'c' }, { path: '/tmp/x' }],
      },
    ],
  }),
).map(jsonText);

function demandReading(reading: Reading): void {
  if (reading.kind === 'list') {
    for (const { items } of reading.tasks) expect(items).toBeGreaterThan(0);
    return;
  }
  expect(reading.links.length).toBeLessThanOrEqual(MOST_LINKS);
  for (const { url, name } of reading.links) {
    expect(/^https?:$/.test(new URL(url).protocol)).toBe(true);
    if (name !== undefined) expect(typeof name).toBe('string');
  }
}

/** Gives what it gives, or null where it refuses in its own words. */
function refused<T>(work: () => T): T | null {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof SatchelError && thrown.code === 'bad-input') return null;
    throw thrown;
  }
}

const LIMITS = { atLeast: 40, deadlineMs: PURE_MS };

holds(
  'what is pasted is read, and gives web addresses only',
  fc.oneof(text, lines, list),
  (given) => demandReading(readText(given)),
  LIMITS,
);

holds(
  'a list or an input file is taken, or refused as bad input',
  fc.oneof(text, lines, list),
  (given) => {
    for (const { url } of refused(() => parseInputFile(given)) ?? []) {
      expect(new URL(url).protocol).toMatch(/^https?:$/);
    }
    for (const { url } of linksIn(given)) expect(URL.canParse(url)).toBe(true);
    refused(() => parseList(given, true))?.every(({ paused }) => expect(paused).toBe(true));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  },
  LIMITS,
);
