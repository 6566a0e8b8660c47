import { z } from 'zod';
import { compressOption } from './compress.ts';
import { SatchelError } from './errors.ts';

/** The options of `satchel pack` as they come from the command line: text in, checked values out. */
export const PackOptions = z.object({
  output: z.string({ error: 'is needed' }).min(1, { error: 'must be a name' }),
  compress: compressOption,
  exclude: z.array(z.string()).default([]),
  symlinks: z.enum(['follow', 'skip'], { error: 'must be one of follow, skip' }).default('follow'),
  onConflict: z
    .enum(['resume', 'rename', 'overwrite', 'skip', 'fail'], {
      error: 'must be one of resume, rename, overwrite, skip, fail',
    })
    .default('rename'),
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});
export type PackOptions = z.infer<typeof PackOptions>;

/** Checked options, or `bad-input` naming the option. */
export function parsePackOptions(raw: unknown): PackOptions {
  const parsed = PackOptions.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const option = String(issue?.path[0] ?? '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new SatchelError('bad-input', `--${option} ${issue?.message}`);
}
