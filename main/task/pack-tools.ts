import type { ZipTools } from './entry-maker.ts';
import type { RunSurroundings } from './file-job.ts';
import type { PackJob, PackListener } from './pack-job.ts';
import type { PackedBefore } from './packed-before.ts';

/** What those share who pack. */
export interface PackTools extends ZipTools {
  readonly job: PackJob;
  readonly around: RunSurroundings;
  readonly listener: PackListener;
  readonly signal: AbortSignal;
  readonly before: PackedBefore;
}
