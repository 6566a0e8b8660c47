import { createHash } from 'node:crypto';
import { dispositionNames } from './disposition.ts';
import { extensionFor } from './media-types.ts';
import { percentDecode } from './text.ts';

export { extensionFor } from './media-types.ts';

/**
 * Bytes of UTF-8 that every file system takes for one path segment (NTFS and APFS count units: never more of
 * them).
 */
export const SEGMENT_LIMIT = 255;

/** `NAME.old (9).satchel`, the longest name a download puts beside its file, must be a segment too. */
export const FILE_NAME_LIMIT = SEGMENT_LIMIT - '.old (9).satchel'.length;

const LAST_RESORT = 'download';

export interface NameSource {
  /** Content-Disposition as node gives it. */
  readonly disposition: string | null;
  /** The final URL. */
  readonly url: string;
  readonly mediaType: string | null;
}

/**
 * What to call a download: `filename*`, `filename`, the last segment of the URL's path, its host; the first
 * that leaves anything once it is made safe. An extension from the media type where the name has none. At
 * most FILE_NAME_LIMIT bytes.
 */
export function nameFor(source: NameSource): string {
  const extension = extensionFor(source.mediaType) ?? '';
  for (const candidate of [
    ...dispositionNames(source.disposition ?? '').map(lastPart),
    urlName(source.url),
  ]) {
    const name = clean(candidate);
    if (name !== '') return fitted(hasExtension(name) ? name : name + extension, FILE_NAME_LIMIT);
  }
  // The `.org` of `example.org` is no extension.
  const host = clean(hostOf(source.url)) || LAST_RESORT;
  return fitted(host + extension, FILE_NAME_LIMIT);
}

/** A sender's own folders are none of ours: `C:\x\y.txt` and `../../etc/passwd` are `y.txt` and `passwd`. */
function lastPart(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
}

function urlName(url: string): string {
  const path = URL.parse(url)?.pathname ?? '';
  const segment = path.slice(path.lastIndexOf('/') + 1).replace(/;jsessionid=[^;]*$/i, '');
  return percentDecode(segment);
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? '';
}

/**
 * Any text as one path segment that is safe on every system: 1 to `limit` bytes, NFC, never `.` or `..`, no
 * separators, control or bidi characters, nothing Windows forbids or reserves. A longer name is cut at a
 * grapheme and keeps its extension behind `~` and six digits of its hash. Applying it again changes nothing.
 */
export function safeName(raw: string, limit = SEGMENT_LIMIT): string {
  return fitted(clean(raw) || '_', limit);
}

/**
 * C0, DEL, C1, bidi controls and the byte order mark; the joiners U+200C and U+200D are letters' business and
 * stay.
 */
const REMOVED = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const FORBIDDEN = /[<>:"|?*/\\]/g;
/** Windows reserves them with any extension, and ignores blanks before it. */
const RESERVED = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])(?=\s*(?:\.|$))/i;

/** Safe but for its length; empty when nothing is left. */
function clean(raw: string): string {
  const text = raw.toWellFormed().replace(REMOVED, '').normalize('NFC').replace(FORBIDDEN, '_');
  const name = withoutTrailing(text.trimStart());
  // A file of this name would be taken for a journal of nothing.
  if (/^\.satchel$/i.test(name)) return `_${name}`;
  return name.replace(RESERVED, '$&_');
}

/**
 * Without the dots and blanks that Windows drops. By hand: `/[\s.]+$/` takes seconds for 64 KiB of dots and a
 * letter.
 */
function withoutTrailing(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s.]/.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

function fitted(name: string, limit: number): string {
  if (bytes(name) <= limit) return name;
  const { stem, extension } = splitName(name);
  return cut(stem, `~${hash(name)}${extension}`, limit);
}

/** As many whole graphemes of `stem` as leave room for `tail`. */
function cut(stem: string, tail: string, limit: number): string {
  let room = limit - bytes(tail);
  let kept = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(stem)) {
    room -= bytes(segment);
    if (room < 0) break;
    kept += segment;
  }
  return kept + tail;
}

const bytes = (text: string) => Buffer.byteLength(text, 'utf8');
const hash = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 6);

/** Extensions that make sense only together. */
const DOUBLE =
  /\.(?:tar\.[a-z0-9]{1,4}|(?:7z|zip|rar)\.\d{3}|part\d{1,4}\.rar|user\.js|min\.(?:js|css)|d\.ts)$/i;
const SINGLE = /\.[a-z0-9][a-z0-9_-]{0,15}$/i;
/** The `.3` of `tool-1.2.3`. */
const VERSION = /\d\.\d+$/;

function splitName(name: string): { stem: string; extension: string } {
  const match = DOUBLE.exec(name) ?? (VERSION.test(name) ? null : SINGLE.exec(name));
  // A leading dot hides a file, it begins no extension.
  if (!match || match.index === 0) return { stem: name, extension: '' };
  return { stem: name.slice(0, match.index), extension: match[0] };
}

function hasExtension(name: string): boolean {
  return splitName(name).extension !== '' || name.startsWith('.');
}

/**
 * `a (1).tar.gz` for `a.tar.gz`: a safe name's n-th double (n from 1), safe again and at most `limit` bytes.
 */
export function numberedName(name: string, n: number, limit = FILE_NAME_LIMIT): string {
  const { stem, extension } = splitName(name);
  const tail = ` (${n})${extension}`;
  if (bytes(stem + tail) <= limit) return stem + tail;
  return cut(stem, `~${hash(name)}${tail}`, limit);
}

/**
 * Equal for names that some file system takes for one: NFC, then full case folding. Where Unicode folds
 * nothing but upper case does (`ı`, `I`), they count as equal too: a needless ` (1)` costs nothing, an
 * overwritten file does.
 */
export function nameKey(name: string): string {
  let folded = '';
  // Letter by letter: folding knows no context, while lower case does (the final sigma).
  for (const letter of name.normalize('NFC')) folded += letter.toLowerCase().toUpperCase().toLowerCase();
  return folded.normalize('NFC');
}
