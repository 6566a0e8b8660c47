import type { PartialFile, Region } from '../bytes/partial-file.ts';
import { asSatchelError, type ErrorCode, SatchelError } from '../contract/errors.ts';
import { type Clock, delay, type Timer } from '../world/clock.ts';
import type { HttpAnswer } from '../world/http.ts';
import type { SourceFacts } from './facts.ts';
import type { Hosts } from './hosts.ts';
import { Lane } from './lane.ts';
import { Ramp } from './ramp.ts';
import { receive } from './receive.ts';
import { holdsHost, isPermanent, RetryCount, retryDelay } from './retry.ts';
import { FromZero, type Granted, OddNode, type Source } from './source.ts';
import { type Stripe, StripeBoard } from './stripes.ts';

/** How often speeds are looked at and connections added. */
const TICK_MS = 50;
/** A source that refused an extra connection is offered one more after so long. */
const CAP_RESTORE_MS = 30_000;

/** Where the bytes go. */
export interface Target {
  readonly file: PartialFile;
  readonly region: Region;
}

/** The first answer of a new download: all that a name can be made of. */
export interface FirstAnswer {
  readonly facts: SourceFacts;
  readonly url: string;
  readonly headers: HttpAnswer['headers'];
}

export interface FetchListener {
  /** A new download has its first answer: give it a place. Its body waits meanwhile. */
  begin(first: FirstAnswer): Promise<Target>;
  /** What is known of the source has changed and should be kept. */
  onFacts(facts: SourceFacts): Promise<void>;
  onJournaled(bytes: number): void;
  /** It waits; `retryAt` is milliseconds since 1970. `error` is null when only the host is held. */
  onWaiting(retryAt: number, error: SatchelError | null): void;
  /** A connection delivers again. */
  onDelivering(): void;
  /** All bytes are void; the source cannot be resumed. */
  onRewound(error: SatchelError): void;
}

export interface FetchOptions {
  readonly clock: Clock;
  readonly hosts: Hosts;
  readonly random: () => number;
  readonly source: Source;
  /** Null for a new download. */
  readonly target: Target | null;
  readonly connections: number;
  readonly minSplit: number;
  readonly retries: number;
  readonly stallMs: number;
  readonly signal: AbortSignal;
  readonly listener: FetchListener;
}

/** A live connection, for show. */
export interface LiveSegment {
  readonly start: number;
  readonly end: number | null;
  readonly received: number;
  readonly speed: number;
  readonly host: string;
}

/** How a server can refuse a connection; every other permanent error makes all connections pointless. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'tls',
  'http-status',
  'auth-required',
  'not-found',
  'url-expired',
  'address-refused',
  'too-many-redirects',
  'bad-url',
]);

function isFatal(thrown: unknown): boolean {
  if (thrown instanceof FromZero || thrown instanceof OddNode) return false;
  const error = asSatchelError(thrown);
  return isPermanent(error) && !REFUSALS.has(error.code);
}

/**
 * Fetches one remote file into its region, over one connection or many, retrying what time may mend, until exactly
 * all of its bytes are journaled. Throws a SatchelError otherwise; what was received is journaled in any case.
 */
export class Fetch {
  readonly #options: FetchOptions;
  readonly #lanes = new Set<Lane>();
  readonly #ramp: Ramp;
  readonly #retries: RetryCount;
  #target: Target | null;
  #board: StripeBoard | null = null;
  #cap: number;
  #capRestoreAt = Number.POSITIVE_INFINITY;
  #fatal: unknown = null;
  #lastError: unknown = null;
  #lastWait: SatchelError | null = null;
  #keptFacts = '';
  #received = 0;
  #round: { stop: AbortController; running: Set<Promise<void>> } | null = null;

  constructor(options: FetchOptions) {
    this.#options = options;
    this.#target = options.target;
    this.#cap = options.connections;
    this.#ramp = new Ramp(options.connections);
    this.#retries = new RetryCount(options.retries, this.#have);
  }

