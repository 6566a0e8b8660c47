import { basename, dirname } from 'node:path/posix';
import type { CommandInput } from '../../contract/commands.ts';
import type { Settings, SettingsPatch } from '../../contract/settings.ts';
import { parseHeaderLine } from '../../engine.ts';
import { type RpcError, refused, type Struct } from './params.ts';

/** aria2's options in our terms: aria2c(1), OPTIONS. What is not here is taken and does nothing, as in aria2. */

type NewTask = CommandInput<'tasks.add'>;
type TaskPatch = Omit<CommandInput<'tasks.update'>, 'id'>;

/** By name, as text; what aria2 takes as a list keeps its lines. */
export type Options = ReadonlyMap<string, readonly string[]>;

const CONNECTIONS_MOST = 32;
const SERVER_CONNECTIONS_MOST = 16;
const RATE_LEAST = 1024;
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 * 1024 };
const DIGESTS: Readonly<Record<string, number>> = {
  md5: 32,
  'sha-1': 40,
  'sha-256': 64,
  'sha-512': 128,
};

/** A task brings no proxy of its own: it would be a way around the addresses that may not be fetched. */
const PROXY = /^(all|https?|ftp)-proxy(-user|-passwd)?$/;
/** Programs are started by nobody but who owns the settings file. */
const HOOK = /^on-/;
/** Only when a download is added. */
const FIXED = [
  ...['header', 'referer', 'user-agent', 'http-user', 'http-passwd', 'checksum', 'gid'],
  ...['allow-overwrite', 'auto-file-renaming'],
] as const;

/** The options of a call. Numbers and truth values are taken for their text, which aria2 passes over. */
export function optionsIn(given: Struct): Options {
  const options = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(given)) {
    const values = (Array.isArray(value) ? value : [value]).flatMap(textOf);
    if (values.length > 0) options.set(name, values);
  }
  for (const [name, values] of options) {
    if (PROXY.test(name) && values.some(Boolean))
      throw refused(`${name} is for the settings of Satchel alone`);
  }
  if (one(options, 'dry-run') === 'true') throw refused('dry-run is not supported');
  return options;
}

function textOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
}

const one = (options: Options, name: string): string | undefined => options.get(name)?.at(-1);

const wrong = (name: string): RpcError =>
  refused(`We encountered a problem while processing the option '--${name}'.`);

/** What is asked for with a new download. */
export function newTaskOf(uris: readonly string[], options: Options): NewTask {
  const [url = '', ...spares] = uris;
  const connections = connectionsOf(options);
  const limitRate = rateOf(options, 'max-download-limit');
  const gid = one(options, 'gid');
  if (gid !== undefined && !/^[0-9a-f]{16}$/i.test(gid)) throw wrong('gid');
  const referer = one(options, 'referer');
  return {
    url,
    ...(spares.length > 0 ? { spares } : {}),
    ...placeOf(options),
    ...given('headers', headersOf(options)),
    ...given('checksum', checksumOf(options)),
    ...given('referer', referer === '*' ? url : referer),
    ...given('userAgent', one(options, 'user-agent')),
    ...given('credentials', credentialsOf(options)),
    ...given('connections', connections),
    ...given('limitRate', limitRate),
    ...given('paused', truth(options, 'pause')),
    ...given('onConflict', conflictOf(options)),
  };
}

/** A change of a download. */
export function patchOf(options: Options): TaskPatch {
  const fixed = FIXED.find((name) => options.has(name));
  if (fixed) throw refused(`${fixed} can only be given when a download is added`);
  return {
    ...placeOf(options),
    ...given('connections', connectionsOf(options)),
    ...given('limitRate', rateOf(options, 'max-download-limit')),
  };
}

/** A change of the settings. */
export function settingsOf(options: Options, now: Settings): SettingsPatch {
  const hook = [...options.keys()].find((name) => HOOK.test(name));
  if (hook) throw refused(`${hook} is for the settings file alone`);
  const base = rateOf(options, 'max-overall-download-limit');
  const mode = now.limits.mode === 'alternative' ? ('base' as const) : now.limits.mode;
  const dir = one(options, 'dir');
  return {
    ...given('jobs', whole(options, 'max-concurrent-downloads', 100)),
    ...given('connections', connectionsOf(options)),
    ...given('dir', dir),
    ...given('userAgent', one(options, 'user-agent')),
    ...given('limits', base === undefined ? undefined : { ...now.limits, mode, base }),
  };
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}

