import type { FileResult, RunSurroundings } from './file-job.ts';
import type { PackageJob, PackageListener } from './package-job.ts';
import { PackageWork } from './package-work.ts';
import { runZip } from './run-zip.ts';

/**
 * Brings many items into one ZIP: each byte is written once, at its final place. Throws a SatchelError; what was
 * received is kept. The package has failed when an item has, as soon as nothing else of it is under way.
 */
export function runPackage(
  job: PackageJob,
  around: RunSurroundings,
  listener: PackageListener,
  signal: AbortSignal,
): Promise<FileResult> {
  const { id, folder, onConflict, replacing = null, resume, startOver, compress } = job;
  const zip = {
    ...{ id, folder, onConflict, replacing, resume, startOver, compress },
    of: 'items' as const,
    get name() {
      return job.name;
    },
  };
  return runZip(zip, around, listener, new PackageWork(job, around, listener, signal));
}
