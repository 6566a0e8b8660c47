import type { Credentials } from '../contract/new-task.ts';
import { parseCookieFile } from '../source/cookies.ts';
import type { NetrcEntry } from '../source/netrc.ts';
import { basicAuthorization } from '../source/request-headers.ts';
import type { SecretBox } from '../world/secrets.ts';
import type { Address } from './package-job.ts';
import type { ItemRecord } from './record.ts';
import { openSecret } from './secrets.ts';

/** An item's address with what goes along so that it is let in, opened. */
export function addressOf(
  box: SecretBox,
  { url, secret }: Pick<ItemRecord, 'url' | 'secret'>,
  netrc: readonly NetrcEntry[],
): Address {
  const { headers, credentials, cookies } = openSecret(box, secret);
  return {
    url,
    headers: credentials === null ? headers : { ...headers, authorization: authorizationOf(credentials) },
    cookies: cookies === null ? [] : parseCookieFile(cookies),
    netrc,
  };
}

function authorizationOf(credentials: Credentials): string {
  if ('bearer' in credentials) return `Bearer ${credentials.bearer}`;
  return basicAuthorization(credentials.user, credentials.password);
}
