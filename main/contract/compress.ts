import { z } from 'zod';

/** How entries of a ZIP are packed: `auto` packs what gains by it, `store` nothing, a level (1 fast … 9 small) all. */
export const Compress = z.union([z.enum(['auto', 'store']), z.number().int().min(1).max(9)]);
export type Compress = z.infer<typeof Compress>;

const HOW = 'must be auto, store, or a level from 1 to 9';

/** The same as the option of a command line. */
export const compressOption = z
  .string()
  .regex(/^(?:auto|store|[1-9])$/, { error: HOW })
  .transform((text): Compress => (text === 'auto' || text === 'store' ? text : Number(text)))
  .default('auto');
