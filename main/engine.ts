import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { env, platform } from 'node:process';
import type { SatchelError } from './contract/errors.ts';
import type { Message } from './contract/events.ts';
import type { GetOptions } from './contract/get.ts';
import { HAND_OVER_BYTES } from './contract/hand-over.ts';
import type { PackOptions } from './contract/pack.ts';
import type { Settings } from './contract/settings.ts';
import { type BatchJob, type BatchResult, runBatch } from './task/batch.ts';
import { readGivenFiles, readNamed } from './task/given-files.ts';
import { type GetInput, jobsOf, type PlannedGet } from './task/jobs.ts';
import { type OpenedPartial, openPartial } from './task/open-partial.ts';
import { openTasks, type Tasks } from './task/open-tasks.ts';
import { type PackBatchOptions, runPackBatch } from './task/pack-batch.ts';
import { runPackageBatch } from './task/package-batch.ts';
import type { StreamBatchOptions } from './task/stream-batch.ts';
import { type ListedEntry, listZip as listZipOn, verifyZipFile } from './task/zip-file.ts';
import { packageOfJobs } from './task/zip-plan.ts';
import { Bucket } from './transfer/bucket.ts';
import { Hosts } from './transfer/hosts.ts';
import { readBytesFor } from './transfer/throttle.ts';
import { AddressRule } from './world/address-rule.ts';
import { connectBrowsers, disconnectBrowsers } from './world/browser-hosts.ts';
import { systemClock } from './world/clock.ts';
import { dataFolderPath, readInstance } from './world/data-folder.ts';
import { Disk } from './world/disk.ts';
import { findElectron, REFUSED } from './world/electron-runtime.ts';
import { createHttp, type NetworkOptions } from './world/http.ts';
import { connectLocally, type LocalConnection, socketPath } from './world/local-socket.ts';
import { runForeground, startProgram } from './world/program.ts';
import type { SecretBox } from './world/secrets.ts';
import { standardOutput } from './world/standard-output.ts';
import type { ZipReport } from './zip/findings.ts';
import type { VerifyOptions } from './zip/verify.ts';

export { type Link, parseInputFile } from './source/links.ts';
export { parseHeaderLine } from './source/request-headers.ts';
export type { EngineFigures } from './task/figures.ts';
export type { PreparedZip } from './task/stream-request.ts';
export type { ListedEntry } from './task/zip-file.ts';
export { type Finding, PROBLEMS, type ZipReport } from './zip/findings.ts';

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
  /** Brings the downloads of one command into one ZIP. Throws `bad-input`. */
  runPackage(
    jobs: readonly BatchJob[],
    options: GetOptions,
    told: { readonly signal: AbortSignal; readonly send: (message: Message) => void },
  ): Promise<BatchResult>;
  /**
   * Streams the downloads of one command to standard output as one ZIP. Gives why it failed, or null. Rejects with
   * `bad-input` where there are too many.
   */
  streamZip(
    jobs: readonly BatchJob[],
    options: Omit<StreamBatchOptions, 'around' | 'output'>,
  ): Promise<SatchelError | null>;
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
    streamZip: async (jobs, options) => {
      // Only now: what it is made of takes as long to load as all the rest, and most commands never need it.
      const { runStream } = await import('./task/stream-batch.ts');
      return runStream(jobs, { around, output: standardOutput(), ...options });
    },
    runPackage: async (jobs, options, told) =>
      runPackageBatch(packageOfJobs(jobs, options), { around, jobs: options.jobs, ...told }),
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
  /** Told what the settings are: at the start, and whenever somebody has set something. */
  readonly onSettings?: (settings: Settings) => void;
  /** Sources may only be at addresses that anybody can reach. */
  readonly publicOnly?: boolean;
  /** Nothing may lie outside of `downloads`. */
  readonly confined?: boolean;
}

/** The task manager on a data folder. Throws `already-running` when another process is at work there. */
export function openEngine({ box, trash, publicOnly, ...options }: OpenOptions): Promise<Engine> {
  const disk = new Disk();
  return openTasks({
    disk,
    clock: systemClock,
    random: Math.random,
    box: box ?? null,
    netrc: async () => (await readGivenFiles(disk, { netrc: true }, userSurroundings())).netrc,
    trash: trash ?? ((path) => disk.remove(path)),
    rule: publicOnly ? new AddressRule() : null,
    ...options,
  });
}

