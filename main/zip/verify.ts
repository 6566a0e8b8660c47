import { findCut } from './cut-short.ts';
import { type DirectoryPlace, findDirectory } from './end-record.ts';
import { checkData, DEFLATE_LIMIT, whyNotRead } from './entry-data.ts';
import { Findings, type ZipReport } from './findings.ts';
import { describeGap } from './gaps.ts';
import { descriptorAt, differences, localHeaderAt } from './local-header.ts';
import { NameCheck } from './name-check.ts';
import { type RandomAccess, Window } from './random-access.ts';
import { entriesOf, entryAt, FLAG_DESCRIPTOR, type ZipEntry } from './reader.ts';
import { LOCAL_BYTES } from './records.ts';
import { Spans } from './spans.ts';

export interface VerifyProgress {
  /** Packed bytes that are done with. */
  readonly done: number;
  readonly total: number;
}

export interface VerifyOptions {
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Read and unpacked at once. */
const AT_ONCE = 4;
/** About 25 bytes of memory each, and 100 for its name. */
const ENTRY_LIMIT = 2_000_000;
/** An entry up to this size is read together with its neighbours. */
const SMALL_BYTES = 64 * 1024;
const AHEAD_BYTES = 256 * 1024;
/** Worth a word: so many bytes, from a hundredth of them. */
const LARGE_BYTES = 1024 ** 3;
const LARGE_RATIO = 100;

/**
 * Looks at everything in a ZIP: end records, directory, names, local headers, what lies between the entries, and every
 * byte's CRC. Whatever the file claims, it reads no entry's bytes twice, unpacks no more than is stated, and keeps 256
 * KiB for each of four entries, besides about 130 bytes for each that is really there. Errors: those of `file`, and the
 * signal's reason; what is wrong with the ZIP is in the report.
 */
export async function verifyZip(file: RandomAccess, options: VerifyOptions = {}): Promise<ZipReport> {
  const findings = new Findings();
  const place = await findDirectory(file, findings);
  if (place === null) {
    await findCut(file, findings, options.signal);
    return findings.report({ entries: 0, good: 0, bytes: 0 });
  }
  const verifier = new Verifier(file, place, findings, options);
  const packed = await verifier.survey();
  const seen = await verifier.checkEntries(packed);
  await verifier.checkSpans();
  return findings.report(seen);
}

class Verifier {
  readonly #file: RandomAccess;
  readonly #place: DirectoryPlace;
  readonly #findings: Findings;
  readonly #options: VerifyOptions;
  /** For what is small; entries mostly lie in the directory's order. */
  readonly #window: Window;
  readonly #spans = new Spans();
  /** Those that would reach into the directory. */
  readonly #reaching: number[] = [];
  /** So much is claimed that nothing is unpacked at all. */
  #bomb = false;
  #good = 0;
  #bytes = 0;
  #done = 0;

  constructor(file: RandomAccess, place: DirectoryPlace, findings: Findings, options: VerifyOptions) {
    this.#file = file;
    this.#window = new Window(file, AHEAD_BYTES);
    this.#place = place;
    this.#findings = findings;
    this.#options = options;
  }

  // ---- what the directory says

