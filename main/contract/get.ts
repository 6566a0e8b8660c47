import { z } from 'zod';
import { compressOption } from './compress.ts';
import { choice, conflictOption, count, parseOptions, size } from './options.ts';

const LONGEST_SECONDS = 86_400;
const SECONDS = `must be a number of seconds, above 0 and at most ${LONGEST_SECONDS}`;

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
  onConflict: conflictOption,
  onChanged: choice(['stop', 'restart', 'continue']).default('stop'),
  resumeFrom: z.string().optional(),
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});
export type GetOptions = z.infer<typeof GetOptions>;

/** Checked options, or `bad-input` naming the option. */
export const parseGetOptions = (raw: unknown): GetOptions => parseOptions(GetOptions, raw);
