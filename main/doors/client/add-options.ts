import { z } from 'zod';
import type { CommandInput } from '../../contract/commands.ts';
import { SatchelError } from '../../contract/errors.ts';
import { GetOptions } from '../../contract/get.ts';
import { parseOptions } from '../../contract/options.ts';
import { type Link, parseHeaderLine, parseInputFile } from '../../engine.ts';

const { compress, connections, dir, limitRate } = GetOptions.shape;
const LEAST_RATE = 1024;
const PRIORITY = 'must be a whole number from -1000 to 1000';

/** As `get` has them, but for what the server's settings say where nothing is given. */
const AddOptions = GetOptions.pick({
  output: true,
  inputFile: true,
  checksum: true,
  header: true,
  user: true,
  referer: true,
  userAgent: true,
  json: true,
}).extend({
  dir: dir.unwrap().min(1, { error: 'must be a folder' }).optional(),
  zip: z.string().min(1, { error: 'must be a name' }).optional(),
  compress: compress.unwrap().optional(),
  connections: connections.unwrap().optional(),
  limitRate: limitRate
    .unwrap()
    .refine((rate) => rate >= LEAST_RATE, { error: 'must be 1K or more' })
    .optional(),
  priority: z
    .string()
    .regex(/^-?\d{1,4}$/, { error: PRIORITY })
    .transform(Number)
    .refine((priority) => Math.abs(priority) <= 1000, { error: PRIORITY })
    .optional(),
  paused: z.boolean().default(false),
  wait: z.boolean().default(false),
});
export type AddOptions = z.output<typeof AddOptions>;

export type NewTasks = CommandInput<'tasks.addAll'>['tasks'];
type NewTask = NewTasks[number];

/** Checked options, or `bad-input` naming the option. */
export function parseAddOptions(raw: unknown): AddOptions {
  const options = parseOptions(AddOptions, raw);
  if (options.paused && options.wait) {
    throw new SatchelError('bad-input', '--paused and --wait do not go together: it would wait for ever');
  }
  if (options.compress !== undefined && options.zip === undefined) {
    throw new SatchelError('bad-input', '--compress is for --zip');
  }
  return options;
}

/**
 * What is asked for with a command line; `inputText` as in aria2's input files, or null. `repeated` are the addresses
 * that were there more than once. Errors: bad-input, without secrets.
 */
export function newTasksOf(
  urls: readonly string[],
  inputText: string | null,
  options: AddOptions,
): { readonly tasks: NewTasks; readonly repeated: number } {
  const named = urls.map((url): Link => ({ url, out: null, dir: null, checksum: null, line: 0 }));
  const all = [...named, ...(inputText === null ? [] : parseInputFile(inputText))];
  if (all.length === 0) throw new SatchelError('bad-input', 'no address was given');
  const links = [
    ...new Map(all.map((link) => [JSON.stringify([link.url, link.out, link.dir]), link])).values(),
  ];
  demandSingle(options, links.length);
  const tasks =
    options.zip === undefined ? links.map((link) => fileOf(link, options)) : [packageOf(links, options)];
  return { tasks, repeated: all.length - links.length };
}

function demandSingle({ output, checksum, zip }: AddOptions, links: number): void {
  if ((output ?? checksum) === undefined) return;
  if (zip !== undefined) throw new SatchelError('bad-input', '--output and --checksum do not go with --zip');
  if (links > 1) throw new SatchelError('bad-input', '--output and --checksum go with one address only');
}

function fileOf(link: Link, options: AddOptions): NewTask {
  const checksum = link.checksum ?? options.checksum;
  return {
    kind: 'file',
    url: link.url,
    ...placeOf(join(options.dir, link.dir ?? undefined), link.out ?? options.output),
    ...given({ checksum }),
    ...wishesOf(options),
  };
}

/** `out=` names an entry, and `dir=` the folder in the ZIP that it is in. */
function packageOf(links: readonly Link[], options: AddOptions): NewTask {
  if (options.zip === '-') throw new SatchelError('bad-input', '--zip - is for get');
  const items = links.map(({ url, out, dir, checksum }) => ({
    url,
    ...given({
      name: out === null ? undefined : join(dir ?? undefined, out),
      checksum: checksum ?? undefined,
    }),
  }));
  const place = placeOf(options.dir, options.zip);
  return { kind: 'package', items, ...place, ...given({ compress: options.compress }), ...wishesOf(options) };
}

/** A name may be one in a subfolder: `sub/NAME`. */
function placeOf(dir: string | undefined, path: string | undefined): Pick<NewTask, 'dir' | 'name'> {
  const [, folder = '', name = path] = /^(.*)[/\\]([^/\\]*)$/s.exec(path ?? '') ?? [];
  if (name !== undefined && /^\.{0,2}$/.test(name)) {
    throw new SatchelError('bad-input', `not a name for a file: ${path}`);
  }
  return given({ dir: path?.startsWith('/') ? folder || '/' : join(dir, folder || undefined), name });
}

/** Of folders of the server, whose system may be another: it understands `/` whichever it is. */
function join(dir: string | undefined, below: string | undefined): string | undefined {
  if (dir === undefined || below === undefined) return below ?? dir;
  return /^(?:[/\\]|[a-z]:)/i.test(below) ? below : `${dir.replace(/[/\\]$/, '')}/${below}`;
}

function wishesOf(options: AddOptions): Partial<NewTask> {
  const { connections, limitRate, priority, referer, userAgent, paused } = options;
  const headers = headersOf(options);
  const credentials = credentialsOf(options, headers);
  return { ...given({ connections, limitRate, priority, referer, userAgent, headers, credentials }), paused };
}

/** A header that is given twice counts as it was given last, in whichever case. */
function headersOf({ header = [] }: AddOptions): Record<string, string> | undefined {
  if (header.length === 0) return undefined;
  return Object.fromEntries(
    header.map(parseHeaderLine).map(({ name, value }) => [name.toLowerCase(), value.trim()]),
  );
}

function credentialsOf({ user: text }: AddOptions, headers: Record<string, string> = {}) {
  if (text === undefined) return undefined;
  if ('authorization' in headers) {
    throw new SatchelError('bad-input', '--user and an Authorization header do not go together');
  }
  const colon = text.indexOf(':');
  return colon < 0
    ? { user: text, password: '' }
    : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is not there: JSON has no other way to leave it to the server. */
function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>;
}
