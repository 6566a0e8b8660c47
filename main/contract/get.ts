import { z } from 'zod';
import { compressOption } from './compress.ts';
import { SatchelError } from './errors.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes of a size such as `500K`, `1.5M` or `2GiB`, or null. */
function parseSize(text: string): number | null {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([kmg]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number.parseFloat(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN));
  return Number.isSafeInteger(bytes) && bytes >= 1 ? bytes : null;
}

const size = z.string().transform((text, context) => {
  const bytes = parseSize(text);
  if (bytes !== null) return bytes;
  context.addIssue({ code: 'custom', message: 'must be a size such as 500K or 1M' });
  return z.NEVER;
});

const count = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d+$/, { error })
    .transform(Number)
    .pipe(z.number({ error }).min(least, { error }).max(most, { error }));
};

const LONGEST_SECONDS = 86_400;
const SECONDS = `must be a number of seconds, above 0 and at most ${LONGEST_SECONDS}`;

const choice = <const T extends readonly string[]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

/** The options of `satchel get` as they come from the command line: text in, checked values out. */
export const GetOptions = z.object({
  dir: z.string().default('.'),
  output: z.string().min(1, { error: 'must be a name' }).optional(),
  inputFile: z.string().optional(),
  /** `-`: standard output. */
  zip: z.string().min(1, { error: 'must be a file, or - for standard output' }).optional(),
  compress: compressOption,
  finishWithout: z.boolean().default(false),
  connections: count(1, 32).default(8),
  jobs: count(1, 100).default(5),
  perHost: count(1, 64).default(8),
  minSplit: size.default(1024 * 1024),
  limitRate: size.optional(),
  checksum: z.string().optional(),
  header: z.array(z.string()).optional(),
  user: z.string().min(1, { error: 'must be USER:PASSWORD' }).optional(),
  cookies: z.string().min(1, { error: 'must be a file' }).optional(),
  referer: z.string().optional(),
  userAgent: z.string().min(1, { error: 'must not be empty' }).optional(),
  /** Empty or `none`: no proxy. */
  proxy: z.string().optional(),
  ca: z.string().min(1, { error: 'must be a file' }).optional(),
  insecure: z.boolean().default(false),
  netrc: z.boolean().default(true),
  retries: count(0, 1_000_000).default(8),
  timeout: z
    .string()
    .regex(/^\d+(\.\d+)?$/, { error: SECONDS })
    .transform(Number)
    .pipe(z.number().positive({ error: SECONDS }).max(LONGEST_SECONDS, { error: SECONDS }))
    .default(30),
  onConflict: choice(['resume', 'rename', 'overwrite', 'skip', 'fail']).default('rename'),
  onChanged: choice(['stop', 'restart', 'continue']).default('stop'),
  resumeFrom: z.string().optional(),
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});
export type GetOptions = z.infer<typeof GetOptions>;

/** Checked options, or `bad-input` naming the option. */
export function parseGetOptions(raw: unknown): GetOptions {
  const parsed = GetOptions.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const option = String(issue?.path[0] ?? '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new SatchelError('bad-input', `--${option} ${issue?.message}`);
}
