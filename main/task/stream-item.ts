import { type Digester, digester } from '../bytes/checksum.ts';
import { SatchelError } from '../contract/errors.ts';
import { Meter } from '../progress/meter.ts';
import { checksumText, digestsOf, header, isStrongEtag, parseHttpDate } from '../source/headers.ts';
import { nameFor } from '../source/names.ts';
import { Access } from '../transfer/access.ts';
import { isWholeAnswer } from '../transfer/facts.ts';
import { openRemote, type RemoteFile } from '../transfer/remote-file.ts';
import { Source } from '../transfer/source.ts';
import { Limiter } from '../transfer/throttle.ts';
import type { FileJob, RunSurroundings } from './file-job.ts';
import { checkDigests } from './finish.ts';
import type { Address, ItemListener, PackageItem, PackageSegment } from './package-job.ts';

/** Time for a connection to stand, ms. */
const CONNECT_MS = 15_000;

/** One remote file of a ZIP that is streamed. */
export interface StreamItem
  extends Pick<PackageItem, 'id' | 'name' | 'checksum' | 'refused'>,
    Pick<FileJob, 'retries' | 'timeoutMs' | 'onChanged'> {
  readonly address: Address;
  /** Folder in the ZIP, with `/` between its parts, not yet safe; empty: none. */
  readonly folder: string;
  /** Bytes that it must turn out to have; null or left out: any number. */
  readonly size?: number | null;
}

/** One entry's source on its way through: it is opened, and then read once, in order. */
export interface Streamed {
  readonly id: string;
  /** What it wants to be called in the ZIP, not yet safe. */
  readonly wantedName: string;
  /** What to call it in a message. */
  readonly label: string;
  /** Milliseconds since 1970, or null. */
  readonly modified: number | null;
  readonly mediaType: string | null;
  /** Bytes, or null. */
  readonly size: number | null;
  /** Bytes still to come, or null. */
  readonly left: number | null;
  readonly segments: PackageSegment[];
  open(): Promise<void>;
  /** Its turn has come. */
  begin(): void;
  /** Gives its connection back until it is read. */
  rest(): void;
  /** Its bytes; throws where they are not what they should be, before its end is told. */
  body(onRead: () => void): AsyncGenerator<Buffer, void>;
  close(): void;
}

export interface StreamItemTools {
  readonly around: RunSurroundings;
  readonly listener: ItemListener;
  readonly signal: AbortSignal;
  /** It waits for its server: others should let go of what they hold. */
  readonly onWaiting: () => void;
}

export class StreamedItem implements Streamed {
  readonly item: StreamItem;
  readonly #tools: StreamItemTools;
  #source: Source | null = null;
  readonly #meter: Meter;
  #remote: RemoteFile | null = null;
  /** Its turn has not come: nobody is to hear of it. */
  #ahead = true;
  #wait: Parameters<ItemListener['onWaiting']> | null = null;

  constructor(item: StreamItem, tools: StreamItemTools) {
    this.item = item;
    this.#tools = tools;
    this.#meter = new Meter(tools.around.clock.monotonic());
  }

  get id(): string {
    return this.item.id;
  }

  /** Its first answer is here. */
  get remote(): RemoteFile {
    if (!this.#remote) throw new SatchelError('internal', 'an item that was not opened');
    return this.#remote;
  }

  get mediaType(): string | null {
    return this.remote.first.facts.mediaType;
  }

  get size(): number | null {
    return this.remote.first.facts.total ?? this.item.size ?? null;
  }

  get left(): number | null {
    const total = this.#source?.facts?.total ?? null;
    return total === null ? null : total - this.remote.received;
  }

  async open(): Promise<void> {
    const { around, signal } = this.#tools;
    const { clock, hosts, random, bucket } = around;
    const { refused, retries, timeoutMs } = this.item;
    if (refused) throw refused;
    this.#source = this.#sourceOf();
    this.#remote = await openRemote({
      ...{ clock, hosts, random, retries, signal },
      source: this.#source,
      limiter: new Limiter(clock, null, bucket),
      stallMs: timeoutMs,
      listener: {
        onWaiting: (retryAt, error) => this.#onWaiting(retryAt, error),
        onDelivering: () => {
          this.#wait = null;
          if (!this.#ahead) this.#tools.listener.onDelivering();
        },
      },
    });
    this.#demandSize();
  }

