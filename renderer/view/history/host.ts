/** The server of an address; empty for a package, which has none of its own. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? '';
}
