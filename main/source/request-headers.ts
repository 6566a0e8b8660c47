import { SatchelError } from '../contract/errors.ts';
import { parseSource } from './links.ts';

/**
 * Headers that decide what an answer means, or how it is framed, or are for a proxy: with one of somebody else's in a
 * request, the answer could not be trusted with a byte of the file.
 */
const OURS = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * `Name: value` of a command line. An empty value means that the header is not sent, not even where Satchel would by
 * itself. Errors: bad-input, without what was written.
 */
export function parseHeaderLine(line: string): { name: string; value: string } {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0)).trim();
  if (!TOKEN.test(name)) throw new SatchelError('bad-input', "--header wants 'Name: value'");
  return { name, value: line.slice(colon + 1) };
}

/**
 * The user's headers as they are sent: names in lower case, values without white space around them and as Latin-1
 * characters that are bytes of UTF-8. An empty value stays empty: see `parseHeaderLine`. Errors: bad-input, naming the
 * header and not its value.
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    if (!TOKEN.test(name)) throw new SatchelError('bad-input', 'a header has a name that is none');
    if (OURS.has(name)) throw new SatchelError('bad-input', `the header ${given} is Satchel's own to send`);
    if (/[^\t\x20-\x7e\x80-\uffff]/.test(value)) {
      throw new SatchelError('bad-input', `the header ${given} has a control character in its value`);
    }
    const sent = name === 'referer' && value.trim() !== '' ? cleanReferer(value) : value;
    checked[name] = Buffer.from(sent.trim()).toString('latin1');
  }
  return checked;
}

/** Without credentials and fragment (RFC 9110 §10.1.3). Errors: bad-input, without the text. */
export function cleanReferer(text: string): string {
  try {
    return parseSource(text.trim()).url;
  } catch {
    throw new SatchelError('bad-input', 'the referer is not an http or https address');
  }
}

/** RFC 7617. */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
