import { basename, dirname, resolve } from 'node:path';
import { JOURNAL_SUFFIX, type Place } from '../bytes/partial-file.ts';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import type { GetOptions } from '../contract/get.ts';
import { parseChecksum } from '../source/headers.ts';
import { type Link, parseInputFile, parseSource, printableUrl, sourceKey } from '../source/links.ts';
import { FILE_NAME_LIMIT, safeName } from '../source/names.ts';
import {
  basicAuthorization,
  checkHeaders,
  cleanReferer,
  parseHeaderLine,
} from '../source/request-headers.ts';
import type { BatchJob } from './batch.ts';
import type { GivenFiles } from './given-files.ts';

export interface GetInput {
  readonly urls: readonly string[];
  /** Text of the input file, or null where there is none or it is still to be read. */
  readonly inputText: string | null;
  readonly options: GetOptions;
  /** What stands in the files that the options name. */
  readonly files?: GivenFiles;
}

export interface PlannedGet {
  readonly jobs: readonly BatchJob[];
  /** Addresses that were there more than once, printable. */
  readonly repeated: readonly string[];
  /** What else the user should know. */
  readonly notes: readonly string[];
}

/** What a command line asks for, in its order. Throws `bad-input`; a bad address is a job that fails. */
export function jobsOf({ urls, inputText, options, files = NO_FILES }: GetInput): PlannedGet {
  const named = urls.map((url): Link => ({ url, out: null, dir: null, checksum: null, line: 0 }));
  const links = [...named, ...(inputText === null ? [] : parseInputFile(inputText))];
  if (links.length === 0) throw new SatchelError('bad-input', 'no address was given');
  const single = options.output ?? options.checksum ?? options.resumeFrom;
  if (single !== undefined && options.zip !== undefined) {
    throw new SatchelError('bad-input', '--output, --checksum and --resume-from do not go with --zip');
  }
  if (single !== undefined && links.length > 1) {
    throw new SatchelError('bad-input', '--output, --checksum and --resume-from go with one address only');
  }
  const given = {
    headers: headersOf(options),
    cookies: files.cookies,
    netrc: files.netrc,
  };
  const jobs = links.map((link) => jobOf(link, options, given));
  const seen = new Set<string>();
  const repeated: string[] = [];
  const fresh = jobs.filter((job) => {
    const key = [job.refused ? job.url : sourceKey(job.url), job.folder, job.out].join('\n');
    if (seen.has(key)) repeated.push(printableUrl(job.url));
    return !seen.has(key) && seen.add(key);
  });
  return { jobs: fresh, repeated, notes: files.notes };
}

const NO_FILES: GivenFiles = { cookies: [], netrc: [], ca: null, notes: [] };

type Given = Pick<BatchJob, 'headers' | 'cookies' | 'netrc'>;

/** The headers of the command: each address gets them, for its own origin. */
function headersOf({ header = [], user, referer }: GetOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of header) {
    const { name, value } = parseHeaderLine(line);
    Object.assign(headers, checkHeaders({ [name]: value }));
  }
  if (referer !== undefined) headers.referer = cleanReferer(referer);
  if (user === undefined) return headers;
  if ('authorization' in headers) {
    throw new SatchelError('bad-input', '--user and an Authorization header do not go together');
  }
  // Without a colon it is all name: nobody is asked for a password.
  const [, name = user, password = ''] = /^([^:]*):(.*)$/s.exec(user) ?? [];
  return { ...headers, authorization: basicAuthorization(name, password) };
}

function jobOf(link: Link, options: GetOptions, given: Given): BatchJob {
  const checksum = link.checksum ?? options.checksum ?? null;
  const { connections, minSplit, retries, onConflict, onChanged } = options;
  return {
    ...given,
    ...addressOf(link.url, given.headers),
    ...placeOf(link, options),
    checksum: checksum === null ? null : parseChecksum(checksum),
    onConflict,
    onChanged,
    resumeFrom: options.resumeFrom === undefined ? null : placeOfJournal(resolve(options.resumeFrom)),
    connections,
    minSplit,
    retries,
    timeoutMs: options.timeout * 1000,
    bucket: null,
  };
}

/** One address of many that is none is a failure of its own, and no reason not to fetch the others. */
function addressOf(
  text: string,
  given: Readonly<Record<string, string>>,
): Pick<BatchJob, 'url' | 'headers' | 'refused'> {
  try {
    const { url, user, password } = parseSource(text);
    // An address's own word counts more than the command's.
    const login = user === null ? {} : { authorization: basicAuthorization(user, password ?? '') };
    const headers = { ...given, ...login };
    return { url, headers, refused: null };
  } catch (thrown) {
    return { url: printableUrl(text), headers: {}, refused: asSatchelError(thrown) };
  }
}

function placeOf(
  { out: given, dir, line }: Link,
  options: GetOptions,
): { folder: string; out: string | null } {
  const out = given ?? options.output ?? null;
  const folder = resolve(options.dir, dir ?? '');
  if (out === null) return { folder, out };
  demandFileName(out, line > 0 ? `line ${line}: ` : '');
  // `-o sub/NAME` is a name in a subfolder; its last part is made safe like any name.
  return { folder: resolve(folder, dirname(out)), out: safeName(basename(out), FILE_NAME_LIMIT) };
}

/** What ends in a folder has no name to give. Throws `bad-input`. */
export function demandFileName(path: string, where = ''): void {
  if (/(^|[/\\])\.{0,2}$/.test(path))
    throw new SatchelError('bad-input', `${where}not a name for a file: ${path}`);
}

function placeOfJournal(path: string): Place {
  const name = basename(path);
  if (!name.endsWith(JOURNAL_SUFFIX) || name === JOURNAL_SUFFIX) {
    throw new SatchelError('bad-input', `--resume-from wants a ${JOURNAL_SUFFIX} journal, not ${name}`);
  }
  return { folder: dirname(path), name: name.slice(0, -JOURNAL_SUFFIX.length) };
}
