import type { Switch } from './switch-off.ts';

const ACCESS = 'main/transfer/access.ts';
const COOKIES = 'main/source/cookies.ts';
const NETRC = 'main/source/netrc.ts';
const HEADERS = 'main/source/request-headers.ts';
const REQUEST = 'main/transfer/request.ts';
const PROXY_AGENTS = 'main/world/proxy-agents.ts';

/** What goes along to whom (rule 3), and when a login is tried (rule 16). */
export const REACH: readonly Switch[] = [
  {
    rule: '3: origin, not host',
    file: ACCESS,
    find: 'origin === this.#origin ? this.#headers : {}',
    replace: 'new URL(url).hostname === new URL(this.#origin).hostname ? this.#headers : {}',
    test: 'what the user gave stays within its origin',
  },
  {
    rule: '3: cookies by domain',
    file: COOKIES,
    find: 'jar.getCookieStringSync(url)',
    replace: "jar.serializeSync()?.cookies.map(({ key, value }) => key + '=' + value).join('; ')",
    test: 'cookies go only where cookie rules allow',
  },
  {
    rule: '3: cookies taken along',
    file: REQUEST,
    find: 'await access.learn(url, answer);',
    replace: '',
    test: 'a cookie that an answer sets goes along',
  },
  {
    rule: '3: cookies for https',
    file: COOKIES,
    find: 'allowSecureOnLocal: false',
    replace: 'allowSecureOnLocal: true',
    test: 'a cookie for https only is not sent over http',
  },
  {
    rule: '3: netrc by host',
    file: NETRC,
    find: 'entries.find(({ machine }) => machine === name)',
    replace: 'entries[0]',
    test: 'a login of the netrc file is sent to its own host only',
  },
  {
    rule: '3: default login',
    file: ACCESS,
    find: 'this.#netrc.filter(({ machine }) => machine !== null)',
    replace: 'this.#netrc',
    test: 'the default login is for where the user goes',
  },
  {
    rule: '3: referer',
    file: HEADERS,
    find: 'return parseSource(text.trim()).url;',
    replace: 'parseSource(text.trim());\n    return text;',
    test: 'a referer says neither who nor where on the page',
  },
  {
    rule: '3: a path is no host',
    file: PROXY_AGENTS,
    find: "request.path.startsWith('/')",
    replace: 'false',
    test: 'a path that begins like a host stays a path',
  },
  {
    rule: '16: once with credentials',
    file: REQUEST,
    find: 'if (!access.mayTryAgain(url, sent, answer)) return answer;',
    replace: 'return answer;',
    test: 'a 401 is final, except once with a login',
  },
  {
    rule: '16: only once',
    file: ACCESS,
    find: "'authorization' in sent ||",
    replace: '',
    test: 'the user’s own login is the only one that is tried',
  },
];
