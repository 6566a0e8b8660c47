import { type Opened, openPartialFile } from '../bytes/open.ts';
import { type PartialFile, type Place, roomDetail } from '../bytes/partial-file.ts';
import { SatchelError } from '../contract/errors.ts';
import { checksumText, digestsOf, header, isStrongEtag, parseHttpDate } from '../source/headers.ts';
import { nameFor } from '../source/names.ts';
import { Access } from '../transfer/access.ts';
import type { FirstAnswer, Target } from '../transfer/crew.ts';
import { isWholeAnswer, SourceFacts } from '../transfer/facts.ts';
import { Fetch } from '../transfer/fetch.ts';
import { Source } from '../transfer/source.ts';
import { Limiter } from '../transfer/throttle.ts';
import { checkFinalName, claimName, fetches } from './claim.ts';
import type { FileJob, FileResult, RunListener, RunSurroundings } from './file-job.ts';
import { type Sealed, verify } from './finish.ts';
import { Naming, type NamingJob } from './naming.ts';
import { ItemNote, NameList, NOTES } from './notes.ts';
import { orSkipped } from './skipped.ts';

export type { FileJob, FileResult, RunListener, RunSurroundings } from './file-job.ts';

/** Time for a connection to stand, ms. */
const CONNECT_MS = 15_000;
const REGION = 0;

/** Fetches one file from its address to its final name. Throws a SatchelError; what was received is kept. */
export async function runFile(
  job: FileJob,
  around: RunSurroundings,
  listener: RunListener,
  signal: AbortSignal,
): Promise<FileResult> {
  return orSkipped(around.disk, () => new FileRun(job, around, listener, signal).run());
}

class FileRun {
  readonly #job: FileJob;
  readonly #around: RunSurroundings;
  readonly #listener: RunListener;
  readonly #signal: AbortSignal;
  readonly #folder: string;
  #file: PartialFile | null = null;
  /** Where the download lies, once it has a place. */
  #place: Place | null;
  /** The download that a new one is to replace. */
  #instead: Place | null = null;
  #replaces: readonly string[] = [];
  #resumed = false;
  /** Bytes from a spare address are here, and none of this one's yet. */
  #begunElsewhere = false;
  readonly #naming: Naming;

  constructor(job: FileJob, around: RunSurroundings, listener: RunListener, signal: AbortSignal) {
    this.#job = job;
    this.#around = around;
    this.#listener = listener;
    this.#signal = signal;
    this.#place = job.resume;
    this.#naming = new Naming(namingOf(job), around, listener);
    this.#folder = job.resume?.folder ?? job.folder;
  }