  get segments(): LiveSegment[] {
    const now = this.#options.clock.monotonic();
    return [...this.#lanes].flatMap((lane) => {
      if (!lane.stripe) return [];
      const { start, at, end } = lane.stripe;
      const shown = { start, end: Number.isFinite(end) ? end : null, received: at - start };
      return [{ ...shown, speed: lane.speed(now), host: this.#options.source.host }];
    });
  }

  async run(): Promise<Target> {
    for (;;) {
      try {
        await this.#runRound();
        const target = this.#target;
        if (target && this.#isWhole(target)) return target;
        throw this.#lastError ?? new SatchelError('length-mismatch', 'the file ended early');
      } catch (thrown) {
        if (this.#options.signal.aborted) throw asSatchelError(this.#options.signal.reason);
        if (thrown instanceof FromZero) await this.#goFromZero(thrown.error);
        else await this.#waitToRetry(asSatchelError(thrown));
      }
    }
  }

  get #have(): number {
    return this.#target?.region.have.bytes ?? 0;
  }

  #isWhole({ region }: Target): boolean {
    const total = this.#options.source.facts?.total;
    return total != null && region.have.covers(total);
  }

  // ---- retrying

  /** Once is no failure but what such a source needs; only doing so again and again is in vain. */
  async #goFromZero(error: SatchelError): Promise<void> {
    // The end could not be told from a cut, and the source cannot be asked for what lies behind it.
    if (this.#lastWait?.code === 'length-mismatch') throw this.#lastWait;
    const again = this.#options.source.withoutRange;
    await this.#startOver(error);
    if (again) await this.#waitToRetry(error);
  }

  async #startOver(error: SatchelError): Promise<void> {
    const { source, listener } = this.#options;
    source.withoutRange = true;
    source.learn({ resumable: false });
    this.#cap = 1;
    if (!this.#target) return;
    await this.#target.file.forget(this.#target.region.id);
    listener.onRewound(error);
    await this.#keepFacts();
  }

  async #waitToRetry(error: SatchelError): Promise<void> {
    const { clock, hosts, random, source, listener, signal } = this.#options;
    this.#retries.reached(this.#have);
    const attempt = this.#retries.failed();
    if (attempt === null || isPermanent(error)) throw error;
    this.#lastWait = error;
    const wait = retryDelay(attempt, random(), error.retryAfterMs);
    if (holdsHost(error)) hosts.hold(source.host, wait);
    listener.onWaiting(clock.now() + wait, error);
    await delay(clock, wait, signal);
    if (signal.aborted) throw asSatchelError(signal.reason);
  }

  // ---- one round: from the first connection to the last

  async #runRound(): Promise<void> {
    const { clock, source, hosts, signal, listener } = this.#options;
    this.#fatal = null;
    this.#lastError = null;
    await this.#prepareBoard();
    const heldUntil = hosts.heldUntil(source.host);
    if (heldUntil !== null) listener.onWaiting(heldUntil, null);
    const slot = await hosts.acquire(source.host, signal);
    if (!slot) throw asSatchelError(signal.reason);
    const stop = new AbortController();
    this.#round = { stop, running: new Set() };
    let ticking: Timer | null = null;
    const tick = () => {
      this.#tick();
      ticking = clock.after(TICK_MS, tick);
    };
    ticking = clock.after(TICK_MS, tick);
    try {
      this.#start(new Lane(slot, clock.monotonic()));
      while (this.#round.running.size > 0) await Promise.race(this.#round.running);
    } finally {
      ticking.stop();
    }
    if (this.#fatal) throw this.#fatal;
  }

  async #prepareBoard(): Promise<void> {
    const { source } = this.#options;
    this.#board = null;
    if (!this.#target) return;
    // Without ranges nothing can be gone on with.
    if (source.withoutRange && this.#have > 0) {
      await this.#startOver(new SatchelError('range-ignored', 'the file is sent whole only'));
    }
    if (!source.withoutRange) this.#layOut(this.#target, source.facts?.total ?? null);
  }

  #layOut({ region }: Target, total: number | null): StripeBoard {
    this.#board = new StripeBoard(region.have.gaps(total), { minSplit: this.#options.minSplit });
    return this.#board;
  }

