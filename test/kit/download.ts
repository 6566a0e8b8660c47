import { onTestFinished } from 'vitest';
import type { SatchelError } from '../../main/contract/errors.ts';
import { findJournals, matchJournal } from '../../main/task/claim.ts';
import { type FileJob, type FileResult, runFile } from '../../main/task/run-file.ts';
import { Bucket } from '../../main/transfer/bucket.ts';
import type { LiveSegment } from '../../main/transfer/crew.ts';
import { Hosts } from '../../main/transfer/hosts.ts';
import { type Clock, systemClock } from '../../main/world/clock.ts';
import { Disk } from '../../main/world/disk.ts';
import { createHttp, type NetworkOptions } from '../../main/world/http.ts';
import { newId } from '../../main/world/ids.ts';

export interface DownloadOptions extends Partial<FileJob> {
  readonly folder: string;
  readonly disk?: Disk;
  readonly clock?: Clock;
  readonly hosts?: Hosts;
  /** The limit of all downloads together; `bucket` is that of this one. */
  readonly shared?: Bucket;
  /** Without it: no proxy, usual roots. */
  readonly network?: Partial<NetworkOptions>;
  readonly random?: () => number;
  readonly signal?: AbortSignal;
  /** Is told of every journaled byte, for tests that act at a certain moment. */
  readonly onJournaled?: (received: number) => void;
}

export interface Waited {
  readonly delayMs: number;
  readonly error: SatchelError | null;
}

/** A download under way: its end, and what it told on the way. */
export interface Download {
  /** Rejects with the SatchelError it failed with. */
  readonly result: Promise<FileResult>;
  readonly waits: Waited[];
  readonly rewinds: SatchelError[];
  readonly phases: string[];
  received(): number;
  segments(): readonly LiveSegment[];
}

/**
 * Downloads one file as `satchel get` does, with short waits: back-off is drawn as zero unless `random` is given.
 * Goes on with what the folder's journals hold, like the command.
 */
export function download(url: string, options: DownloadOptions): Download {
  const {
    disk = new Disk(),
    clock = systemClock,
    random = () => 0,
    signal,
    onJournaled,
    shared,
    network,
    ...job
  } = options;
  // Tests are not to go through the proxy of whoever runs them.
  const http = createHttp({ proxy: 'none', ...network });
  const hosts = options.hosts ?? new Hosts(clock, 8);
  onTestFinished(() => {
    http.close();
    hosts.close();
  });
  const told = { waits: [] as Waited[], rewinds: [] as SatchelError[], phases: [] as string[] };
  let received = 0;
  let segments: () => readonly LiveSegment[] = () => [];
  const run = async () => {
    const found = matchJournal(await findJournals(disk, job.folder), url, job.out ?? null);
    const whole: FileJob = {
      id: newId(clock.now()),
      url,
      headers: {},
      out: null,
      checksum: null,
      onConflict: 'rename',
      onChanged: 'stop',
      resume: found,
      startOver: job.onConflict === 'overwrite',
      connections: 1,
      minSplit: 1024 * 1024,
      retries: 8,
      timeoutMs: 30_000,
      bucket: null,
      ...job,
    };
    const around = { disk, clock, http, hosts, bucket: shared ?? new Bucket(clock, null), random };
    return runFile(
      whole,
      around,
      {
        onPhase: (phase) => void told.phases.push(phase),
        onPlace: () => {},
        onBegun: async () => {},
        goOn: () => null,
        onInPlace: async () => {},
        onFacts: (facts) => {
          received = facts.received;
        },
        onJournaled: (bytes) => {
          received += bytes;
          onJournaled?.(received);
        },
        onWaiting: (retryAt, error) =>
          void told.waits.push({ delayMs: (retryAt ?? clock.now()) - clock.now(), error }),
        onDelivering: () => {},
        onRewound: (now, error) => {
          received = now;
          told.rewinds.push(error);
        },
        onFetch: (look) => {
          segments = look;
        },
      },
      signal ?? new AbortController().signal,
    );
  };
  const result = run();
  // A test may look at other things first; a rejection is then still to be awaited.
  result.catch(() => {});
  return { ...told, result, received: () => received, segments: () => segments() };
}
