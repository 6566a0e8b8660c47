import { z } from 'zod';
import { Compress } from './compress.ts';

/** A header's name (RFC 9110 §5.1); its value is checked where it is used. */
const HeaderName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'is not a header name' });
const Headers = z.record(HeaderName, z.string());
const Name = z.string().min(1).max(1024);
/** Further addresses of the same file, tried in turn when one fails for good. */
const Spares = z.array(z.string()).max(100);

/** How to be let in. */
export const Credentials = z.union([
  z.strictObject({ user: z.string(), password: z.string() }),
  z.strictObject({ bearer: z.string().min(1) }),
]);
export type Credentials = z.infer<typeof Credentials>;

/**
 * One source of a new task: an address; or (packages only) a file of this machine, with its absolute path, or a file task
 * of the list, by its id: what it has put in place, else where it comes from and what lets it in there.
 */
export const NewItem = z.strictObject({
  url: z.string().optional(),
  path: z.string().optional(),
  task: z.string().optional(),
  name: Name.optional(),
  headers: Headers.optional(),
  checksum: z.string().optional(),
  /** As of a task; file tasks only. */
  spares: Spares.optional(),
});
export type NewItem = z.infer<typeof NewItem>;

/** What is asked for with a new task. Whatever is left out is as the settings say. */
export const NewTask = z.strictObject({
  kind: z.enum(['file', 'package']).default('file'),
  /** Of a file task; the same as one item. */
  url: z.string().optional(),
  /**
   * Of a file task: further addresses of the same file, tried in turn when one fails for good. What was given to be let
   * in goes along to those of the same origin only; credentials in an address go with it.
   */
  spares: Spares.optional(),
  items: z.array(NewItem).optional(),
  name: Name.optional(),
  /** Folder; relative ones lie below the downloads folder. */
  dir: z.string().min(1).optional(),
  checksum: z.string().optional(),
  headers: Headers.optional(),
  credentials: Credentials.optional(),
  /** Text of a cookie file in Netscape's format. */
  cookies: z.string().optional(),
  referer: z.string().optional(),
  userAgent: z.string().optional(),
  /** Of packages. */
  compress: Compress.optional(),
  connections: z.number().int().min(1).max(32).optional(),
  /** Bytes per second. */
  limitRate: z.number().int().min(1024).nullable().optional(),
  /** Higher runs first. */
  priority: z.number().int().min(-1000).max(1000).default(0),
  /** Place in the list, from 0; the end where it is left out. */
  position: z.number().int().nonnegative().optional(),
  paused: z.boolean().default(false),
  onConflict: z.enum(['rename', 'overwrite', 'skip', 'fail']).optional(),
  onChanged: z.enum(['stop', 'restart', 'continue']).optional(),
});
export type NewTask = z.output<typeof NewTask>;