  begin(): void {
    this.#ahead = false;
    this.#tools.listener.onState('running', null);
    if (this.#wait) this.#onWaiting(...this.#wait);
  }

  rest(): void {
    this.#remote?.rest();
  }

  close(): void {
    this.#remote?.close();
  }

  get wantedName(): string {
    const { folder, name } = this.item;
    const { url, headers, facts } = this.remote.first;
    const disposition = header(headers, 'content-disposition');
    const own = name ?? nameFor({ disposition, url, mediaType: facts.mediaType });
    return folder === '' ? own : `${folder}/${own}`;
  }

  get label(): string {
    if (this.#remote) return this.wantedName;
    const { name, address } = this.item;
    return name ?? nameFor({ disposition: null, url: address.url, mediaType: null });
  }

  get modified(): number | null {
    return parseHttpDate(this.remote.first.facts.lastModified);
  }

  /** Its bytes; throws where they are not those that any known checksum wants, before its end is told. */
  async *body(onRead: () => void): AsyncGenerator<Buffer, void> {
    const { listener, signal, around } = this.#tools;
    const sent = this.#sentDigests();
    const digesters = this.#digesters(sent);
    this.#tellFacts(0);
    for await (const bytes of this.remote) {
      for (const each of digesters.values()) each.update(bytes);
      this.#meter.add(bytes.length, around.clock.monotonic());
      listener.onJournaled(bytes.length);
      onRead();
      yield bytes;
    }
    const digests = Object.fromEntries([...digesters].map(([algorithm, each]) => [algorithm, each.hex()]));
    await checkDigests(sent, this.item.checksum, async () => digests, signal);
    this.#tellFacts(this.remote.received);
  }

  get segments(): PackageSegment[] {
    if (!this.#remote?.connected) return [];
    const { received } = this.#remote;
    const end = this.#source?.facts?.total ?? null;
    const speed = this.#meter.speed(this.#tools.around.clock.monotonic());
    return [{ itemId: this.item.id, start: 0, end, received, speed, host: this.#source?.host ?? '' }];
  }

  #sourceOf(): Source {
    const { http, clock } = this.#tools.around;
    const { timeoutMs, onChanged, address } = this.item;
    return new Source(
      {
        ...{ http, clock, url: address.url, access: new Access(address) },
        connectMs: Math.min(CONNECT_MS, timeoutMs),
        firstByteMs: timeoutMs,
        trustUser: onChanged === 'continue',
      },
      null,
    );
  }

  #demandSize(): void {
    const { size = null } = this.item;
    const { total } = this.remote.first.facts;
    if (size === null || total === null || total === size) return;
    throw new SatchelError('length-mismatch', `it has ${total} bytes, not ${size}`);
  }

  #sentDigests(): string[] {
    const { facts, headers } = this.remote.first;
    return facts.encoded ? [] : digestsOf(headers, isWholeAnswer(facts, headers)).map(checksumText);
  }

  #digesters(sent: readonly string[]): Map<string, Digester> {
    const { checksum } = this.item;
    const wanted = checksum === null ? [] : [checksumText(checksum)];
    const algorithms = [...sent, ...wanted].map((text) => text.slice(0, text.indexOf(':')));
    return new Map(algorithms.map((algorithm) => [algorithm, digester(algorithm)]));
  }

  #onWaiting(...wait: Parameters<ItemListener['onWaiting']>): void {
    this.#wait = wait;
    if (this.#ahead) return;
    this.#tools.onWaiting();
    this.#tools.listener.onWaiting(...wait);
  }

  #tellFacts(received: number): void {
    const { total = null, resumable = null, etag = null } = this.#source?.facts ?? {};
    this.#tools.listener.onFacts({ received, total, resumable, etag: isStrongEtag(etag) ? etag : null });
  }
}
