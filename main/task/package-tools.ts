import type { ZipTools } from './entry-maker.ts';
import type { RunSurroundings } from './file-job.ts';
import type { Entry } from './package-entries.ts';
import type { PackageJob } from './package-job.ts';

/** What all items of a package share. */
export interface PackageTools extends ZipTools {
  readonly job: PackageJob;
  readonly around: RunSurroundings;
  /** When the package began, ms since 1970: the time of what has none. */
  readonly startedAt: number;
  /** The entry has its place, or will not need one soon. */
  readonly onPlaced: (entry: Entry) => void;
}
