import type { CustomScheme, Protocol } from 'electron';
import { offered } from './offered.ts';
import { addOwnScheme } from './scheme-urls.ts';

type Handler = Parameters<Protocol['handle']>[1];

const handlers = new Map<string, Handler>();
let isSealed = false;

/** The app is ready: from now on no scheme gets privileges. */
export function sealSchemes(): void {
  isSealed = true;
}

/** What answers for the addresses of this scheme; null for those of the web. */
export function handlerOf(scheme: string): Handler | null {
  return handlers.get(scheme) ?? null;
}

/** Every scheme of the host is standard, secure, and can be fetched, whatever privileges it is given. */
export const protocol = offered('protocol', {
  registerSchemesAsPrivileged(list: CustomScheme[]) {
    if (isSealed)
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    for (const { scheme } of list) addOwnScheme(scheme);
  },
  handle(scheme: string, handler: Handler) {
    if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    addOwnScheme(scheme);
    handlers.set(scheme, handler);
  },
  unhandle: (scheme: string) => void handlers.delete(scheme),
  isProtocolHandled: (scheme: string) => handlers.has(scheme),
} satisfies Pick<Protocol, 'registerSchemesAsPrivileged' | 'handle' | 'unhandle' | 'isProtocolHandled'>);
