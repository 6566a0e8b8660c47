import type { PutOptions } from '../../main/bytes/commit.ts';

/** How to put a sealed download in place, with nothing to replace and nobody to tell. */
export function put(onTaken: PutOptions['onTaken']): PutOptions {
  return { onTaken, replaces: [], onPlaced: async () => {} };
}
