import { parseHeaderLines } from '../header-lines.ts';
import { readCurl } from './curl.ts';
import type { GivenLink } from './given-link.ts';
import { htmlLinks, isHtml } from './html-links.ts';
import { type ListedTask, readList } from './list-json.ts';
import { expandPattern } from './patterns.ts';
import { commandWords } from './shell-words.ts';

/** What a pasted text holds. */
export type Reading =
  | {
      readonly kind: 'links';
      readonly links: readonly GivenLink[];
      /** A pattern, or the text, stands for more than `MOST_LINKS`; what is beyond them is left out. */
      readonly tooMany: boolean;
      /** A command in it would send something; Satchel only fetches. */
      readonly sends: boolean;
    }
  /** A list as Satchel exports it. */
  | { readonly kind: 'list'; readonly tasks: readonly ListedTask[] };

/** More at once is more likely a mistake in a pattern. */
export const MOST_LINKS = 20_000;

const CURL = /^[ \t]*(?:\$[ \t]+)?curl(?:\.exe)?[ \t]/im;

/** Reads anything: addresses and patterns, `curl` commands, HTML, an input file of aria2, an exported list. */
export function readText(text: string): Reading {
  const tasks = readList(text);
  if (tasks !== null) return { kind: 'list', tasks };
  const found = new Found();
  let rest = text.replace(/^\ufeff/, '');
  for (let at = rest.search(CURL); at >= 0; at = rest.search(CURL)) {
    readPlain(rest.slice(0, at), found);
    const command = rest.slice(at).replace(/^[ \t]*(?:\$[ \t]+)?/, '');
    const { words, end } = commandWords(command);
    const curl = readCurl(words.slice(1));
    found.sends ||= curl.sends;
    for (const link of curl.links) found.add(link);
    rest = command.slice(Math.max(end, 1));
  }
  readPlain(rest, found);
  return found.reading();
}

/** Collects links, each address once, with its patterns expanded. */
class Found {
  readonly #links = new Map<string, GivenLink>();
  #tooMany = false;
  sends = false;

  add(link: GivenLink): GivenLink | null {
    const urls = expandPattern(link.url, MOST_LINKS);
    if (urls === null) this.#tooMany = true;
    for (const url of urls ?? []) this.#put({ ...link, url });
    return urls?.length === 1 ? link : null;
  }

  /** What an indented line says of the address above. */
  tell(url: string, more: Partial<GivenLink>): void {
    const link = this.#links.get(url);
    if (link === undefined) return;
    const headers = more.headers === undefined ? {} : { headers: { ...link.headers, ...more.headers } };
    this.#links.set(url, { ...link, ...more, ...headers });
  }

  reading(): Reading {
    return {
      kind: 'links',
      links: [...this.#links.values()],
      tooMany: this.#tooMany,
      sends: this.sends,
    };
  }

  #put(link: GivenLink): void {
    if (!isAddress(link.url) || this.#links.has(link.url)) return;
    if (this.#links.size >= MOST_LINKS) this.#tooMany = true;
    else this.#links.set(link.url, link);
  }
}

function readPlain(text: string, found: Found): void {
  if (isHtml(text)) {
    for (const url of htmlLinks(text)) found.add({ url });
  } else readLines(text, found);
}

/** One address a line, as in an input file of aria2; else whatever a line holds. */
function readLines(text: string, found: Found): void {
  let above: string | null = null;
  for (const raw of text.split(/\r\n|\r|\n/)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const option = above !== null && /^\s/.test(raw) ? optionOf(line) : null;
    if (option !== null && above !== null) {
      found.tell(above, option);
      continue;
    }
    // Further addresses of the same file follow after tabs.
    const [first = '', ...others] = line.split('\t').map((part) => part.trim());
    const whole = isAddress(first) && !/\s/.test(first);
    const spares = whole ? others.filter((url) => isAddress(url) && !/\s/.test(url)) : [];
    const more = spares.length > 0 ? { spares } : {};
    for (const url of whole ? [first] : urlsIn(line)) above = found.add({ url, ...more })?.url ?? null;
  }
}

const OPTIONS: Readonly<Record<string, 'name' | 'dir' | 'checksum'>> = {
  out: 'name',
  dir: 'dir',
  checksum: 'checksum',
};

/** Null where the line is none; options that are not for us say nothing. */
function optionOf(line: string): Partial<GivenLink> | null {
  const [, key = '', value = ''] = /^([a-z][a-z0-9-]*)\s*=\s*(.*)$/i.exec(line) ?? [];
  if (key === '') return null;
  const header = headerOf(key.toLowerCase(), value);
  if (header !== null) return { headers: header };
  const ours = OPTIONS[key.toLowerCase()];
  if (ours === undefined || value === '') return {};
  // aria2 has `sha-256=HEX` where we have `sha256:HEX`.
  return { [ours]: ours === 'checksum' ? value.replace(/^(\w+)(?:-(\w+))?=/, '$1$2:') : value };
}

/** What aria2's options say of the request; null where they say nothing of it. */
function headerOf(key: string, value: string): Readonly<Record<string, string>> | null {
  if (key === 'referer' || key === 'user-agent') return { [key]: value };
  if (key !== 'header') return null;
  const parsed = parseHeaderLines(value);
  return parsed.ok ? parsed.headers : null;
}

/** Addresses in running text, patterns too. */
function urlsIn(line: string): readonly string[] {
  const found = line.match(/https?:\/\/[^\s<>"'`\\^|]+/gi) ?? [];
  return found.map(withoutEnd);
}

/** What ends a sentence, or a bracket around an address, is no part of it. */
function withoutEnd(url: string): string {
  const opens = new Map(Object.values(PAIRS).map((sign) => [sign, url.indexOf(sign)]));
  // By hand: a regular expression takes minutes for a megabyte of dots and a letter.
  for (let end = url.length; end > 0; end -= 1) {
    const last = url.charAt(end - 1);
    if (ENDS.includes(last)) continue;
    const open = opens.get(PAIRS[last] ?? '') ?? 0;
    if (open >= 0 && open < end) return url.slice(0, end);
  }
  return '';
}

const ENDS = '.,;:!?…。，、';

const PAIRS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.parse(text) !== null;
}
