import { SatchelError } from '../contract/errors.ts';
import { header } from '../source/headers.ts';
import { parseUrl } from '../source/links.ts';
import type { Clock, Timer } from '../world/clock.ts';
import type { Http, HttpAnswer } from '../world/http.ts';
import type { Access, AccessHeaders } from './access.ts';
import { statusError } from './retry.ts';

const MOST_REDIRECTS = 20;
const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308]);

export interface RequestOptions {
  readonly http: Http;
  readonly clock: Clock;
  /** Where to begin. */
  readonly url: string;
  /** What the request itself needs (Range, If-Range): sent on every hop. */
  readonly headers: Readonly<Record<string, string>>;
  /** Credentials, cookies, whatever the user gave. */
  readonly access: Access;
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly signal: AbortSignal;
}

export interface Located {
  readonly answer: HttpAnswer;
  /** Where the answer came from, after all redirects. */
  readonly url: string;
}

/** GETs an address, following redirects: at most 20, never from https to http. Each hop has its own time-outs. */
export async function request(options: RequestOptions): Promise<Located> {
  let url = options.url;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const answer = await letIn(url, options);
    if (!REDIRECT_STATUSES.has(answer.status)) return { answer, url };
    answer.close();
    url = nextHop(url, header(answer.headers, 'location'), answer.status);
  }
  throw new SatchelError(
    'too-many-redirects',
    `${MOST_REDIRECTS} redirects from ${new URL(options.url).host}`,
  );
}

function nextHop(from: string, location: string | null, status: number): string {
  const target = location && fromUtf8(location);
  if (target === null || URL.parse(target, from) === null) throw statusError(status);
  const next = parseUrl(new URL(target, from).href);
  if (from.startsWith('https:') && next.protocol === 'http:') {
    throw new SatchelError('address-refused', `redirected from https to ${next.protocol}//${next.host}`);
  }
  // A fragment is not sent, and credentials in a Location are the server's own guess, not the user's.
  next.hash = '';
  next.username = '';
  next.password = '';
  return next.href;
}

/** Header bytes come as Latin-1; a Location that is not ASCII is UTF-8 in practice. */
function fromUtf8(value: string): string {
  const text = Buffer.from(value, 'latin1').toString();
  return text.includes('\ufffd') ? value : text;
}

/** A 401 is final, but for a login that is known and was not in the request: that is tried once. */
async function letIn(url: string, options: RequestOptions): Promise<HttpAnswer> {
  const { access } = options;
  const sent = await access.headersFor(url);
  const answer = await hop(url, sent, options);
  await access.learn(url, answer);
  if (!access.mayTryAgain(url, sent, answer)) return answer;
  answer.close();
  return hop(url, await access.headersFor(url), options);
}

async function hop(url: string, access: AccessHeaders, options: RequestOptions): Promise<HttpAnswer> {
  const { http, clock, signal, connectMs, firstByteMs } = options;
  const timeout = new AbortController();
  let timer: Timer = clock.after(connectMs, () => timeout.abort(tooLate('no connection', connectMs)));
  const onConnected = () => {
    timer.stop();
    timer = clock.after(firstByteMs, () => timeout.abort(tooLate('no answer', firstByteMs)));
  };
  try {
    const both = AbortSignal.any([signal, timeout.signal]);
    return await http.get({ url, headers: { ...access, ...options.headers }, signal: both, onConnected });
  } finally {
    timer.stop();
  }
}

function tooLate(what: string, ms: number): SatchelError {
  return new SatchelError('timeout', `${what} within ${ms / 1000} s`);
}
