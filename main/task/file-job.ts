import type { Place } from '../bytes/partial-file.ts';
import type { SatchelError } from '../contract/errors.ts';
import type { TaskPhase } from '../contract/task.ts';
import type { Checksum } from '../source/headers.ts';
import type { LiveSegment } from '../transfer/crew.ts';
import type { Hosts } from '../transfer/hosts.ts';
import type { Clock } from '../world/clock.ts';
import type { Disk } from '../world/disk.ts';
import type { Http } from '../world/http.ts';
import type { OnConflict } from './claim.ts';

export interface FileJob {
  /** Without credentials and fragment. */
  readonly url: string;
  /** Sent to the origin of `url` only. */
  readonly headers: Readonly<Record<string, string>>;
  readonly folder: string;
  /** The user's name for it, already safe; null: the server's. */
  readonly out: string | null;
  readonly checksum: Checksum | null;
  readonly onConflict: OnConflict;
  readonly onChanged: 'stop' | 'restart' | 'continue';
  /** The download to go on with, if one was found. */
  readonly resume: Place | null;
  readonly connections: number;
  readonly minSplit: number;
  readonly retries: number;
  readonly timeoutMs: number;
}

export interface RunSurroundings {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly http: Http;
  readonly hosts: Hosts;
  readonly random: () => number;
}

export interface RunListener {
  onPhase(phase: TaskPhase): void;
  onPlace(place: Place): void;
  /** Size, what is here already, and whether it can be resumed: on opening and whenever one of them changes. */
  onFacts(facts: { received: number; total: number | null; resumable: boolean | null }): void;
  onJournaled(bytes: number): void;
  onWaiting(retryAt: number, error: SatchelError | null): void;
  onDelivering(): void;
  onRewound(received: number, reason: SatchelError): void;
  /** Gives a look at the live connections while it runs. */
  onFetch(segments: () => readonly LiveSegment[]): void;
}

export interface FileResult {
  readonly path: string;
  readonly bytes: number;
  /** It was finished before, or left alone because its name was taken; nothing was fetched. */
  readonly already: boolean;
}
