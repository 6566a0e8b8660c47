export const SCHEME = 'app';
const HOST = 'satchel';
/** Where the window's page is. */
export const PAGE = `${SCHEME}://${HOST}/index.html`;

/** As bundlers name files and folders; no dot at the front, no separator of any system. */
const NAME = /^[A-Za-z0-9_][\w.-]*$/;

/** Below the folder, with `/`; null where it is not ours. */
export function pathOf(address: string): string | null {
  const url = URL.parse(address);
  if (url === null || !isOurAddress(address)) return null;
  const path = url.pathname === '/' ? 'index.html' : url.pathname.slice(1);
  return path.split('/').every((name) => NAME.test(name)) ? path : null;
}

/** The origin of every scheme of this kind is `null` in Node: protocol and host are what tells. */
export function isOurAddress(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === `${SCHEME}:` && url.host === HOST;
}
