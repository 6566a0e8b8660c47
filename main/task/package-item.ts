import type { Region } from '../bytes/partial-file.ts';
import { SatchelError } from '../contract/errors.ts';
import { checksumText, digestsOf, header, isStrongEtag, parseHttpDate } from '../source/headers.ts';
import { nameFor } from '../source/names.ts';
import { Access } from '../transfer/access.ts';
import type { FirstAnswer, Target } from '../transfer/crew.ts';
import { isWholeAnswer, type SourceFacts } from '../transfer/facts.ts';
import { Fetch } from '../transfer/fetch.ts';
import { Source } from '../transfer/source.ts';
import { Limiter } from '../transfer/throttle.ts';
import { FILE_MODE } from '../zip/records.ts';
import { EntryMaker, type Maker } from './entry-maker.ts';
import { checkEntry } from './package-check.ts';
import type { Entry } from './package-entries.ts';
import type { ItemListener, PackageSegment } from './package-job.ts';
import { packLocal } from './package-local.ts';
import type { ItemNote } from './package-notes.ts';
import type { PackageTools } from './package-tools.ts';
import { packingOf } from './packing.ts';
import type { Slot } from './slots.ts';

/** Time for a connection to stand, ms. */
const CONNECT_MS = 15_000;

/** Brings one item into the ZIP. Throws a SatchelError, or HeldTooLong; what was received is kept. */
export class ItemRun {
  readonly #entry: Entry;
  readonly #tools: PackageTools;
  readonly #listener: ItemListener;
  readonly #slot: Slot;
  readonly #signal: AbortSignal;
  readonly #maker: EntryMaker;
  #fetch: Fetch | null = null;
  /** Bytes that were told of. What is journaled may be ahead of that for a moment. */
  #received = 0;

  constructor(entry: Entry, tools: PackageTools, listener: ItemListener, slot: Slot, signal: AbortSignal) {
    this.#entry = entry;
    this.#tools = tools;
    this.#listener = listener;
    this.#slot = slot;
    this.#signal = signal;
    this.#maker = new EntryMaker(makerOf(entry), tools);
  }

  get segments(): readonly PackageSegment[] {
    const itemId = this.#entry.item.id;
    return this.#fetch?.segments.map((segment) => ({ itemId, ...segment })) ?? [];
  }

  async run(): Promise<void> {
    const { item } = this.#entry;
    if (item.refused) throw item.refused;
    const { zip } = this.#tools;
    if (!zip.entriesOf(this.#entry.number)) await this.#bring();
    await checkEntry(zip, this.#entry, this.#signal);
  }

  async #bring(): Promise<void> {
    const { item } = this.#entry;
    const { lane } = this.#tools;
    const stop = () => {
      this.#maker.stop();
      if (lane.holder !== this.#entry.number) lane.leave(this.#entry.number);
    };
    this.#signal.addEventListener('abort', stop, { once: true });
    try {
      if (item.source.kind === 'path') await this.#pack(item.source.path);
      else await this.#download();
    } finally {
      this.#signal.removeEventListener('abort', stop);
      await this.#maker.close();
    }
  }

  async #pack(path: string): Promise<void> {
    const { zip, lane, around, job, onPlaced } = this.#tools;
    const wished = this.#entry.item.name;
    const options = { zip, lane, disk: around.disk, compress: job.compress, signal: this.#signal };
    await packLocal(path, this.#maker, {
      ...options,
      listener: this.#listener,
      onPlaced: () => onPlaced(this.#entry),
    });
    this.#tellName(wished);
  }

  /** Renamed since it was `wished`, it is told what it will be called. */
  #tellName(wished: string | null): void {
    const { item, note } = this.#entry;
    this.#listener.onName((wished === item.name ? note?.name : item.name) ?? note?.name ?? '');
  }

  async #download(): Promise<void> {
    const { zip } = this.#tools;
    const { number, note } = this.#entry;
    const region = zip.file.region(number);
    const known = region ? (note?.facts ?? null) : null;
    const target = region && note ? await this.#reopen(region, note) : null;
    const source = this.#sourceOf(known);
    this.#received = target?.region.have.bytes ?? 0;
    if (target) this.#tellFacts(known);
    this.#fetch = this.#fetchOf(source, target);
    const { region: filled } = await this.#fetch.run();
    const size = source.facts?.total ?? filled.have.end;
    await this.#maker.finish(size);
    this.#received = size;
    this.#tellFacts(source.facts);
  }

  #sourceOf(known: SourceFacts | null): Source {
    const { http, clock } = this.#tools.around;
    const { timeoutMs, onChanged } = this.#tools.job;
    const { source } = this.#entry.item;
    if (source.kind !== 'url') throw new SatchelError('internal', 'no address');
    return new Source(
      {
        http,
        clock,
        url: source.url,
        access: new Access(source),
        connectMs: Math.min(CONNECT_MS, timeoutMs),
        firstByteMs: timeoutMs,
        trustUser: onChanged === 'continue',
      },
      known,
    );
  }

