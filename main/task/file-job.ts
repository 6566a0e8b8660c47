import type { Place } from '../bytes/partial-file.ts';
import type { SatchelError } from '../contract/errors.ts';
import type { TaskPhase } from '../contract/task.ts';
import type { FileCookie } from '../source/cookies.ts';
import type { Checksum } from '../source/headers.ts';
import type { NetrcEntry } from '../source/netrc.ts';
import type { Bucket } from '../transfer/bucket.ts';
import type { LiveSegment } from '../transfer/crew.ts';
import type { Hosts } from '../transfer/hosts.ts';
import type { HeldAnswer } from '../transfer/source.ts';
import type { Clock } from '../world/clock.ts';
import type { Disk } from '../world/disk.ts';
import type { Http } from '../world/http.ts';
import type { FinishedFile, OwnPlace } from './record.ts';

/** What to do where something has the wanted name already; `rename` unless the user says otherwise. */
export type OnConflict = 'resume' | 'rename' | 'overwrite' | 'skip' | 'fail';

export interface FileJob {
  /** Of its task, a ULID; the journal keeps it. */
  readonly id: string;
  /** Without credentials and fragment. */
  readonly url: string;
  /** Sent to the origin of `url` only; as `checkHeaders` gives them. */
  readonly headers: Readonly<Record<string, string>>;
  /** An answer that somebody has asked for already, just as this download would: it is used for its first request. */
  readonly held?: ((signal: AbortSignal) => HeldAnswer | null) | undefined;
  /** Sent where cookie rules allow. */
  readonly cookies?: readonly FileCookie[];
  /** Logins by host, for hosts that ask for one. */
  readonly netrc?: readonly NetrcEntry[];
  readonly folder: string;
  /** Where a file of this name and media type goes, when the user named no folder; else it is `folder`. */
  readonly folderFor?: (name: string, mediaType: string | null) => string;
  /** The user's name for it, already safe; null: the server's. May change while it runs. */
  readonly out: string | null;
  readonly checksum: Checksum | null;
  readonly onConflict: OnConflict;
  readonly onChanged: 'stop' | 'restart' | 'continue';
  /** The download to go on with, if one was found. */
  readonly resume: Place | null;
  /** Further addresses of the same file. What one of them has begun, another of them may begin anew. */
  readonly spares?: readonly string[];
  /** From zero all the same: what there is to resume is set aside until the new download is done. */
  readonly startOver: boolean;
  /** The file that an earlier run has finished, which this one replaces as long as nobody has changed it. */
  readonly replacing?: FinishedFile | null;
  readonly connections: number;
  readonly minSplit: number;
  readonly retries: number;
  readonly timeoutMs: number;
  /** Its own speed limit, which its owner may change while it runs; null: none. */
  readonly bucket: Bucket | null;
}

export interface RunSurroundings {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly http: Http;
  readonly hosts: Hosts;
  /** The speed limit of all tasks together. */
  readonly bucket: Bucket;
  readonly random: () => number;
}

export interface RunListener {
  onPhase(phase: TaskPhase): void;
  onPlace(place: OwnPlace): void;
  /** A new download has its place: it is the one to go on with from now on. Nothing is fetched before this resolves. */
  onBegun(): Promise<void>;
  /** Size, what is here already, and whether it can be resumed: on opening and whenever one of them changes. */
  onFacts(facts: {
    received: number;
    total: number | null;
    resumable: boolean | null;
    /** Strong ones only. */
    etag: string | null;
  }): void;
  onJournaled(bytes: number): void;
  /** `retryAt` is null where only another download's end can tell. */
  onWaiting(retryAt: number | null, error: SatchelError | null): void;
  /** Its wait is over: null when it may go on at once, else resolves when it may. */
  goOn(): Promise<void> | null;
  onDelivering(): void;
  onRewound(received: number, reason: SatchelError): void;
  /** Gives a look at the live connections while it runs. */
  onFetch(segments: () => readonly LiveSegment[]): void;
  /** The file has its final name; its journal goes when this resolves. */
  onInPlace(finished: FinishedFile): Promise<void>;
}

export interface FileResult {
  readonly path: string;
  readonly bytes: number;
  /** It was finished before, or left alone because its name was taken; nothing was fetched. */
  readonly already: boolean;
}
