import { describe, expect, test } from 'vitest';
import { expandPattern } from '../../renderer/view/add/reading/patterns.ts';
import { MOST_LINKS, readText } from '../../renderer/view/add/reading/read-text.ts';
import { shellWords } from '../../renderer/view/add/reading/shell-words.ts';

function linksOf(text: string) {
  const reading = readText(text);
  if (reading.kind !== 'links') throw new Error('it was taken for a list');
  return reading.links;
}

const urlsOf = (text: string) => linksOf(text).map(({ url }) => url);

describe('patterns', () => {
  test('keep the digits that the first number has', () => {
    expect(expandPattern('[008-010]', 100)).toEqual(['008', '009', '010']);
    expect(expandPattern('[8-10]', 100)).toEqual(['8', '9', '10']);
    expect(expandPattern('[0-9]', 100)).toHaveLength(10);
  });

  test('have steps, letters and words, and go backwards', () => {
    expect(expandPattern('[0-20:10]', 100)).toEqual(['0', '10', '20']);
    expect(expandPattern('[a-e:2]', 100)).toEqual(['a', 'c', 'e']);
    expect(expandPattern('[3-1]', 100)).toEqual(['3', '2', '1']);
    expect(expandPattern('{one,,two}', 100)).toEqual(['one', '', 'two']);
  });

  test('multiply, the last part fastest', () => {
    expect(expandPattern('{a,b}[1-2]', 100)).toEqual(['a1', 'a2', 'b1', 'b2']);
  });

  test('are not made where they stand for too many', () => {
    expect(expandPattern('[1-101]', 100)).toBeNull();
    expect(expandPattern('[1-999999999999999999999]', 100)).toBeNull();
    expect(expandPattern('[1-1000][1-1000][1-1000]', 1e6)).toBeNull();
  });

  test('leave what is none as it is', () => {
    for (const text of ['http://[::1]:80/a', 'http://h/a[1]', 'http://h/{a}', 'http://h/?a[]=1']) {
      expect(expandPattern(text, 100)).toEqual([text]);
    }
  });
});

describe('a text', () => {
  test('has one address a line, each once, as written', () => {
    const text = 'https://u:p@h.example/a\r\n\n# no\nhttps://h.example/b\nhttps://u:p@h.example/a\n';
    expect(urlsOf(text)).toEqual(['https://u:p@h.example/a', 'https://h.example/b']);
  });

  test('has addresses in running text, without what ends a sentence', () => {
    const text = 'See (https://h.example/a), https://h.example/b_(c). And 见 https://h.example/d。';
    expect(urlsOf(text)).toEqual(['https://h.example/a', 'https://h.example/b_(c)', 'https://h.example/d']);
  });

  test('has none where it has none', () => {
    expect(linksOf('hello world ftp://h.example/a http://')).toEqual([]);
  });

  test('is an input file of aria2: options belong to the address above', () => {
    const hex = 'a'.repeat(64);
    const text = [
      'https://h.example/a\thttps://mirror.example/a',
      '  out=x.bin',
      '  dir=music/live',
      `  checksum=sha-256=${hex}`,
      '  split=4',
      'https://h.example/b',
    ].join('\n');
    expect(linksOf(text)).toEqual([
      { url: 'https://h.example/a', name: 'x.bin', dir: 'music/live', checksum: `sha256:${hex}` },
      { url: 'https://h.example/b' },
    ]);
  });

  test('has patterns, which are expanded', () => {
    expect(urlsOf('https://h.example/[1-2].{a,b}')).toEqual([
      'https://h.example/1.a',
      'https://h.example/1.b',
      'https://h.example/2.a',
      'https://h.example/2.b',
    ]);
  });

  test('that stands for too many says so', () => {
    const reading = readText(`https://h.example/[1-${MOST_LINKS + 1}]`);
    expect(reading).toMatchObject({ kind: 'links', tooMany: true, links: [] });
    const two = readText(`https://h.example/[1-${MOST_LINKS}]\nhttps://h.example/a`);
    expect(two).toMatchObject({ tooMany: true });
    expect(two.kind === 'links' && two.links.length).toBe(MOST_LINKS);
  });

  test('of HTML has the links of the page, below its base', () => {
    const html =
      '<base href="https://h.example/dir/"><a class=x href="a.zip?x=1&amp;y=2">A</a>' +
      "<img src='/b.png'><a href=#top>top</a><a href='mailto:x@y'>m</a>";
    expect(urlsOf(html)).toEqual([
      'https://h.example/dir/a.zip?x=1&y=2',
      'https://h.example/b.png',
      'https://h.example/dir/#top',
    ]);
    expect(urlsOf('<a href="rel">x</a><a href="https://h.example/z">z</a>')).toEqual(['https://h.example/z']);
  });

  test('is a list that was exported', () => {
    const text = JSON.stringify({
      satchel: 1,
      tasks: [
        { kind: 'file', url: 'https://h.example/a%20b.iso' },
        { kind: 'package', name: 'p.zip', items: [{ url: 'https://h.example/1' }, { path: '/x' }] },
      ],
    });
    expect(readText(text)).toEqual({
      kind: 'list',
      tasks: [
        { name: 'a b.iso', url: 'https://h.example/a%20b.iso', items: 1 },
        { name: 'p.zip', url: 'https://h.example/1', items: 2 },
      ],
    });
    expect(readText('{"satchel": 2, "tasks": []}').kind).toBe('links');
  });
});

