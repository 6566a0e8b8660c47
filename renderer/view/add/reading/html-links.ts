const LINKS =
  /<(?:a|area|img|video|audio|source|embed)\b[^>]*?\b(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi;
const BASE = /<base\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Whether a text is HTML with links in it. */
export function isHtml(text: string): boolean {
  return text.search(LINKS) >= 0;
}

/** Where its links and pictures lead; those that need the address of the page are left out where it says none. */
export function htmlLinks(text: string): readonly string[] {
  const base = decoded(matched(BASE.exec(text)));
  const urls: string[] = [];
  for (const match of text.matchAll(LINKS)) {
    const url = URL.parse(decoded(matched(match)).trim(), base === '' ? undefined : base);
    if (url?.protocol === 'http:' || url?.protocol === 'https:') urls.push(url.href);
  }
  return urls;
}

function matched(match: RegExpExecArray | null): string {
  return match?.[1] ?? match?.[2] ?? match?.[3] ?? '';
}

function decoded(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name: string | undefined) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? all;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}
