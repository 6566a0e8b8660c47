import { z } from 'zod';
import { compressOption } from './compress.ts';
import { choice, conflictOption, parseOptions } from './options.ts';

/** The options of `satchel pack` as they come from the command line: text in, checked values out. */
export const PackOptions = z.object({
  output: z.string({ error: 'is needed' }).min(1, { error: 'must be a name' }),
  compress: compressOption,
  exclude: z.array(z.string()).default([]),
  symlinks: choice(['follow', 'skip']).default('follow'),
  onConflict: conflictOption,
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});
export type PackOptions = z.infer<typeof PackOptions>;

/** Checked options, or `bad-input` naming the option. */
export const parsePackOptions = (raw: unknown): PackOptions => parseOptions(PackOptions, raw);