describe('a curl command', () => {
  test('gives its address and what is sent along', () => {
    const text = `curl 'https://h.example/f.zip' \\
  -H 'accept: */*' \\
  -H 'Accept-Encoding: gzip' \\
  --header "X-Token: a\\"b" \\
  -b 'sid=1; x=2' -A "Agent 1.0" -e https://h.example/ -sSLo out/x.zip --compressed`;
    expect(linksOf(text)).toEqual([
      {
        url: 'https://h.example/f.zip',
        name: 'x.zip',
        headers: {
          accept: '*/*',
          'X-Token': 'a"b',
          Cookie: 'sid=1; x=2',
          'User-Agent': 'Agent 1.0',
          Referer: 'https://h.example/',
        },
      },
    ]);
  });

  test('signs in as it says', () => {
    expect(linksOf("curl -u 'ö:pw' https://h.example/a")[0]?.headers).toEqual({
      Authorization: `Basic ${Buffer.from('ö:pw').toString('base64')}`,
    });
    expect(linksOf('curl --oauth2-bearer T https://h.example/a')[0]?.headers).toEqual({
      Authorization: 'Bearer T',
    });
  });

  test('may stand among other lines, and more than once', () => {
    const text = [
      'https://h.example/a',
      "$ curl 'https://h.example/b' -H 'A: https://no.example/'",
      'curl -O https://h.example/[1-2] && echo https://h.example/c',
      'https://h.example/d',
    ].join('\n');
    expect(urlsOf(text)).toEqual([
      'https://h.example/a',
      'https://h.example/b',
      'https://h.example/1',
      'https://h.example/2',
      'https://h.example/c',
      'https://h.example/d',
    ]);
  });

  test('that sends something says so', () => {
    expect(readText("curl https://h.example/a --data-raw '{}'")).toMatchObject({ sends: true });
    expect(readText('curl -X POST https://h.example/a')).toMatchObject({ sends: true });
    expect(readText('curl -X GET https://h.example/a')).toMatchObject({ sends: false });
  });

  test('is parted into words as a shell does it', () => {
    expect(shellWords(`a 'b c'"d\\"e"$'\\n\\u00e4\\'' f\\ g \\\n h; i`).words).toEqual([
      'a',
      'b cd"e\nä\'',
      'f g',
      'h',
    ]);
    expect(shellWords("a 'open to the end").words).toEqual(['a', 'open to the end']);
  });
});
