import type { Compress } from '../contract/compress.ts';
import type { SatchelError } from '../contract/errors.ts';
import type { Exclude } from '../source/globs.ts';
import type { LocalEntry } from '../world/walk.ts';
import type { RunListener } from './file-job.ts';
import type { PackageJob } from './package-job.ts';

/** Files and folders of this machine, to become one ZIP. */
export interface PackJob
  extends Pick<PackageJob, 'id' | 'folder' | 'name' | 'onConflict' | 'replacing' | 'resume' | 'startOver'> {
  /** Paths, absolute or not. */
  readonly roots: readonly string[];
  readonly symlinks: 'follow' | 'skip';
  readonly exclude: Exclude;
  readonly compress: Compress;
}

export interface PackListener
  extends Pick<RunListener, 'onPhase' | 'onPlace' | 'onBegun' | 'onInPlace' | 'onFacts' | 'onJournaled'> {
  /** It is not in the ZIP. */
  onProblem(path: string, error: SatchelError): void;
}

/** A file or folder, and what it is called in the ZIP. */
export interface NamedEntry extends LocalEntry {
  readonly entry: string;
}
