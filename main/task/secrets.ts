import { z } from 'zod';
import { Credentials } from '../contract/new-task.ts';
import type { SecretBox } from '../world/secrets.ts';

/** What of an item must not be read by others. All headers are among it: which of them is a secret, nobody can tell. */
export const ItemSecret = z.object({
  headers: z.record(z.string(), z.string()).default({}),
  credentials: Credentials.nullable().default(null),
  /** Text of a cookie file. */
  cookies: z.string().nullable().default(null),
});
export type ItemSecret = z.infer<typeof ItemSecret>;

/** Null where there is nothing to hide. */
export function sealSecret(box: SecretBox, secret: ItemSecret): Uint8Array | null {
  const { headers, credentials, cookies } = secret;
  const empty = Object.keys(headers).length === 0 && credentials === null && cookies === null;
  return empty ? null : box.seal(JSON.stringify(secret));
}

/** A new link in place of another: what was given for one origin is not for another, what stands in the link is. */
export function freshSource(
  box: SecretBox,
  before: { readonly url: string; readonly secret: Uint8Array | null },
  {
    url,
    user,
    password,
  }: { readonly url: string; readonly user: string | null; readonly password: string | null },
): { url: string; secret: Uint8Array | null } {
  const sameOrigin = before.url !== '' && new URL(before.url).origin === new URL(url).origin;
  const secret = openSecret(box, sameOrigin ? before.secret : null);
  const credentials = user === null ? secret.credentials : { user, password: password ?? '' };
  return { url, secret: sealSecret(box, { ...secret, credentials }) };
}

export function openSecret(box: SecretBox, sealed: Uint8Array | null): ItemSecret {
  return ItemSecret.parse(sealed === null ? {} : JSON.parse(box.open(sealed)));
}
