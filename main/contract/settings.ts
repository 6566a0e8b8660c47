import { z } from 'zod';
import { CATEGORIES } from './categories.ts';
import { EventType } from './events.ts';

const WEEKDAY = z.number().int().min(1).max(7);
const HOUR = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a time such as 08:30' });
/** Bytes per second; null is unlimited. */
const Rate = z.number().int().min(1024, { error: 'must be at least 1024 bytes/s' }).nullable();

/** The speed limit of everything together: a usual one, and another for some hours of some days (local time). */
export const Limits = z.object({
  /** `scheduled` follows the clock; the others hold until changed. */
  mode: z.enum(['scheduled', 'base', 'alternative']),
  base: Rate,
  alternative: Rate,
  /**
   * When the alternative applies: from `from` (inclusive) to `to` (exclusive), on the days it begins on (ISO 8601: 1 is
   * Monday). A window whose end is not after its beginning goes on into the next day; with both equal it lasts until
   * the same time there.
   */
  schedule: z.array(z.object({ days: z.array(WEEKDAY), from: HOUR, to: HOUR })).max(100),
});
export type Limits = z.infer<typeof Limits>;

/** A kind of file, known by its ending, with a folder of its own. */
export const Category = z.object({
  name: z.string().min(1).max(100),
  /** Without the dot, lower case. A category without any takes what no other one wants. */
  extensions: z.array(
    z.string().regex(/^[^./\\\s]+(\.[^./\\\s]+)*$/, { error: 'must be an ending without a dot' }),
  ),
  /** Absolute, or below the downloads folder; null is the downloads folder itself. */
  dir: z.string().min(1).nullable(),
  /** Its downloads wait, paused, until the user has said where they go. */
  ask: z.boolean(),
});
export type Category = z.infer<typeof Category>;

const HookUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).refine(
  (text) => {
    const url = URL.parse(text);
    return url !== null && url.username === '' && url.password === '';
  },
  { error: 'must be without a user and a password' },
);

/** An address that is told of events (docs/webhooks.md). */
export const Webhook = z.object({
  url: HookUrl,
  /** Which; null: all. */
  events: z.array(EventType).min(1).nullable().default(null),
});
export type Webhook = z.infer<typeof Webhook>;

/** The same as it is set: with what its messages are signed with, which is never shown. */
const NewWebhook = z.strictObject({
  url: HookUrl,
  events: z.array(EventType).min(1).nullable().default(null),
  /** Left out: the one that this address has; null: none any more. */
  secret: z.string().min(1).max(1024).nullable().optional(),
});

/** An address is one target, with one queue and one secret. */
function eachOnce<T extends z.ZodType<readonly { url: string }[]>>(list: T): T {
  return list.refine((webhooks) => new Set(webhooks.map(({ url }) => url)).size === webhooks.length, {
    error: 'names an address twice',
  });
}

/** A program that is run for each download that is done. */
export const OnDone = z.object({
  /** The program, and its arguments, in which `{path} {name} {id} {dir}` are filled in; no shell looks at them. */
  command: z.array(z.string()).min(1),
  timeoutSeconds: z.number().positive().max(86_400).default(60),
});

/**
 * What the user has set, as it stands in `settings.json`. Keys that are not here are kept for the program that wrote
 * them; a key that is missing has its default.
 */
export const Settings = z.object({
  /** Where downloads go; null is the folder of the system. */
  dir: z.string().min(1).nullable().default(null),
  /** Every download waits, paused, until the user has said where it goes. */
  askWhere: z.boolean().default(false),
  categories: z.array(Category).max(100).default(CATEGORIES),
  /** Tasks running at once. */
  jobs: z.number().int().min(1).max(100).default(5),
  /** Connections per item, and per host over all tasks. */
  connections: z.number().int().min(1).max(32).default(8),
  perHost: z.number().int().min(1).max(64).default(8),
  /** Bytes; no part is made smaller. */
  minSplit: z
    .number()
    .int()
    .min(1)
    .default(1024 * 1024),
  /** Tries after a failure that brought nothing new. */
  retries: z.number().int().min(0).max(1_000_000).default(8),
  /** A connection is given up after so long without a byte. */
  timeoutSeconds: z.number().positive().max(86_400).default(30),
  onConflict: z.enum(['rename', 'overwrite', 'skip', 'fail']).default('rename'),
  onChanged: z.enum(['stop', 'restart', 'continue']).default('stop'),
  limits: Limits.default({ mode: 'scheduled', base: null, alternative: null, schedule: [] }),
  /** `env` (as the environment says), `none`, or a URL: http, https, socks5. Its password is kept elsewhere. */
  proxy: z.string().min(1).default('env'),
  /** A PEM file with certificates to trust besides the usual ones. */
  caFile: z.string().min(1).nullable().default(null),
  /** No certificate is checked. */
  insecure: z.boolean().default(false),
  userAgent: z.string().min(1).nullable().default(null),
  /** Logins in the netrc file of the user are used for the hosts they are for. */
  netrc: z.boolean().default(false),
  /** History older than this moves to the archive, which search still reaches. */
  historyDays: z.number().int().min(1).max(36_500).default(365),
  webhooks: eachOnce(z.array(Webhook).max(20)).default([]),
  /** Of the interface; `system` as the system says. */
  language: z.enum(['system', 'en', 'zh-CN']).default('system'),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  density: z.enum(['comfortable', 'compact']).default('comfortable'),
  /** Of the desktop: what closing the window does. */
  onClose: z.enum(['quit', 'background']).default('quit'),
  /** Links that are copied are offered. */
  watchClipboard: z.boolean().default(false),
  notifications: z.boolean().default(true),
  /** The computer does not go to sleep while something is being fetched. */
  keepAwake: z.boolean().default(true),
  /** What happens when nothing is left to fetch. */
  whenDone: z.enum(['nothing', 'quit', 'sleep']).default('nothing'),
  /** The desktop's own server door; without a token only this machine may be listened to. */
  remoteAccess: z
    .object({
      enabled: z.boolean(),
      host: z.string().min(1),
      port: z.number().int().min(0).max(65_535),
    })
    .default({ enabled: false, host: '127.0.0.1', port: 7878 }),
  /** Set in the file only: whoever may set it over the network could run anything here. */
  onDone: OnDone.nullable().default(null),
});
export type Settings = z.infer<typeof Settings>;

const { onDone: _, webhooks: __, ...shape } = Settings.shape;

/** A change of some settings: a key that is left out stays as it is. Unknown keys are refused. */
export const SettingsPatch = z.strictObject({
  ...(Object.fromEntries(Object.entries(shape).map(([key, value]) => [key, value.unwrap().optional()])) as {
    [K in keyof typeof shape]: z.ZodOptional<ReturnType<(typeof shape)[K]['unwrap']>>;
  }),
  webhooks: eachOnce(z.array(NewWebhook).max(20)).optional(),
});
export type SettingsPatch = z.infer<typeof SettingsPatch>;
