// A stock Chromium has no schemes of an app's own. `app://satchel/x` is shown to it as `https://satchel.app.electron-host.test/x`,
// a secure address of a standard scheme with its own origin, and every place where the app looks shows the first again.

const SUFFIX = 'electron-host.test';
const OWN = /^([a-z][a-z0-9+-]*):\/\/([^/?#]*)(.*)$/is;
const SHOWN = /^https:\/\/([^/?#]*)\.([a-z][a-z0-9+-]*)\.electron-host\.test(?=[/?#]|$)(.*)$/is;

/** What Chromium must not be asked for over the network; for Fetch.enable. */
export const OWN_ADDRESSES = `https://*.${SUFFIX}/*`;

const schemes = new Set<string>();

export function addOwnScheme(scheme: string): void {
  schemes.add(scheme);
}

/** The address as Chromium gets it. */
export function shownAddress(address: string): string {
  const [, scheme = '', hostName, rest] = OWN.exec(address) ?? [];
  return schemes.has(scheme) ? `https://${hostName}.${scheme}.${SUFFIX}${rest}` : address;
}

/** The address as the app knows it. */
export function ownAddress(address: string): string {
  const [shown, hostName, scheme, rest] = SHOWN.exec(address) ?? [];
  return shown === undefined ? address : `${scheme}://${hostName}${rest}`;
}

export function schemeOf(address: string): string {
  return address.slice(0, address.indexOf(':'));
}

/** A content security policy may name addresses of the app's own scheme. */
export function shownPolicy(policy: string): string {
  return policy.replace(/\b[a-z][a-z0-9+-]*:\/\/[\w.-]+/gi, (source) => shownAddress(source));
}