  #tick(): void {
    const { clock } = this.#options;
    const now = clock.monotonic();
    const lanes = [...this.#lanes];
    const delivering = lanes.filter((lane) => lane.delivering);
    this.#ramp.observe(
      now,
      this.#received,
      delivering.length,
      Math.max(0, ...lanes.map((lane) => lane.answerMs)),
    );
    for (const lane of delivering) {
      const siblings = delivering.filter((other) => other !== lane).map((other) => other.speed(now));
      if (siblings.length > 0) lane.replaceIfSlow(siblings, now);
    }
    if (now >= this.#capRestoreAt) {
      this.#cap = Math.min(this.#cap + 1, this.#options.connections);
      this.#capRestoreAt = now + CAP_RESTORE_MS;
    }
    this.#addLanes();
  }

  /** Connections that this source may ever be given. */
  get #most(): number {
    return this.#options.source.facts?.resumable === true ? this.#cap : 1;
  }

  get #wanted(): number {
    return Math.min(this.#most, this.#ramp.allowed);
  }

  #addLanes(): void {
    const { clock, hosts, source } = this.#options;
    if (this.#fatal || ![...this.#lanes].some((lane) => lane.delivering)) return;
    while (this.#lanes.size < this.#wanted && this.#hasWork()) {
      const slot = hosts.tryExtra(source.host);
      if (!slot) return;
      this.#start(new Lane(slot, clock.monotonic()));
    }
  }

  #hasWork(): boolean {
    return this.#board !== null && (this.#board.hasFree() || this.#board.slowest(this.#speedOf) !== null);
  }

  readonly #speedOf = (stripe: Stripe): number => {
    for (const lane of this.#lanes) {
      if (lane.stripe === stripe) return lane.speed(this.#options.clock.monotonic());
    }
    return 0;
  };

  // ---- one connection

  #start(lane: Lane): void {
    const round = this.#round;
    if (!round) return;
    this.#lanes.add(lane);
    const running = this.#work(lane, round.stop.signal)
      .catch((thrown: unknown) => this.#laneFailed(lane, thrown))
      .finally(() => {
        this.#lanes.delete(lane);
        lane.slot.release();
        round.running.delete(running);
      });
    round.running.add(running);
  }

  async #work(lane: Lane, stop: AbortSignal): Promise<void> {
    const { hosts, source, signal, clock } = this.#options;
    const all = AbortSignal.any([stop, signal]);
    for (;;) {
      const request = lane.begin(all, clock.monotonic());
      let granted: Granted | null = null;
      if (!this.#board) granted = await this.#begin(request);
      lane.stripe = this.#nextStripe(lane);
      if (!lane.stripe) return;
      try {
        granted ??= await this.#ask(lane.stripe, request);
        await this.#receive(lane, lane.stripe, granted, request);
      } catch (thrown) {
        if (!lane.replaced || all.aborted) throw thrown;
      } finally {
        this.#board?.giveBack(lane.stripe);
        lane.stripe = null;
        lane.delivering = false;
      }
      if (this.#lanes.size > this.#wanted || (this.#lanes.size > 1 && hosts.wanted(source.host))) return;
    }
  }

  /** What a lone connection's failure means is left to `run`; an extra one's is forgotten. */
  #laneFailed(lane: Lane, thrown: unknown): void {
    const delivering = [...this.#lanes].filter((other) => other !== lane && other.delivering).length;
    if (isFatal(thrown)) {
      this.#fatal ??= thrown;
      this.#round?.stop.abort();
    } else if (delivering === 0) {
      this.#lastError = thrown instanceof OddNode ? thrown.error : thrown;
    } else if (thrown instanceof OddNode) {
      this.#lowerCap(1);
    } else if (lane.received === 0) {
      this.#lowerCap(delivering);
    }
  }

  #lowerCap(cap: number): void {
    this.#cap = cap;
    this.#capRestoreAt = this.#options.clock.monotonic() + CAP_RESTORE_MS;
  }

  #nextStripe(lane: Lane): Stripe | null {
    const now = this.#options.clock.monotonic();
    // A new connection is taken to be as fast as the fastest of the others, until it shows.
    const speed = lane.speed(now) || Math.max(0, ...[...this.#lanes].map((other) => other.speed(now)));
    return this.#board?.take(speed, this.#most) ?? this.#board?.split(this.#speedOf) ?? null;
  }

  /** The very first answer of a download without a layout: it is the download. */
  async #begin(signal: AbortSignal): Promise<Granted> {
    const { source, listener } = this.#options;
    const granted = await source.ask({ from: 0, end: null }, { begun: false, extra: false }, signal);
    const { facts } = source;
    if (granted.kind !== 'body' || !facts)
      throw new SatchelError('network', 'no file where one was expected');
    try {
      this.#target ??= await listener.begin({ facts, url: granted.url, headers: granted.answer.headers });
    } catch (error) {
      granted.answer.close();
      throw error;
    }
    await this.#keepFacts();
    this.#layOut(this.#target, facts.total);
    return granted;
  }

  /** The first connection of a round asks to the end of its gap and runs on; others ask for their stripe. */
  #ask(stripe: Stripe, signal: AbortSignal): Promise<Granted> {
    const { source } = this.#options;
    const alone = this.#lanes.size === 1;
    const gapEnd = alone ? this.#gapEnd(stripe) : stripe.end;
    const end = Number.isFinite(gapEnd) ? gapEnd : null;
    const extra = [...this.#lanes].some((lane) => lane.delivering);
    return source.ask(
      { from: stripe.start, end },
      { begun: this.#have > 0 || stripe.start > 0, extra },
      signal,
    );
  }

  #gapEnd(stripe: Stripe): number {
    return this.#board?.freeEndFrom(stripe.end) ?? stripe.end;
  }

  async #receive(lane: Lane, stripe: Stripe, granted: Granted, signal: AbortSignal): Promise<void> {
    const { clock, stallMs, listener } = this.#options;
    const target = this.#target;
    if (!target) throw new SatchelError('internal', 'bytes without a place');
    if (granted.kind === 'complete') return this.#foundEnd(stripe);
    await this.#keepFacts();
    await receive({
      ...granted,
      promisedEnd: granted.end,
      stripe,
      signal,
      clock,
      stallMs,
      file: target.file,
      regionId: target.region.id,
      extend: () => this.#board?.extend(stripe, lane.speed(clock.monotonic()), this.#most) ?? false,
      onBytes: (count) => this.#got(lane, count),
      onJournaled: (count) => listener.onJournaled(count),
    });
    if (granted.end === null) this.#foundEnd(stripe);
    await this.#keepFacts();
  }

  #got(lane: Lane, count: number): void {
    const { clock, listener } = this.#options;
    if (!lane.delivering) listener.onDelivering();
    this.#received += count;
    lane.got(count, clock.monotonic());
  }

  /** A file of unknown length ends where its body ended. */
  #foundEnd(stripe: Stripe): void {
    if (this.#options.source.facts?.total === null) this.#options.source.learn({ total: stripe.at });
    this.#board?.endAt(stripe.at);
  }

  async #keepFacts(): Promise<void> {
    const { facts } = this.#options.source;
    const text = JSON.stringify(facts);
    if (!facts || text === this.#keptFacts) return;
    this.#keptFacts = text;
    await this.#options.listener.onFacts(facts);
  }
}
