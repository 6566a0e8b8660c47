/**
 * An address with what lets the browser in there, as Satchel takes it.
 * @param {string} url
 * @param {{ referrer?: string, name?: string }} [more]
 */
export async function linkOf(url, { referrer = '', name = '' } = {}) {
  const cookies = await cookiesOf(url);
  return {
    url,
    userAgent: navigator.userAgent,
    ...(/^https?:/.test(referrer) && { referer: referrer }),
    ...(name !== '' && { name }),
    ...(cookies !== '' && { cookies }),
  };
}

export function isWebAddress(url) {
  return /^https?:\/\//i.test(url ?? '');
}

/** As in a `Cookie` header; those with longer paths first (RFC 6265 §5.4). */
async function cookiesOf(url) {
  const all = await chrome.cookies.getAll({ url });
  all.sort((a, b) => b.path.length - a.path.length);
  return all.map(({ name, value }) => `${name}=${value}`).join('; ');
}
