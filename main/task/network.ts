import { SatchelError } from '../contract/errors.ts';
import type { Settings } from '../contract/settings.ts';
import type { Disk } from '../world/disk.ts';
import type { NetworkOptions } from '../world/http.ts';

/** A proxy as it may stand in the settings, and what of it must not. */
export interface SplitProxy {
  readonly proxy: string;
  /** `USER:PASSWORD` as it was written, or null. */
  readonly userInfo: string | null;
}

/**
 * Takes the credentials out of a proxy's address, with a scheme or without; `env` and `none` have none. To the last
 * `@`: what stands before is never part of the host.
 */
export function splitProxy(text: string): SplitProxy {
  const [, scheme = '', userInfo = null, rest = ''] = PROXY.exec(text.trim()) ?? [];
  return { proxy: `${scheme}${rest}`, userInfo };
}

const PROXY = /^([a-z][a-z0-9+.-]*:\/\/)?(?:(.*)@)?([^@]*)$/is;

export function joinProxy({ proxy, userInfo }: SplitProxy): string {
  if (userInfo === null) return proxy;
  const [, scheme = '', , rest = ''] = PROXY.exec(proxy) ?? [];
  return `${scheme}${userInfo}@${rest}`;
}

/** How to reach servers, as the settings say. Throws `bad-input` where the file of certificates cannot be read. */
export async function networkOf(
  disk: Disk,
  settings: Settings,
  userInfo: string | null,
): Promise<NetworkOptions> {
  const { proxy, caFile, insecure, userAgent } = settings;
  return { proxy: joinProxy({ proxy, userInfo }), ca: await readCa(disk, caFile), insecure, userAgent };
}

async function readCa(disk: Disk, caFile: string | null): Promise<string | null> {
  if (caFile === null) return null;
  try {
    return (await disk.readWhole(caFile)).toString();
  } catch (thrown) {
    throw new SatchelError('bad-input', `the file of certificates cannot be read: ${caFile}`, {
      cause: thrown,
    });
  }
}
