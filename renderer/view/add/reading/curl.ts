import type { GivenLink } from './given-link.ts';

export interface CurlCommand {
  readonly links: readonly GivenLink[];
  /** It sends something; what is fetched in its place may be something else. */
  readonly sends: boolean;
}

/** Options that take a word after them, as far as they matter to parse the rest; others stand alone. */
const WITH_VALUE = new Set(
  (
    '-A --user-agent -b --cookie -c --cookie-jar -C --continue-at -d --data --data-raw --data-binary --data-ascii ' +
    '--data-urlencode -e --referer -F --form --form-string -H --header --json -K --config -m --max-time ' +
    '--connect-timeout --limit-rate -o --output --output-dir -r --range --retry --retry-delay --retry-max-time ' +
    '-T --upload-file -u --user --url -w --write-out -x --proxy -U --proxy-user -X --request --resolve --cacert ' +
    '-E --cert --key -y -Y -z --time-cond --max-redirs --oauth2-bearer --interface --ciphers --tls-max ' +
    '--cert-type --key-type --pass --capath --crlfile --proxy-header --proxy-cacert --noproxy --socks5 --preproxy ' +
    '--socks5-hostname --connect-to --dns-servers --max-filesize --unix-socket -D --dump-header -Q --quote ' +
    '--url-query --trace --trace-ascii --stderr --speed-limit --speed-time --rate --proto --proto-redir ' +
    '--proto-default --local-port --keepalive-time --etag-save --etag-compare --aws-sigv4 --tls13-ciphers --curves'
  ).split(' '),
);

/** What Satchel sends by itself, and would refuse to be told. */
const NOT_TAKEN = new Set(
  (
    'accept-encoding connection content-length expect host if-match if-modified-since if-none-match if-range ' +
    'if-unmodified-since keep-alive proxy-authorization proxy-connection range te trailer transfer-encoding upgrade'
  ).split(' '),
);

/** What a `curl` command fetches, and what it sends along. `words` without the name of the command. */
export function readCurl(words: readonly string[]): CurlCommand {
  const headers: Record<string, string> = {};
  const urls: string[] = [];
  const names: string[] = [];
  const sent: string[] = [];
  let asks = false;
  let sends = false;
  const take: Readonly<Record<string, (value: string) => void>> = {
    '--url': (value) => urls.push(value),
    '-H': (value) => takeHeader(headers, value),
    '-A': (value) => put(headers, 'User-Agent', value),
    '-e': (value) => put(headers, 'Referer', value.replace(/;auto$/, '')),
    '-u': (value) => put(headers, 'Authorization', basic(value)),
    '--oauth2-bearer': (value) => put(headers, 'Authorization', `Bearer ${value}`),
    // Without `=` it is the name of a file, which is not ours to read.
    '-b': (value) => value.includes('=') && put(headers, 'Cookie', value),
    '-o': (value) => names.push(value),
    '-X': (value) => {
      sends ||= !/^(?:get|head)$/i.test(value);
    },
    '-d': (value) => sent.push(value),
    '-G': () => {
      asks = true;
    },
  };
  for (const { option, value } of optionsOf(words)) take[option]?.(value);
  const query = asks ? sent.join('&') : '';
  const links = urls.map((url, index) => linkOf(withQuery(url, query), headers, names[index]));
  return { links, sends: sends || (!asks && sent.length > 0) };
}

const SHORT: Readonly<Record<string, string>> = {
  '--header': '-H',
  '--user-agent': '-A',
  '--referer': '-e',
  '--user': '-u',
  '--get': '-G',
  '--cookie': '-b',
  '--output': '-o',
  '--request': '-X',
  '--data': '-d',
  '--data-raw': '-d',
  '--data-binary': '-d',
  '--data-ascii': '-d',
  '--data-urlencode': '-d',
  '--json': '-d',
  '--form': '-d',
  '--form-string': '-d',
  '-F': '-d',
  '-T': '-d',
  '--upload-file': '-d',
};

function* optionsOf(words: readonly string[]): Generator<{ option: string; value: string }> {
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!/^-./.test(word)) {
      yield { option: '--url', value: word };
      continue;
    }
    const { option, glued } = parted(word);
    const takes = WITH_VALUE.has(option);
    if (takes && glued === '') at += 1;
    yield { option: SHORT[option] ?? option, value: takes ? glued || (words[at] ?? '') : '' };
  }
}

/** `-HName: value` and `--url=…` are one word; of `-sSLo name` the last letter takes the next word. */
function parted(word: string): { option: string; glued: string } {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    if (equals < 0) return { option: word, glued: '' };
    return { option: word.slice(0, equals), glued: word.slice(equals + 1) };
  }
  const letters = [...word.slice(1)];
  const at = letters.findIndex((letter) => WITH_VALUE.has(`-${letter}`));
  if (at < 0) return { option: word, glued: '' };
  return { option: `-${letters[at]}`, glued: letters.slice(at + 1).join('') };
}

function takeHeader(headers: Record<string, string>, line: string): void {
  const colon = line.indexOf(':');
  if (colon > 0) put(headers, line.slice(0, colon).trim(), line.slice(colon + 1).trim());
}

function put(headers: Record<string, string>, name: string, value: string): void {
  if (value !== '' && !NOT_TAKEN.has(name.toLowerCase())) headers[name] = value;
}

function basic(userAndPassword: string): string {
  const bytes = new TextEncoder().encode(userAndPassword);
  // Not all of them as arguments of one call: that many the stack does not hold.
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
}

/** With `-G` what would be sent goes into the address. */
function withQuery(url: string, query: string): string {
  if (query === '') return url;
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}

/** Of a path the last part: folders are the user's to choose here. curl takes an address without a scheme too. */
function linkOf(url: string, headers: Readonly<Record<string, string>>, output?: string): GivenLink {
  const name = output?.split(/[\\/]/).at(-1) ?? '';
  return {
    url: /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`,
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(name !== '' && name !== '-' && { name }),
  };
}
