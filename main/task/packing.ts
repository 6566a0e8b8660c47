import type { Compress } from '../contract/compress.ts';
import { isTextLike } from '../zip/compressible.ts';

const DEFAULT_LEVEL = 6;

/** How an entry is to be packed; `level` null: stored. */
export interface Packing {
  readonly level: number | null;
  /** Only if a look at its beginning says that it gains. */
  readonly trial: boolean;
}

export function packingOf(compress: Compress, name: string, mediaType: string | null): Packing {
  if (compress === 'store') return { level: null, trial: false };
  if (compress !== 'auto') return { level: compress, trial: false };
  return { level: isTextLike(name, mediaType) ? DEFAULT_LEVEL : null, trial: true };
}
