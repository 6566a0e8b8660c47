import type { Bridge } from './bridge.ts';

/** The page's side of contextBridge; runs before any script of the page. Sent as text, see scripts.ts. */
export function startMainWorld(bridge: Bridge): void {
  bridge.operations['expose'] = (key: string, api: unknown) => {
    if (Object.hasOwn(window, key)) {
      throw new Error('Cannot bind an API on top of an existing property on the window object');
    }
    const value = bridge.revive(api, true);
    Object.defineProperty(window, key, { value, enumerable: true, configurable: false, writable: false });
  };
}
