import { homedir } from 'node:os';
import { env, platform } from 'node:process';
import type { Message } from './contract/events.ts';
import { type BatchJob, type BatchResult, runBatch } from './task/batch.ts';
import { readGivenFiles, readNamed } from './task/given-files.ts';
import { type GetInput, jobsOf, type PlannedGet } from './task/jobs.ts';
import { openTasks, type Tasks } from './task/open-tasks.ts';
import { Bucket } from './transfer/bucket.ts';
import { Hosts } from './transfer/hosts.ts';
import { readBytesFor } from './transfer/throttle.ts';
import { systemClock } from './world/clock.ts';
import { Disk } from './world/disk.ts';
import { createHttp, type NetworkOptions } from './world/http.ts';
import type { SecretBox } from './world/secrets.ts';

/** What one command line needs: its downloads, and no memory but the journals. */
export interface Getter {
  /**
   * What a `get` command line asks for; reads the files it names, and sets the network as it says. Throws `bad-input`.
   */
  planGet(input: GetInput): Promise<PlannedGet>;
  /** Runs the downloads of one command; never rejects. */
  runBatch(
    jobs: readonly BatchJob[],
    options: {
      readonly jobs: number;
      readonly signal: AbortSignal;
      readonly send: (message: Message) => void;
    },
  ): Promise<BatchResult>;
  close(): void;
}

export interface GetterOptions {
  /** Connections to one host, over all tasks. */
  readonly perHost: number;
  /** Bytes per second, over all tasks; null or left out: unlimited. */
  readonly limitRate?: number | null;
  /** Left out: as usual; `planGet` sets what its options say. */
  readonly network?: Partial<NetworkOptions>;
}

export function createGetter({ perHost, limitRate = null, network }: GetterOptions): Getter {
  const disk = new Disk();
  const http = createHttp(network);
  const hosts = new Hosts(systemClock, perHost);
  const bucket = new Bucket(systemClock, limitRate);
  http.limitReads(readBytesFor(limitRate));
  const around = { disk, clock: systemClock, http, hosts, bucket, random: Math.random };
  return {
    planGet: async (input) => {
      const { inputFile, proxy, insecure, userAgent = null } = input.options;
      const files = await readGivenFiles(disk, input.options, userSurroundings());
      http.configure({
        proxy: proxy === undefined ? 'env' : proxy || 'none',
        insecure,
        userAgent,
        ca: files.ca,
      });
      if (inputFile === undefined || input.inputText !== null) return jobsOf({ ...input, files });
      return jobsOf({ ...input, files, inputText: await readNamed(disk, inputFile, 'the input file') });
    },
    runBatch: (jobs, options) => runBatch(jobs, { around, ...options }),
    close: () => {
      hosts.close();
      bucket.close();
      http.close();
    },
  };
}

function userSurroundings() {
  return { env, home: homedir(), platform };
}

/** The task manager at work. */
export type Engine = Tasks;

export interface OpenOptions {
  /** Null: SATCHEL_DATA_DIR, else the place of the system. */
  readonly dataDir: string | null;
  /** Absolute; where downloads go unless the settings say otherwise. */
  readonly downloads: string;
  readonly version: string;
  /** Where secrets are sealed; left out: with a key file in the data folder. */
  readonly box?: SecretBox;
  /** Puts a finished file that is to go where the user can get it back; left out: it is deleted. */
  readonly trash?: (path: string) => Promise<void>;
}

/** The task manager on a data folder. Throws `already-running` when another process is at work there. */
export function openEngine({ box, trash, ...options }: OpenOptions): Promise<Engine> {
  const disk = new Disk();
  return openTasks({
    disk,
    clock: systemClock,
    random: Math.random,
    box: box ?? null,
    netrc: async () => (await readGivenFiles(disk, { netrc: true }, userSurroundings())).netrc,
    trash: trash ?? ((path) => disk.remove(path)),
    ...options,
  });
}
