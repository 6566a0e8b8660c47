import { SatchelError } from '../contract/errors.ts';
import { httpError } from './http-errors.ts';
import type { ProxyAddress } from './proxy.ts';

export function proxyName({ label }: ProxyAddress): string {
  return `the proxy ${label}`;
}

/** Statuses that another try may mend; of the others, asking again brings nothing. */
const PASSING = new Set([408, 421, 423, 425, 429]);

/** What the proxy itself answered, as opposed to the target; without a status, which would be taken for the target's. */
export function proxyRefused(proxy: ProxyAddress, status: number): SatchelError {
  if (status === 407) return wrongWords(proxy, 'HTTP 407');
  const permanent = status < 500 && !PASSING.has(status);
  return new SatchelError('network', `${proxyName(proxy)} refused: HTTP ${status}`, { permanent });
}

function wrongWords(proxy: ProxyAddress, what: string): SatchelError {
  const wanted = proxy.user === null ? 'wants a user and a password' : 'does not take this user and password';
  return new SatchelError('auth-required', `${proxyName(proxy)} ${wanted}: ${what}`);
}

/** The library tells in words only, and its error holds the password: neither goes on. */
export function socksError(proxy: ProxyAddress, thrown: unknown): SatchelError {
  const text = thrown instanceof Error ? thrown.message : '';
  if (/Authentication failed|authentication type/.test(text)) return wrongWords(proxy, 'SOCKS 5');
  const rejected = /rejected connection - (\w+)/.exec(text)?.[1];
  if (rejected !== undefined) {
    const permanent = /^(NotAllowed|CommandNotSupported|AddressNotSupported)$/.test(rejected);
    return new SatchelError('network', `${proxyName(proxy)} refused: ${rejected}`, { permanent });
  }
  const code = /\b(E[A-Z_]{3,})\b/.exec(text)?.[1] ?? (/timed out/.test(text) ? 'ETIMEDOUT' : 'ECONNRESET');
  return httpError(Object.assign(new Error(code), { code }), undefined, proxyName(proxy));
}