  async run(): Promise<FileResult> {
    const { out, startOver, onChanged, resume } = this.#job;
    this.#listener.onPhase('probing');
    await this.#around.disk.makeFolder(this.#folder);
    try {
      if (resume === null) return await this.#fetchNew(out);
      return await (startOver ? this.#fromZero(resume) : this.#goOn(resume));
    } catch (thrown) {
      const changed = thrown instanceof SatchelError && thrown.code === 'source-changed';
      // Once only: a file that changes while it is fetched would be fetched for ever.
      const restarts = onChanged === 'restart' || this.#begunElsewhere;
      if (!changed || !restarts || this.#place === null || this.#instead) throw thrown;
      this.#listener.onRewound(0, thrown);
      return await this.#fromZero(this.#place);
    }
  }

  async #goOn(place: Place): Promise<FileResult> {
    const { out, onConflict } = this.#job;
    const opened = await openPartialFile(this.#around, place);
    if (opened.kind === 'sealed') return this.#alreadySealed(place, opened);
    this.#file = opened.file;
    this.#resumed = true;
    this.#listener.onPlace({ ...place, journalId: opened.file.id });
    try {
      const renamed = { folder: this.#folder, name: out ?? place.name };
      if (renamed.name !== place.name) await checkFinalName(this.#around.disk, renamed, onConflict);
      const target = await this.#reopened(opened);
      return await this.#fetch(opened.file, target);
    } finally {
      await this.#letGo();
    }
  }

  /** The old partial file stays, under another name from when the new one begins, until that one is done. */
  async #fromZero(place: Place): Promise<FileResult> {
    this.#resumed = false;
    this.#instead = place;
    return this.#fetchNew(this.#job.out ?? place.name);
  }

  async #fetchNew(name: string | null): Promise<FileResult> {
    try {
      if (name !== null) await this.#naming.check({ folder: this.#folder, name }, this.#instead);
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
  async #alreadySealed(place: Place, opened: Sealed): Promise<FileResult> {
    const finished = await this.#naming.finish(place, opened);
    return finished ?? this.#fetchNew(this.#job.out ?? place.name);
  }

  async #reopened({ file, droppedBytes, partMissing }: Extract<Opened, { kind: 'open' }>): Promise<Target> {
    const region = file.region(REGION) ?? (await file.placeRegion(REGION, 0, null));
    const facts = SourceFacts.safeParse(file.note(NOTES.facts)).data;
    this.#lookWhoseBytes(file, facts ?? null);
    this.#replaces = NameList.safeParse(file.note(NOTES.replaces)).data ?? [];
    const received = region.have.bytes;
    if (droppedBytes > 0) {
      const why = partMissing ? 'the partial file is gone' : `${droppedBytes} bytes did not reach the disk`;
      this.#listener.onRewound(received, new SatchelError('disk-error', why));
    }
    this.#tellFacts(received, facts ?? null);
    await this.#demandRoom(file.place.folder, (facts?.total ?? received) - received);
    return { file, region };
  }

  /**
   * That spares have the same file the user has said. It is believed of a file that comes whole from one of them, never of
   * bytes put together from two: those must be proven the same, by a validator that the second could have contradicted.
   */
  #lookWhoseBytes(file: PartialFile, facts: SourceFacts | null): void {
    const { spares = [], url, onChanged } = this.#job;
    const from = ItemNote.safeParse(file.note(NOTES.item)).data?.url;
    if (from === undefined || from === url || !spares.includes(from)) return;
    this.#begunElsewhere = true;
    const provable = isStrongEtag(facts?.etag ?? null) || facts?.lastModifiedStrong === true;
    if (provable || onChanged === 'continue') return;
    throw new SatchelError('source-changed', 'nothing tells whether the spare address has the same file');
  }

  async #fetch(
    file: PartialFile | null,
    target: Target | null,
    name: string | null = null,
  ): Promise<FileResult> {
    const { clock, http, hosts, random } = this.#around;
    const { url, connections, minSplit, retries, timeoutMs, onChanged } = this.#job;
    const known = file ? (SourceFacts.safeParse(file.note(NOTES.facts)).data ?? null) : null;
    const source = new Source(
      {
        http,
        clock,
        url,
        access: new Access(this.#job),
        connectMs: Math.min(CONNECT_MS, timeoutMs),
        firstByteMs: timeoutMs,
        trustUser: onChanged === 'continue',
        held: this.#job.held,
      },
      known,
    );
    const fetch = new Fetch({
      clock,
      hosts,
      limiter: new Limiter(clock, this.#job.bucket, this.#around.bucket),
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
        goOn: () => this.#listener.goOn(),
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
    const { id, onConflict } = this.#job;
    const { mediaType } = facts;
    const disposition = header(headers, 'content-disposition');
    const wanted = await this.#placeFor(name ?? nameFor({ disposition, url, mediaType }), mediaType);
    // First: a task that waits for room must know for how much.
    this.#tellFacts(0, facts);
    await this.#demandRoom(wanted.folder, facts.total ?? 0);
    const digests = facts.encoded ? [] : digestsOf(headers, isWholeAnswer(facts, headers)).map(checksumText);
    const item = { url: this.#job.url };
    const file = await claimName(this.#around, wanted, {
      id,
      isSame: fetches(this.#job.url),
      onConflict,
      replacing: await this.#naming.replaces(wanted),
      notes: { [NOTES.item]: item, [NOTES.digests]: digests },
      replaces: this.#replaces,
      instead: this.#instead,
    });
    this.#file = file;
    this.#place = file.place;
    this.#replaces = NameList.parse(file.note(NOTES.replaces));
    this.#listener.onPlace({ ...file.place, journalId: file.id });
    await this.#listener.onBegun();
    return { file, region: await file.placeRegion(REGION, 0, facts.total) };
  }

  /** What replaces a download stays in its folder. */
  async #placeFor(name: string, mediaType: string | null): Promise<Place> {
    const { folderFor } = this.#job;
    const folder = (this.#instead ? undefined : folderFor?.(name, mediaType)) ?? this.#folder;
    if (folder !== this.#folder) await this.#around.disk.makeFolder(folder);
    return { folder, name };
  }

  async #keepFacts(facts: SourceFacts): Promise<void> {
    const file = this.#file;
    if (!file) return;
    await file.keepNote(NOTES.facts, facts);
    // Not before an answer was taken: an address that turns out to be another file's must not become this one's.
    const { url } = this.#job;
    if (ItemNote.safeParse(file.note(NOTES.item)).data?.url !== url) await file.keepNote(NOTES.item, { url });
    this.#begunElsewhere = false;
    this.#tellFacts(file.region(REGION)?.have.bytes ?? 0, facts);
  }

  #tellFacts(received: number, facts: SourceFacts | null): void {
    const { total = null, resumable = null } = facts ?? {};
    const etag = isStrongEtag(facts?.etag ?? null) ? (facts?.etag ?? null) : null;
    this.#listener.onFacts({ received, total, resumable, etag });
  }

  async #demandRoom(folder: string, bytes: number): Promise<void> {
    const free = await this.#around.disk.freeBytes(folder);
    if (bytes > free) throw new SatchelError('disk-full', roomDetail(bytes, free, folder));
  }

  /** Verify → seal → into place → let go: after the seal, a crash costs nothing any more. */
  async #finish(target: Target, facts: SourceFacts | null): Promise<FileResult> {
    const { region } = target;
    const file = this.#file;
    if (!file) throw new SatchelError('internal', 'a download without a file');
    const { checksum } = this.#job;
    const total = facts?.total ?? region.have.end;
    if (!region.have.covers(total)) throw new SatchelError('internal', 'bytes are missing');
    this.#listener.onPhase('verifying');
    const digests = await verify({ file, region }, total, checksum, this.#signal);
    const name = await this.#naming.toSeal(file.place, this.#resumed);
    const modified = facts?.lastModified ? parseHttpDate(facts.lastModified) : null;
    await file.seal({ name, length: total, digests, modified });
    const path = await this.#naming.put(file.place, name, this.#replaces);
    this.#file = null;
    await file.releaseLock();
    return { path, bytes: total, already: false };
  }
}

function namingOf(job: FileJob): NamingJob {
  const { onConflict, replacing = null, url } = job;
  return {
    onConflict,
    replacing,
    isSame: fetches(url),
    get out() {
      return job.out;
    },
  };
}
