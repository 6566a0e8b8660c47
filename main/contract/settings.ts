import { z } from 'zod';
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

const category = (name: string, extensions: string): Category => ({
  name,
  extensions: extensions.split(' ').filter(Boolean),
  dir: null,
  ask: false,
});

const CATEGORIES: Category[] = [
  category('Video', 'mp4 mkv webm avi mov wmv flv m4v mpg mpeg ts m2ts 3gp ogv'),
  category('Audio', 'mp3 flac wav ogg opus m4a aac wma aiff mid'),
  category('Documents', 'pdf doc docx odt rtf txt md epub mobi xls xlsx ods csv ppt pptx odp'),
  category('Archives', 'zip 7z rar tar gz tgz bz2 xz zst tar.gz tar.bz2 tar.xz tar.zst iso img'),
  category('Programs', 'exe msi dmg pkg deb rpm apk appimage jar sh run'),
  category('Images', 'jpg jpeg png gif webp avif svg bmp tif tiff heic ico psd'),
  category('Other', ''),
];

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