  #fetchOf(source: Source, target: Target | null): Fetch {
    const { clock, hosts, random, bucket } = this.#tools.around;
    const { connections, minSplit, retries, timeoutMs, bucket: own } = this.#tools.job;
    const listener = this.#listener;
    return new Fetch({
      clock,
      hosts,
      limiter: new Limiter(clock, own, bucket),
      random,
      source,
      target,
      connections,
      minSplit,
      retries,
      stallMs: timeoutMs,
      signal: this.#signal,
      listener: {
        begin: (first) => this.#begin(first),
        onFacts: (facts) => this.#keepFacts(facts),
        onJournaled: (bytes) => {
          this.#received += bytes;
          listener.onJournaled(bytes);
        },
        onWaiting: (retryAt, error) => {
          this.#slot.wait(retryAt);
          listener.onWaiting(retryAt, error);
        },
        goOn: () => this.#slot.goOn(this.#signal),
        onDelivering: () => listener.onDelivering(),
        onRewound: (error) => {
          this.#received = 0;
          listener.onRewound(0, error);
        },
      },
    });
  }

  /** The first answer of an item that has no place yet: now it can be named, and given one. */
  async #begin({ facts, url, headers }: FirstAnswer): Promise<Target> {
    const { number, item } = this.#entry;
    const { zip, lane, job, startedAt } = this.#tools;
    const { mediaType, total } = facts;
    const disposition = header(headers, 'content-disposition');
    const digests = facts.encoded ? [] : digestsOf(headers, isWholeAnswer(facts, headers)).map(checksumText);
    const note = await this.#maker.announce({
      url: item.source.kind === 'url' ? item.source.url : '',
      name: nameFor({ disposition, url, mediaType }),
      facts,
      digests,
      modified: (facts.lastModified && parseHttpDate(facts.lastModified)) || startedAt,
      mode: FILE_MODE,
    });
    this.#tellName(item.name);
    this.#received = 0;
    this.#tellFacts(facts);
    const packing = packingOf(job.compress, note.name, mediaType);
    if (total === null || packing.level !== null) {
      const sink = await this.#maker.openSink(total, packing);
      return { file: sink, region: { id: number, have: sink.have }, inOrder: true };
    }
    await lane.pass(number);
    const region = await zip.reserve(number, note, total);
    this.#tools.onPlaced(this.#entry);
    return { file: zip.file, region };
  }

  async #reopen(region: Region, { facts }: ItemNote): Promise<Target> {
    const { zip } = this.#tools;
    if (region.length !== null) return { file: zip.file, region };
    const sink = await this.#maker.openSink(facts?.total ?? null, { level: null, trial: false });
    return { file: sink, region: { id: region.id, have: sink.have }, inOrder: true };
  }

  async #keepFacts(facts: SourceFacts): Promise<void> {
    const entry = this.#entry;
    const { source } = entry.item;
    if (!entry.note || source.kind !== 'url') return;
    await this.#maker.keepNote({ ...entry.note, url: source.url, facts });
    this.#tellFacts(facts);
  }

  #tellFacts(facts: SourceFacts | null): void {
    const received = this.#received;
    const { total = null, resumable = null } = facts ?? {};
    const etag = isStrongEtag(facts?.etag ?? null) ? (facts?.etag ?? null) : null;
    this.#listener.onFacts({ received, total, resumable, etag });
  }
}

function makerOf(entry: Entry): Maker {
  return {
    id: entry.item.id,
    number: entry.number,
    get wanted() {
      return entry.item.name;
    },
    get note() {
      return entry.note;
    },
    set note(note) {
      entry.note = note;
    },
  };
}