/** Packs files and folders of this machine; gives whether all of them are in the ZIP. Throws `bad-input`. */
export async function packFiles(
  paths: readonly string[],
  options: PackOptions,
  told: Omit<PackBatchOptions, 'around'>,
): Promise<boolean> {
  const http = createHttp();
  const hosts = new Hosts(systemClock, 1);
  const bucket = new Bucket(systemClock, null);
  try {
    const around = { disk: new Disk(), clock: systemClock, http, hosts, bucket, random: Math.random };
    return await runPackBatch(paths, options, { around, ...told });
  } finally {
    hosts.close();
    bucket.close();
    http.close();
  }
}

/**
 * Writes what is whole of an unfinished package as a ZIP to `out`, which must not exist; the package may be at work.
 * `path` is the ZIP's own, or that of its partial file or journal. Throws `not-found`, `name-conflict` …
 */
export function openPartialZip(path: string, out: string): Promise<OpenedPartial> {
  const whole = resolve(path.replace(/\.(part|satchel)$/, ''));
  return openPartial(new Disk(), { folder: dirname(whole), name: basename(whole) }, resolve(out));
}

/** The entries of a ZIP. Throws `bad-input`, and `archive-corrupt` after what can be read of a damaged one. */
export function listZip(path: string): AsyncIterable<ListedEntry> {
  return listZipOn(new Disk(), path);
}

/** Looks at everything in a ZIP; what is wrong with it is in the report. Throws `bad-input` where there is no file. */
export function verifyZip(path: string, options?: VerifyOptions): Promise<ZipReport> {
  return verifyZipFile(new Disk(), path, options);
}

/** Where a running Satchel listens, and what it wants to be told. */
export interface RunningInstance {
  readonly address: string;
  readonly token: string | null;
}

/**
 * The Satchel that is at work on a data folder (null: SATCHEL_DATA_DIR, else the place of the system), or null where
 * none is, or it takes no commands. Throws `permission` where its token is somebody else's.
 */
export async function runningInstance(dataDir: string | null): Promise<RunningInstance | null> {
  const disk = new Disk();
  const { address = null, tokenFile = null } = (await readInstance(disk, dataFolderPath(dataDir))) ?? {};
  if (address === null) return null;
  const token = tokenFile === null ? null : (await disk.readWhole(tokenFile)).toString().trim();
  return { address, token };
}

/**
 * Tells the browsers of this user which program their extension speaks to, or takes that back. Gives which browsers. The
 * program of the packed app is started itself: by its arguments it sees who starts it.
 */
export async function setBrowserHosts(connect: boolean, packed: string | null): Promise<readonly string[]> {
  const disk = new Disk();
  const folder = dataFolderPath(null);
  await disk.makeFolder(folder, PRIVATE_FOLDER);
  const program = join(import.meta.dirname, 'cli.js');
  const command = packed === null ? [process.execPath, program, 'native-host'] : [packed];
  const options = { disk, folder, command };
  return connect ? connectBrowsers(options) : disconnectBrowsers(options);
}

/** A way to the Satchel that is at work on this user's data folder, line by line; null where none is. */
export async function connectToRunning(
  line: (line: string) => void,
  closed: () => void,
): Promise<LocalConnection | null> {
  try {
    const folder = await new Disk().realFolder(dataFolderPath(null));
    return await connectLocally(socketPath(folder), HAND_OVER_BYTES, { line, closed });
  } catch {
    // There has never been one.
    return null;
  }
}

const PRIVATE_FOLDER = 0o700;

/** The folder of the program: what it is made of is below it. */
const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Opens the desktop and waits until it is closed. Gives its exit status or, where there is no Electron to be had or it
 * does not run here, why; `onFetch` is called when it has to be fetched first.
 */
export async function runDesktop(
  signal: AbortSignal,
  onFetch: () => void,
): Promise<{ status: number } | { problem: string }> {
  const disk = new Disk();
  const found = await findElectron({ disk, modules: join(ROOT, 'node_modules'), onFetch, signal });
  if ('problem' in found) return found;
  const end = await runForeground([found.path, ROOT], signal);
  if (signal.aborted) return { status: 'code' in end ? end.code : 1 };
  if ('problem' in end) return { problem: `Electron does not run here: ${end.problem}` };
  if (end.code === 0 || end.code === REFUSED) return { status: end.code === 0 ? 0 : 1 };
  return { problem: `Electron does not run here: it ended with ${end.code}` };
}

/** Shows an address in the browser of the system, if it has one. */
export function openInBrowser(address: string): void {
  const commands = { darwin: ['open'], win32: ['rundll32', 'url.dll,FileProtocolHandler'] };
  startProgram([...(commands[platform as keyof typeof commands] ?? ['xdg-open']), address]);
}

/** The text of a file that is named on the command line; `what` says in the error which. Throws `bad-input`. */
export function readNamedFile(path: string, what: string): Promise<string> {
  return readNamed(new Disk(), path, what);
}
