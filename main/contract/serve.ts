import { z } from 'zod';
import { choice, count, parseOptions } from './options.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const path = z.string().min(1, { error: 'must be a path' }).optional();
const list = z.array(z.string()).default([]);

/** `https://example.org`, or `*`. */
const origin = z.string().refine((text) => text === '*' || URL.parse(text)?.origin === text.toLowerCase(), {
  error: 'must be an origin such as https://example.org, or *',
});

/** The options of `satchel serve` as they come from the command line: text in, checked values out. */
export const ServeOptions = z.object({
  host: z.string().min(1, { error: 'must be a name or an address' }).default('127.0.0.1'),
  /** 0: any that is free. */
  port: count(0, 65_535).default(7878),
  dataDir: path,
  downloads: path,
  token: z.string().min(1, { error: 'must not be empty' }).optional(),
  tokenFile: path,
  /** Requests a second, for each token, and at once after a rest. */
  rate: count(1, 1_000_000).default(50),
  burst: count(1, 1_000_000).default(100),
  allowPrivate: z.boolean().default(false),
  allowOrigin: z.array(origin).default([]),
  allowHost: list,
  logLevel: choice(LOG_LEVELS).default('info'),
});
export type ServeOptions = z.infer<typeof ServeOptions>;

/** Checked options, or `bad-input` naming the option. */
export const parseServeOptions = (raw: unknown): ServeOptions => parseOptions(ServeOptions, raw);