  /** Looks through the directory alone; gives the packed bytes of its entries. */
  async survey(): Promise<number> {
    const names = new NameCheck(this.#findings);
    let packed = 0;
    let claimed = 0;
    let end = this.#place.start;
    for await (const entry of entriesOf(this.#file, this.#place)) {
      this.#options.signal?.throwIfAborted();
      if (this.#spans.count === ENTRY_LIMIT) {
        this.#findings.add('too-many-entries', `only the first ${ENTRY_LIMIT} were looked at`);
        break;
      }
      names.look(entry);
      const header = entry.offset + LOCAL_BYTES + entry.rawName.length;
      const least = header + entry.compressedSize;
      // One that would reach beyond the directory lies; all those in between do not share its bytes.
      this.#spans.add(entry.offset, least > this.#place.start ? header : least, entry.position);
      packed += Math.min(entry.compressedSize, this.#place.fileSize);
      if (whyNotRead(entry) === null) claimed += entry.size;
      end = entry.next;
    }
    if (this.#spans.count < ENTRY_LIMIT) this.#checkCount(end);
    await this.#findOverlaps();
    this.#checkClaim(claimed);
    return packed;
  }

  #checkCount(end: number): void {
    const { entries, start, size, limit } = this.#place;
    const { count } = this.#spans;
    if (count !== entries) this.#findings.add('entry-count', `${count} are there, ${entries} are stated`);
    const asStated = count === entries && end === start + size;
    if (end !== limit && !asStated && (count > 0 || entries === 0)) {
      this.#findings.add('directory-damaged', `there is no record number ${count + 1} at byte ${end}`);
    }
  }

  /** Entries that lie apart cannot have more than deflate can pack; those that share bytes can have any number. */
  #checkClaim(claimed: number): void {
    const { fileSize } = this.#place;
    if (claimed <= fileSize * DEFLATE_LIMIT) return;
    this.#bomb = true;
    this.#findings.add('bomb', `${claimed} bytes in all, from a file of ${fileSize}; nothing was unpacked`);
  }

  // ---- each entry

  async checkEntries(total: number): Promise<Pick<ZipReport, 'entries' | 'good' | 'bytes'>> {
    const failed = new AbortController();
    const signals = [failed.signal, ...(this.#options.signal ? [this.#options.signal] : [])];
    const signal = AbortSignal.any(signals);
    const running = new Set<Promise<void>>();
    try {
      for await (const entry of entriesOf(this.#file, this.#place)) {
        if (entry.index === this.#spans.count) break;
        signal.throwIfAborted();
        const run = this.#checkEntry(entry, total, signal).finally(() => running.delete(run));
        running.add(run);
        run.catch((thrown) => failed.abort(thrown));
        if (running.size === AT_ONCE) await Promise.race(running);
      }
      await Promise.all(running);
    } finally {
      failed.abort();
      await Promise.allSettled(running);
    }
    return { entries: this.#spans.count, good: this.#good, bytes: this.#bytes };
  }

  async #checkEntry(entry: ZipEntry, total: number, signal: AbortSignal): Promise<void> {
    let counted = 0;
    const onRead = (bytes: number) => {
      counted += bytes;
      this.#done += bytes;
      this.#options.onProgress?.({ done: this.#done, total });
    };
    if (entry.extraFault !== null) this.#findings.add('extra-malformed', entry.extraFault, entry);
    if (entry.volume > 0) this.#findings.add('many-volumes', `it is on volume ${entry.volume}`, entry);
    const start = await this.#checkHeader(entry);
    const shares = this.#spans.shares(entry.index);
    const fault = whyNotRead(entry);
    if (fault !== null) this.#findings.add(fault.problem, fault.detail, entry);
    if (start !== null && fault === null && !shares && !this.#bomb) {
      await this.#checkBytes(entry, start, { signal, onRead });
    }
    onRead(Math.min(entry.compressedSize, this.#place.fileSize) - counted);
  }

  /** Where its bytes begin, or null where they cannot be found. */
  async #checkHeader(entry: ZipEntry): Promise<number | null> {
    const { start: directory } = this.#place;
    const local = entry.offset < directory ? await localHeaderAt(this.#window, entry.offset) : null;
    if (local === null) {
      this.#findings.add('header-missing', `at byte ${entry.offset}`, entry);
      return null;
    }
    for (const { problem, detail } of differences(entry, local)) this.#findings.add(problem, detail, entry);
    const start = entry.offset + local.length;
    const end = start + entry.compressedSize;
    if (end > directory) {
      const beyond = `its bytes would end at ${end}, and the directory begins at ${directory}`;
      this.#findings.add('overlap', beyond, entry);
      this.#reaching.push(entry.index);
      return null;
    }
    const tail = await this.#descriptorBytes(entry, local.flags, end);
    this.#spans.endsAt(entry.index, end + tail);
    return start;
  }

  async #descriptorBytes(entry: ZipEntry, flags: number, at: number): Promise<number> {
    if ((flags & entry.flags & FLAG_DESCRIPTOR) === 0) return 0;
    const bytes = await descriptorAt(this.#window, at, entry);
    if (bytes === null) this.#findings.add('descriptor-wrong', `at byte ${at}`, entry);
    return bytes ?? 0;
  }

  async #checkBytes(
    entry: ZipEntry,
    start: number,
    options: { readonly signal: AbortSignal; readonly onRead: (bytes: number) => void },
  ): Promise<void> {
    const source = entry.compressedSize <= SMALL_BYTES ? this.#window : this.#file;
    const fault = await checkData(source, entry, start, options);
    if (fault !== null) {
      this.#findings.add(fault.problem, fault.detail, entry);
      return;
    }
    this.#good += 1;
    this.#bytes += entry.size;
    if (entry.size >= LARGE_BYTES && entry.size > entry.compressedSize * LARGE_RATIO) {
      this.#findings.add('high-ratio', `${entry.size} bytes, from ${entry.compressedSize}`, entry);
    }
  }

  // ---- what is where

  /** Now that every header has been read, the ends are exact. */
  async checkSpans(): Promise<void> {
    await this.#findOverlaps();
    const { start, entries } = this.#place;
    for (const index of this.#reaching) this.#spans.endsAt(index, start);
    // Of a directory that could not be read, nobody knows whose bytes those are.
    if (this.#spans.count === 0 && entries > 0) return;
    for (const gap of this.#spans.gaps(start)) {
      if (this.#findings.full('note')) break;
      await describeGap(this.#file, gap, this.#findings, this.#options.signal);
    }
  }

  async #findOverlaps(): Promise<void> {
    for (const [index, other] of this.#spans.overlaps()) {
      this.#options.signal?.throwIfAborted();
      if (this.#findings.full('error')) {
        this.#findings.add('overlap', '', { name: '', index });
        continue;
      }
      const [one, two] = [await this.#entry(index), await this.#entry(other)];
      if (one && two) this.#findings.add('overlap', `with ${JSON.stringify(two.name)}; it was not read`, one);
    }
  }

  /** As the directory has it; so that not all of them have to be kept. */
  #entry(index: number): Promise<ZipEntry | null> {
    return entryAt(this.#file, this.#place, this.#spans.recordOf(index), index);
  }
}