/** `out` may be a path below `dir`. */
function placeOf(options: Options): { name?: string; dir?: string } {
  const dir = one(options, 'dir') || undefined;
  const out = one(options, 'out') || undefined;
  if (out === undefined || !out.includes('/')) return { ...given('name', out), ...given('dir', dir) };
  const below = dirname(out.replace(/^\/+/, ''));
  return { name: basename(out), dir: dir === undefined ? below : `${dir}/${below}` };
}

function whole(options: Options, name: string, most: number): number | undefined {
  const text = one(options, name);
  if (text === undefined) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) throw wrong(name);
  return value;
}

/** As many as both allow; aria2 counts them over all addresses, of which we use one at a time. */
function connectionsOf(options: Options): number | undefined {
  const split = whole(options, 'split', Number.MAX_SAFE_INTEGER);
  const perServer = whole(options, 'max-connection-per-server', SERVER_CONNECTIONS_MOST);
  if (split === undefined && perServer === undefined) return undefined;
  return Math.min(split ?? CONNECTIONS_MOST, perServer ?? CONNECTIONS_MOST, CONNECTIONS_MOST);
}

/** Bytes per second; 0 is none. Less than the least that we can hold to becomes that. */
function rateOf(options: Options, name: string): number | null | undefined {
  const text = one(options, name);
  if (text === undefined) return undefined;
  const [, digits = '', unit = ''] = /^(\d{1,15})([km]?)$/i.exec(text) ?? [];
  const bytes = Number(digits || Number.NaN) * (UNITS[unit.toLowerCase()] ?? 1);
  if (!Number.isSafeInteger(bytes)) throw wrong(name);
  return bytes === 0 ? null : Math.max(RATE_LEAST, bytes);
}

function truth(options: Options, name: string): boolean | undefined {
  const text = one(options, name);
  if (text === undefined) return undefined;
  if (text !== 'true' && text !== 'false') throw wrong(name);
  return text === 'true';
}

/** Lines `Name: value`; a name that comes twice has its values joined (RFC 9110 §5.3, RFC 6265 §5.4). */
function headersOf(options: Options): Record<string, string> | undefined {
  const lines = options
    .get('header')
    ?.flatMap((text) => text.split(/\r?\n/))
    .filter((line) => line.trim());
  if (lines === undefined) return undefined;
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const { name, value } = headerIn(line);
    const key = name.toLowerCase();
    const before = headers[key];
    headers[key] = before === undefined ? value : `${before}${key === 'cookie' ? '; ' : ', '}${value}`;
  }
  return headers;
}

function headerIn(line: string): { name: string; value: string } {
  try {
    const { name, value } = parseHeaderLine(line);
    return { name, value: value.trim() };
  } catch {
    throw wrong('header');
  }
}

/** `sha-256=HEX`. */
function checksumOf(options: Options): string | undefined {
  const text = one(options, 'checksum');
  if (text === undefined) return undefined;
  const [, kind = '', hex = ''] = /^([\w-]+)=([0-9a-f]+)$/i.exec(text) ?? [];
  if (DIGESTS[kind.toLowerCase()] !== hex.length) throw wrong('checksum');
  return `${kind.toLowerCase().replace('sha-', 'sha')}:${hex.toLowerCase()}`;
}

function credentialsOf(options: Options) {
  const user = one(options, 'http-user');
  const password = one(options, 'http-passwd');
  return user === undefined && password === undefined
    ? undefined
    : { user: user ?? '', password: password ?? '' };
}

/** A new name is aria2's habit too, until one of these says otherwise. */
function conflictOf(options: Options): 'overwrite' | 'fail' | undefined {
  if (truth(options, 'allow-overwrite')) return 'overwrite';
  return truth(options, 'auto-file-renaming') === false ? 'fail' : undefined;
}

/** What `split` and the like were given as, for who asks. */
export function rememberedOf(options: Options): Record<string, string> {
  const names = ['split', 'max-connection-per-server'] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = one(options, name);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}
