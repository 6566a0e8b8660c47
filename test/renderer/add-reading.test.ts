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

  test('stand within each other', () => {
    expect(expandPattern('x{a,b{1,2},[3-4]}y', 100)).toEqual(['xay', 'xb1y', 'xb2y', 'x3y', 'x4y']);
    expect(expandPattern('{a,}{b,c}', 100)).toEqual(['ab', 'ac', 'b', 'c']);
    expect(expandPattern('{a,[1-1000]}', 100)).toBeNull();
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

describe('what is cut short or made to hold us up', () => {
  test.each(['curl http://x/a \\', 'curl http://x/a "b\\', "curl http://x/a $'b\\", "curl http://x/a 'b\\"])(
    'a command that ends in a backslash ends: %s',
    (text) => {
      expect(urlsOf(text)).toContain('http://x/a');
    },
  );

  test.each([
    ['dots behind an address', `http://x/${'.'.repeat(200_000)}x`],
    ['brackets behind an address', `http://x/${')'.repeat(200_000)}`],
    ['a password of a megabyte', `curl http://x/ -u me:${'é'.repeat(500_000)}`],
    ['a size of a picture without an end', `<a href="http://x/"><img srcset="${'4'.repeat(200_000)} x y">`],
    ['a checksum without an end', `http://x/\n checksum=${'a'.repeat(200_000)}`],
    ['a word in a tag', `<a href="http://x/"><area ${'0'.repeat(200_000)}>`],
    ['comments that are not closed', `<a href="http://x/">${'<!--'.repeat(100_000)}`],
    ['scripts that are not closed', `<a href="http://x/">${'<script>'.repeat(50_000)}`],
    ['braces that are not closed', `http://x/${'{'.repeat(100_000)}`],
    ['braces that are not closed, in many addresses', `http://x/${'{'.repeat(8000)} `.repeat(5)],
    ['braces in each other', `http://x/${'{a,'.repeat(2000)}${'}'.repeat(2000)}`],
  ])('%s take no long time', (_, text) => {
    const before = process.cpuUsage().user;
    expect(readText(text).kind).toBe('links');
    // They took minutes, or the stack.
    expect(process.cpuUsage().user - before).toBeLessThan(2_000_000);
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
      {
        url: 'https://h.example/a',
        spares: ['https://mirror.example/a'],
        name: 'x.bin',
        dir: 'music/live',
        checksum: `sha256:${hex}`,
      },
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
    expect(urlsOf(html)).toEqual(['https://h.example/dir/a.zip?x=1&y=2', 'https://h.example/b.png']);
    expect(urlsOf('<a href="rel">x</a><a href="https://h.example/z">z</a>')).toEqual(['https://h.example/z']);
  });

  test('of HTML has pictures in their largest size, films and sounds, and nothing that is not shown', () => {
    const html = `<!-- <a href="https://h.example/old">no</a> --><base href="https://h.example/p/">
      <script>const x = '<a href="https://h.example/script">';</script>
      <img alt="a > b" src="s.jpg" srcset="m.jpg 640w, l.jpg 1280w, s.jpg 320w">
      <picture><source srcset="one.avif 1x,two.avif 2x"><img data-src="late.jpg" src="blank.gif"></picture>
      <video poster="p.png"><source src='film.mp4'><track src=film.vtt></video><audio src="a.mp3"></audio>`;
    const names = ['s.jpg', 'l.jpg', 'two.avif', 'late.jpg', 'p.png', 'film.mp4', 'film.vtt', 'a.mp3'];
    expect(urlsOf(html)).toEqual(names.map((name) => `https://h.example/p/${name}`));
  });

  test.each([
    ['http://x/s 1x, http://x/l 2x', 'http://x/l'],
    ['http://x/s 100w,http://x/l 200.5w', 'http://x/l'],
    ['http://x/s, http://x/l 2x,', 'http://x/l'],
    [' ,http://x/a,b.jpg 3x , http://x/s 2x', 'http://x/a,b.jpg'],
    ['http://x/one', 'http://x/one'],
  ])('of HTML has of %s the largest', (srcset, url) => {
    expect(urlsOf(`<img srcset="${srcset}">`)).toEqual([url]);
  });

  test('of HTML that says where it came from has its relative links too', () => {
    const saved = '<!-- saved from url=(0027)https://h.example/dir/page -->\n<a href="f.zip">f</a>';
    expect(urlsOf(saved)).toEqual(['https://h.example/dir/f.zip']);
    const canonical = '<link rel=canonical href="https://h.example/c/page"><a href="/f.zip">f</a>';
    expect(urlsOf(canonical)).toEqual(['https://h.example/f.zip']);
  });

  test('is an input file of aria2 with what is to be sent along', () => {
    const text = [
      'https://h.example/a',
      ' header=X-One: 1',
      ' header=X-Two: 2',
      ' referer=https://r.example/',
    ];
    expect(linksOf(text.join('\r\n'))).toEqual([
      {
        url: 'https://h.example/a',
        headers: { 'X-One': '1', 'X-Two': '2', referer: 'https://r.example/' },
      },
    ]);
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

  test('is read as Chrome and Firefox copy it', () => {
    const chrome = `curl 'https://h.example/dl?id=1&x=%20y' \\
  -H 'accept: text/html,*/*;q=0.8' \\
  -H 'accept-language: en-US,en;q=0.9' \\
  -b $'sid=it\\'s; theme=dark' \\
  -H 'sec-ch-ua: "Chromium";v="141", "Not?A_Brand";v="8"' \\
  --compressed`;
    expect(linksOf(chrome)).toEqual([
      {
        url: 'https://h.example/dl?id=1&x=%20y',
        headers: {
          accept: 'text/html,*/*;q=0.8',
          'accept-language': 'en-US,en;q=0.9',
          Cookie: "sid=it's; theme=dark",
          'sec-ch-ua': '"Chromium";v="141", "Not?A_Brand";v="8"',
        },
      },
    ]);
    const firefox =
      "curl 'https://h.example/f.iso' --compressed -H 'User-Agent: Mozilla/5.0 (X11)' -H 'Cookie: a=b; c=d' -H 'Upgrade-Insecure-Requests: 1'";
    expect(linksOf(firefox)[0]).toMatchObject({
      url: 'https://h.example/f.iso',
      headers: { 'User-Agent': 'Mozilla/5.0 (X11)', Cookie: 'a=b; c=d' },
    });
  });

  test('is read as Chrome copies it for the shell of Windows', () => {
    const text = [
      'curl ^"https://h.example/dl?id=1^&x=^%^20y^" ^',
      '  -H ^"accept: */*^" ^',
      '  -b ^"sid=1; y=^\\^"q^\\^"^" ^',
      '  -H ^"sec-ch-ua: ^\\^"Chromium^\\^";v=^\\^"141^\\^"^" &',
      'curl ^"https://h.example/second^" ^',
      '  --data-raw ^"^{^\\^"a^\\^":1^}^"',
      'https://h.example/third',
    ].join('\r\n');
    expect(linksOf(text)).toEqual([
      {
        url: 'https://h.example/dl?id=1&x=%20y',
        headers: { accept: '*/*', Cookie: 'sid=1; y="q"', 'sec-ch-ua': '"Chromium";v="141"' },
      },
      { url: 'https://h.example/second' },
      { url: 'https://h.example/third' },
    ]);
    expect(readText(text)).toMatchObject({ sends: true });
  });

  test('asks with what it would send where it says so', () => {
    const text = "curl -G 'https://h.example/q?a=1' -d b=2 --data-urlencode c=3";
    expect(readText(text)).toMatchObject({
      sends: false,
      links: [{ url: 'https://h.example/q?a=1&b=2&c=3' }],
    });
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
