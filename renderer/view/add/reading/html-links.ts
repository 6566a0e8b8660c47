/** A tag with its attributes, whatever stands in their quotes. */
const TAGS = /<(a|area|img|video|audio|source|track|embed|base|link)\b((?:[^"'<>]|"[^"]*"|'[^']*')*)>/gi;
/** Looked for at the beginning of a word only: else a long one is looked through from each of its letters. */
const ATTRIBUTE = /(?<![^\s"'<>/=])([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))/g;
/** What a browser shows nothing of; what is not closed goes to the end, as in a browser. */
const UNSEEN = /<!--[\s\S]*?(?:-->|$)|<(script|style|template)\b[\s\S]*?(?:<\/\1\s*>|$)/gi;
/** Where a page came from that a browser has saved. */
const SAVED_FROM = /<!--\s*saved from url=\(\d+\)(\S+)/i;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Attributes of a tag, by their names in small letters. */
type Attributes = ReadonlyMap<string, string>;

interface Tag {
  readonly name: string;
  readonly attributes: Attributes;
}

/** Whether a text is HTML with links in it. */
export function isHtml(text: string): boolean {
  return /<[a-z]/i.test(text) && tagsOf(text).some((tag) => referencesOf(tag).length > 0);
}

/** Where its links, pictures, films and sounds lead; those that need the address of the page are left out where it says none. */
export function htmlLinks(text: string): readonly string[] {
  const tags = tagsOf(text);
  const base = baseOf(text, tags);
  const urls: string[] = [];
  for (const reference of tags.flatMap(referencesOf)) {
    // A place in the page itself is nothing to fetch.
    if (reference.startsWith('#')) continue;
    const url = URL.parse(reference, base);
    if (url?.protocol === 'http:' || url?.protocol === 'https:') urls.push(url.href);
  }
  return urls;
}

function tagsOf(text: string): readonly Tag[] {
  const seen = text.replace(UNSEEN, '');
  return [...seen.matchAll(TAGS)].map(([, name = '', inner = '']) => ({
    name: name.toLowerCase(),
    attributes: attributesOf(inner),
  }));
}

function attributesOf(text: string): Attributes {
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single, bare] of text.matchAll(ATTRIBUTE)) {
    const key = name.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, decoded(double ?? single ?? bare ?? '').trim());
  }
  return attributes;
}

function baseOf(text: string, tags: readonly Tag[]): string | undefined {
  const page = canonicalOf(tags) ?? SAVED_FROM.exec(text)?.[1];
  const base = tags.find(({ name, attributes }) => name === 'base' && attributes.has('href'));
  return URL.parse(base?.attributes.get('href') ?? page ?? '', page)?.href;
}

/** Where the page says that it is. */
function canonicalOf(tags: readonly Tag[]): string | undefined {
  const link = tags.find(
    ({ name, attributes }) => name === 'link' && attributes.get('rel')?.toLowerCase() === 'canonical',
  );
  const href = link?.attributes.get('href') ?? '';
  return URL.parse(href) !== null ? href : undefined;
}

/** As they stand there, relative ones too. */
function referencesOf({ name, attributes }: Tag): readonly string[] {
  const given = (key: string) => attributes.get(key) || [];
  switch (name) {
    case 'a':
    case 'area':
      return [given('href')].flat();
    case 'base':
    case 'link':
      return [];
    case 'video':
      return [given('src'), given('poster')].flat();
    default:
      // Pictures that are loaded as they are scrolled to have their true address beside.
      return [attributes.get('data-src') || given('src'), largestOf(attributes.get('srcset') ?? '')].flat();
  }
}

interface Candidate {
  readonly url: string;
  size: number;
}

/** Of the sizes that there are of a picture: `small.jpg 1x, large.jpg 2x`. Nothing where there are none. */
function largestOf(srcset: string): readonly string[] {
  const largest = candidatesOf(srcset).reduce<Candidate | null>(
    (most, each) => (most === null || each.size > most.size ? each : most),
    null,
  );
  return largest === null ? [] : [largest.url];
}

/** As HTML has it (§4.8.4.2.1): word by word, since one expression for it all looks through a long word again and again. */
function candidatesOf(srcset: string): readonly Candidate[] {
  const found: Candidate[] = [];
  let open: Candidate | null = null;
  for (const word of srcset.split(/\s+/)) {
    let rest = word;
    if (open !== null) {
      const comma = word.indexOf(',');
      const [, size] = /^([\d.]+)[wx]$/.exec(comma < 0 ? word : word.slice(0, comma)) ?? [];
      if (size !== undefined) open.size = Number(size);
      if (comma < 0) continue;
      rest = word.slice(comma);
    }
    const url = withoutCommas(rest);
    open = url === '' ? null : { url, size: 1 };
    if (open !== null) found.push(open);
    if (rest.endsWith(',')) open = null;
  }
  return found;
}

function withoutCommas(word: string): string {
  let [start, end] = [0, word.length];
  while (word[start] === ',') start += 1;
  while (end > start && word[end - 1] === ',') end -= 1;
  return word.slice(start, end);
}

function decoded(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name: string | undefined) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
