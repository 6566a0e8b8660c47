import { join } from 'node:path';
import { digestsOf as digestsOfFile } from '../bytes/checksum.ts';
import { putInPlace } from '../bytes/commit.ts';
import { type Opened, openPartialFile } from '../bytes/open.ts';
import { finalPath, type PartialFile, type Place, type Region, roomDetail } from '../bytes/partial-file.ts';
import { setAside } from '../bytes/set-aside.ts';
import { asSatchelError, SatchelError } from '../contract/errors.ts';
import type { TaskPhase } from '../contract/task.ts';
import {
  type Checksum,
  checksumText,
  digestsOf,
  header,
  parseChecksum,
  parseHttpDate,
} from '../source/headers.ts';
import { nameFor, numberedName } from '../source/names.ts';
import type { FirstAnswer, LiveSegment, Target } from '../transfer/crew.ts';
import { SourceFacts } from '../transfer/facts.ts';
import { Fetch } from '../transfer/fetch.ts';
import type { Hosts } from '../transfer/hosts.ts';
import { Source } from '../transfer/source.ts';
import type { Clock } from '../world/clock.ts';
import type { Disk } from '../world/disk.ts';
import type { Http } from '../world/http.ts';
import { checkName, claimName, type OnConflict, Skipped } from './claim.ts';
import { NameList, NOTES } from './notes.ts';

/** Time for a connection to stand, ms. */
const CONNECT_MS = 15_000;
const REGION = 0;

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

/** Fetches one file from its address to its final name. Throws a SatchelError; what was received is kept. */
export async function runFile(
  job: FileJob,
  around: RunSurroundings,
  listener: RunListener,
  signal: AbortSignal,
): Promise<FileResult> {
  try {
    return await new FileRun(job, around, listener, signal).run();
  } catch (thrown) {
    if (!(thrown instanceof Skipped)) throw asSatchelError(thrown);
    const facts = await around.disk.facts(thrown.path);
    return { path: thrown.path, bytes: facts?.size ?? 0, already: true };
  }
}

class FileRun {
  readonly #job: FileJob;
  readonly #around: RunSurroundings;
  readonly #listener: RunListener;
  readonly #signal: AbortSignal;
  #file: PartialFile | null = null;
  #replaces: readonly string[] = [];
  #resumed = false;

  constructor(job: FileJob, around: RunSurroundings, listener: RunListener, signal: AbortSignal) {
    this.#job = job;
    this.#around = around;
    this.#listener = listener;
    this.#signal = signal;
  }

  async run(): Promise<FileResult> {
    const { disk } = this.#around;
    const { folder, out, onConflict, resume } = this.#job;
    this.#listener.onPhase('probing');
    await disk.makeFolder(folder);
    if (resume === null) return this.#fetchNew(out);
    this.#listener.onPlace(resume);
    if (onConflict === 'overwrite') return this.#fromZero(resume);
    return this.#goOn(resume);
  }

  async #goOn(place: Place): Promise<FileResult> {
    const opened = await openPartialFile(this.#around, place);
    if (opened.kind === 'sealed') return this.#alreadySealed(place, opened);
    this.#file = opened.file;
    this.#resumed = true;
    try {
      const target = await this.#reopened(opened);
      return await this.#fetch(opened.file, target);
    } catch (thrown) {
      const changed = thrown instanceof SatchelError && thrown.code === 'source-changed';
      if (!changed || this.#job.onChanged !== 'restart') throw thrown;
      return await this.#fromZero(place);
    } finally {
      await this.#letGo();
    }
  }

  /** The old partial file stays, under another name, until the new one is done. */
  async #fromZero(place: Place): Promise<FileResult> {
    await this.#letGo();
    this.#resumed = false;
    this.#replaces = await setAside(this.#around.disk, place);
    return this.#fetchNew(place.name);
  }

  async #fetchNew(name: string | null): Promise<FileResult> {
    const { folder, onConflict } = this.#job;
    try {
      if (name !== null) await checkName(this.#around.disk, { folder, name }, onConflict);
      return await this.#fetch(null, null, name);
    } finally {
      await this.#letGo();
    }
  }

  async #letGo(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }

  /** A finished download whose last step a crash or another's file of its name had prevented. */
  async #alreadySealed(
    place: Place,
    { sealed, lock }: Extract<Opened, { kind: 'sealed' }>,
  ): Promise<FileResult> {
    try {
      const path = await this.#putInPlace(place, sealed.name);
      return { path, bytes: sealed.length, already: true };
    } finally {
      await lock.release();
    }
  }

  async #reopened({ file, droppedBytes, partMissing }: Extract<Opened, { kind: 'open' }>): Promise<Target> {
    const region = file.region(REGION) ?? (await file.placeRegion(REGION, 0, null));
    const facts = SourceFacts.safeParse(file.note(NOTES.facts)).data;
    this.#replaces = NameList.safeParse(file.note(NOTES.replaces)).data ?? [];
    await file.keepNote(NOTES.item, { url: this.#job.url });
    const received = region.have.bytes;
    this.#listener.onFacts({ received, total: facts?.total ?? null, resumable: facts?.resumable ?? null });
    if (droppedBytes > 0) {
      const why = partMissing ? 'the partial file is gone' : `${droppedBytes} bytes did not reach the disk`;
      this.#listener.onRewound(received, new SatchelError('disk-error', why));
    }
    await this.#demandRoom(file.place.folder, (facts?.total ?? received) - received);
    return { file, region };
  }

  async #fetch(
    file: PartialFile | null,
    target: Target | null,
    name: string | null = null,
  ): Promise<FileResult> {
    const { clock, http, hosts, random } = this.#around;
    const { url, headers, connections, minSplit, retries, timeoutMs, onChanged } = this.#job;
    const known = file ? (SourceFacts.safeParse(file.note(NOTES.facts)).data ?? null) : null;
    const source = new Source(
      {
        http,
        clock,
        url,
        headers,
        connectMs: Math.min(CONNECT_MS, timeoutMs),
        firstByteMs: timeoutMs,
        trustUser: onChanged === 'continue',
      },
      known,
    );
    const fetch = new Fetch({
      clock,
      hosts,
      random,
      source,
      target,
      connections,
      minSplit,
      retries,
      stallMs: timeoutMs,
      signal: this.#signal,
      listener: {
        begin: (first) => this.#begin(first, name),
        onFacts: (facts) => this.#keepFacts(facts),
        onJournaled: (bytes) => this.#listener.onJournaled(bytes),
        onWaiting: (retryAt, error) => this.#listener.onWaiting(retryAt, error),
        onDelivering: () => this.#listener.onDelivering(),
        onRewound: (error) => this.#listener.onRewound(0, error),
      },
    });
    this.#listener.onFetch(() => fetch.segments);
    this.#listener.onPhase('fetching');
    return this.#finish(await fetch.run(), source.facts);
  }

  /** The first answer of a new download: now it can be named, and its name reserved. */
  async #begin({ facts, url, headers }: FirstAnswer, name: string | null): Promise<Target> {
    const { folder, onConflict } = this.#job;
    const disposition = header(headers, 'content-disposition');
    const wanted = { folder, name: name ?? nameFor({ disposition, url, mediaType: facts.mediaType }) };
    await this.#demandRoom(folder, facts.total ?? 0);
    const digests = facts.encoded ? [] : digestsOf(headers, isWhole(facts, headers)).map(checksumText);
    const item = { url: this.#job.url };
    const file = await claimName(this.#around, wanted, {
      onConflict,
      notes: { [NOTES.item]: item, [NOTES.digests]: digests },
      replaces: this.#replaces,
    });
    this.#file = file;
    this.#replaces = NameList.parse(file.note(NOTES.replaces));
    this.#listener.onPlace(file.place);
    return { file, region: await file.placeRegion(REGION, 0, facts.total) };
  }

  async #keepFacts(facts: SourceFacts): Promise<void> {
    const file = this.#file;
    if (!file) return;
    await file.keepNote(NOTES.facts, facts);
    const received = file.region(REGION)?.have.bytes ?? 0;
    this.#listener.onFacts({ received, total: facts.total, resumable: facts.resumable });
  }

  async #demandRoom(folder: string, bytes: number): Promise<void> {
    const free = await this.#around.disk.freeBytes(folder);
    if (bytes > free) throw new SatchelError('disk-full', roomDetail(bytes, free, folder));
  }

  /** Verify → seal → into place → let go: after the seal, a crash costs nothing any more. */
  async #finish({ file, region }: Target, facts: SourceFacts | null): Promise<FileResult> {
    const { folder } = file.place;
    const total = facts?.total ?? region.have.end;
    if (!region.have.covers(total)) throw new SatchelError('internal', 'bytes are missing');
    this.#listener.onPhase('verifying');
    const digests = await this.#verify(file, region, total);
    // A download gone on with may have been given another name by the user since.
    const name = (this.#resumed ? this.#job.out : null) ?? file.place.name;
    const modified = facts?.lastModified ? parseHttpDate(facts.lastModified) : null;
    await file.seal({ name, length: total, digests, modified });
    const path = await this.#putInPlace(file.place, name);
    for (const replaced of this.#replaces) await this.#around.disk.remove(join(folder, replaced));
    this.#file = null;
    await file.releaseLock();
    return { path, bytes: total, already: false };
  }

  /** The name was free when the download began; someone may have taken it since. */
  async #putInPlace(place: Place, wanted: string): Promise<string> {
    const { onConflict } = this.#job;
    for (let n = 0; ; n++) {
      const name = n === 0 ? wanted : numberedName(wanted, n);
      try {
        await putInPlace(this.#around.disk, place, name, onConflict === 'overwrite' ? 'replace' : 'fail');
        return finalPath({ folder: place.folder, name });
      } catch (error) {
        const taken = error instanceof SatchelError && error.code === 'name-conflict';
        if (!taken || onConflict !== 'rename') throw error;
      }
    }
  }

  /** Every checksum that is known, the user's and the server's; the digests of what is there. */
  async #verify(file: PartialFile, region: Region, total: number): Promise<Record<string, string>> {
    const sent = NameList.safeParse(file.note(NOTES.digests)).data ?? [];
    const expected = sent.map(parseChecksum);
    if (this.#job.checksum) expected.push(this.#job.checksum);
    const digests = await digestsOfFile(file, total, [
      ...new Set(expected.map(({ algorithm }) => algorithm)),
    ]);
    for (const { algorithm, hex } of expected) {
      if (digests[algorithm] !== hex) {
        throw new SatchelError('checksum-mismatch', `${algorithm} is ${digests[algorithm]}, not ${hex}`);
      }
    }
    const crc = region.have.crcOf(total) ?? 0;
    return { crc32: crc.toString(16).padStart(8, '0'), ...digests };
  }
}

/** The answer carries the whole file, so that a digest of its content is one of the file. */
function isWhole(facts: SourceFacts, headers: FirstAnswer['headers']): boolean {
  const range = header(headers, 'content-range');
  return range === null || range === `bytes 0-${(facts.total ?? 0) - 1}/${facts.total}`;
}
