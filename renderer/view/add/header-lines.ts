const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Header lines as they were typed, `Name: value`; `wrongLine` is counted from 1. */
export type HeaderLines =
  | { readonly ok: true; readonly headers: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly wrongLine: number };

/** Empty lines are passed over; of a name given twice the last line counts. */
export function parseHeaderLines(text: string): HeaderLines {
  const headers: Record<string, string> = {};
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim();
    if (!NAME.test(name)) return { ok: false, wrongLine: index + 1 };
    headers[name] = line.slice(colon + 1).trim();
  }
  return { ok: true, headers };
}
