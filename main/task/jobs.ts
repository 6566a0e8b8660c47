import { basename, dirname, resolve } from 'node:path';
import { JOURNAL_SUFFIX, type Place } from '../bytes/partial-file.ts';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import type { GetOptions } from '../contract/get.ts';
import { parseChecksum } from '../source/headers.ts';
import {
  type Link,
  parseInputFile,
  parseUrl,
  printableUrl,
  sourceKey,
  splitCredentials,
} from '../source/links.ts';
import { FILE_NAME_LIMIT, safeName } from '../source/names.ts';
import type { BatchJob } from './batch.ts';

export interface GetInput {
  readonly urls: readonly string[];
  /** Text of the input file, or null where there is none or it is still to be read. */
  readonly inputText: string | null;
  readonly options: GetOptions;
}

export interface PlannedGet {
  readonly jobs: readonly BatchJob[];
  /** Addresses that were there more than once, printable. */
  readonly repeated: readonly string[];
}

/** What a command line asks for, in its order. Throws `bad-input`; a bad address is a job that fails. */
export function jobsOf({ urls, inputText, options }: GetInput): PlannedGet {
  const given = urls.map((url): Link => ({ url, out: null, dir: null, checksum: null, line: 0 }));
  const links = [...given, ...(inputText === null ? [] : parseInputFile(inputText))];
  if (links.length === 0) throw new SatchelError('bad-input', 'no address was given');
  const single = options.output ?? options.checksum ?? options.resumeFrom;
  if (single !== undefined && links.length > 1) {
    throw new SatchelError('bad-input', '--output, --checksum and --resume-from go with one address only');
  }
  const jobs = links.map((link) => jobOf(link, options));
  const seen = new Set<string>();
  const repeated: string[] = [];
  const fresh = jobs.filter((job) => {
    const key = [job.refused ? job.url : sourceKey(job.url), job.folder, job.out].join('\n');
    if (seen.has(key)) repeated.push(printableUrl(job.url));
    return !seen.has(key) && seen.add(key);
  });
  return { jobs: fresh, repeated };
}

function jobOf(link: Link, options: GetOptions): BatchJob {
  const checksum = link.checksum ?? options.checksum ?? null;
  const { connections, minSplit, retries, onConflict, onChanged } = options;
  return {
    ...addressOf(link.url),
    ...placeOf(link, options),
    checksum: checksum === null ? null : parseChecksum(checksum),
    onConflict,
    onChanged,
    resumeFrom: options.resumeFrom === undefined ? null : placeOfJournal(resolve(options.resumeFrom)),
    connections,
    minSplit,
    retries,
    timeoutMs: options.timeout * 1000,
  };
}

/** One address of many that is none is a failure of its own, and no reason not to fetch the others. */
function addressOf(text: string): Pick<BatchJob, 'url' | 'headers' | 'refused'> {
  try {
    const { url, user, password } = splitCredentials(parseUrl(text));
    url.hash = '';
    const headers = user === null ? {} : basicAuthorization(user, password ?? '');
    return { url: url.href, headers, refused: null };
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
  if (/(^|[/\\])\.{0,2}$/.test(out)) {
    throw new SatchelError('bad-input', `${line > 0 ? `line ${line}: ` : ''}not a name for a file: ${out}`);
  }
  // `-o sub/NAME` is a name in a subfolder; its last part is made safe like any name.
  return { folder: resolve(folder, dirname(out)), out: safeName(basename(out), FILE_NAME_LIMIT) };
}

function placeOfJournal(path: string): Place {
  const name = basename(path);
  if (!name.endsWith(JOURNAL_SUFFIX) || name === JOURNAL_SUFFIX) {
    throw new SatchelError('bad-input', `--resume-from wants a ${JOURNAL_SUFFIX} journal, not ${name}`);
  }
  return { folder: dirname(path), name: name.slice(0, -JOURNAL_SUFFIX.length) };
}

/** RFC 7617. */
function basicAuthorization(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
