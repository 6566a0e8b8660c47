/**
 * Decoding of names whose encoding nobody states. "Byte string": one UTF-16 unit a byte, as node gives
 * headers.
 */

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** A byte string's bytes; null where it holds a character that is no byte, so was never one. */
export function bytesOf(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, 'latin1');
  return bytes.toString('latin1') === text ? bytes : null;
}

/**
 * By any label of the WHATWG Encoding Standard; null when the label is unknown or the bytes are not in it.
 */
export function decodeAs(label: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

/** A byte string as text: UTF-8 where it is that, else GBK where it reads like Chinese, else Latin-1. */
export function guessText(raw: string): string {
  // The common case, and the one that must not depend on guessing.
  if (/^[\0-\x7f]*$/.test(raw)) return raw;
  const bytes = bytesOf(raw);
  if (!bytes) return raw;
  return decodeUtf8(bytes) ?? chinese(bytes) ?? decodeAs('windows-1252', bytes) ?? raw;
}

/**
 * Nearly any bytes are valid Latin-1, and many Latin-1 words are valid GBK (`Größe` is), so validity decides
 * nothing. Chinese text is mostly GB 2312 level 1 and full-width punctuation (lead A1–A3 or B0–D7, trail from
 * A1), where Latin-1 has capitals and signs, seldom two together: more than half of the pairs must be there.
 */
function chinese(bytes: Uint8Array): string | null {
  const text = decodeAs('gbk', bytes);
  if (text === null || /\p{Co}/u.test(text)) return null;
  let pairs = 0;
  let common = 0;
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] ?? 0;
    if (lead <= 0x80) continue;
    at++;
    pairs++;
    const frequent = (lead >= 0xa1 && lead <= 0xa3) || (lead >= 0xb0 && lead <= 0xd7);
    if (frequent && (bytes[at] ?? 0) >= 0xa1) common++;
  }
  return common * 2 > pairs ? text : null;
}

/** Percent-decodes once. A run of escapes that is not UTF-8 stays as it is. */
export function percentDecode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => decodeUtf8(percentBytes(run)) ?? run);
}

/** Escapes become their bytes, other characters (of a byte string) theirs. */
export function percentBytes(text: string): Uint8Array {
  const raw = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return bytesOf(raw) ?? Buffer.from(raw, 'utf8');
}

/** RFC 2047 §2, both encodings; `_` and whitespace between two words mean what §4.2 and §6.2 say. */
export function decodeEncodedWords(text: string): string {
  const word = String.raw`=\?([^?\s]+)\?([bq])\?([^?]*)\?=`;
  const runs = new RegExp(`${word}(?:\\s*${word})*`, 'gi');
  return text.replace(runs, (run) => decodeRun([...run.matchAll(new RegExp(word, 'gi'))]) ?? run);
}

/**
 * Words of one charset are joined before decoding: senders cut in the middle of a character, though §5
 * forbids it.
 */
function decodeRun(words: readonly RegExpMatchArray[]): string | null {
  const parts: { label: string; bytes: Uint8Array[] }[] = [];
  for (const [, charset = '', encoding = '', body = ''] of words) {
    // A language may follow the charset (RFC 2231 §5).
    const label = charset.toLowerCase().replace(/\*.*$/, '');
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(body, 'base64') : quotedBytes(body);
    const last = parts.at(-1);
    if (last?.label === label) last.bytes.push(bytes);
    else parts.push({ label, bytes: [bytes] });
  }
  const texts = parts.map((part) => decodeAs(part.label, Buffer.concat(part.bytes)));
  return texts.includes(null) ? null : texts.join('');
}

function quotedBytes(body: string): Uint8Array {
  const raw = body
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return bytesOf(raw) ?? Buffer.from(raw, 'utf8');
}
