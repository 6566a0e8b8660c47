import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { GetOptions } from '../contract/get.ts';
import { FILE_NAME_LIMIT, safeName } from '../source/names.ts';
import { entryPath } from '../zip/entry-names.ts';
import type { BatchJob } from './batch.ts';
import { demandFileName } from './jobs.ts';
import type { PackageBatchJob, PackageSource } from './package-batch.ts';

/** The downloads of one command as one package; `zip` lies below `--dir`. Throws `bad-input`. */
export function packageOfJobs(jobs: readonly BatchJob[], options: GetOptions): PackageBatchJob {
  const { zip = '', dir, timeout, compress, finishWithout } = options;
  const { connections, minSplit, retries, onConflict, onChanged } = options;
  demandFileName(zip);
  const path = resolve(dir, zip);
  return {
    folder: dirname(path),
    name: safeName(basename(path), FILE_NAME_LIMIT),
    ...{ compress, finishWithout, connections, minSplit, retries, onConflict, onChanged },
    timeoutMs: timeout * 1000,
    bucket: null,
    items: jobs.map((job) => sourceOf(job, resolve(dir))),
  };
}

/** `out=` names an entry, and `dir=` the folder in the ZIP that it is in. */
function sourceOf(job: BatchJob, root: string): PackageSource {
  const { url, headers, cookies, netrc, checksum, refused, folder, out } = job;
  const below = out === null ? '' : relative(root, join(folder, out)).split(sep).join('/');
  // Above the folder of the downloads there is no place in a ZIP.
  const name = out === null ? null : entryPath(below.startsWith('../') ? out : below);
  const access = { headers, ...(cookies ? { cookies } : {}), ...(netrc ? { netrc } : {}) };
  return { url, ...access, checksum, refused, name };
}
