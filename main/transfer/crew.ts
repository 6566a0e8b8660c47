import type { Region, Sink } from '../bytes/partial-file.ts';
import { asSatchelError, type ErrorCode, SatchelError } from '../contract/errors.ts';
import type { Clock, Timer } from '../world/clock.ts';
import type { HttpAnswer } from '../world/http.ts';
import type { SourceFacts } from './facts.ts';
import { Headcount } from './headcount.ts';
import type { HostSlot, Hosts } from './hosts.ts';
import { Lane } from './lane.ts';
import { receive } from './receive.ts';
import { isPermanent } from './retry.ts';
import { startSegment } from './segment-span.ts';
import { FromZero, type Granted, OddNode, type Source } from './source.ts';
import { type Stripe, StripeBoard } from './stripes.ts';
import type { Limiter } from './throttle.ts';

/** How often speeds are looked at and connections added. */
const TICK_MS = 50;
/** Where answers come faster than this, nothing is gained by asking before the last one has ended. */
const SLOW_ANSWER_MS = 30;
/** Bytes of one file that may wait to be written, over all its connections, and for one of them at most and least. */
const WAITING_BYTES = 4 * 1024 * 1024;
const MOST_WAITING_BYTES = 2 * 1024 * 1024;
const LEAST_WAITING_BYTES = 128 * 1024;

/** How a server can refuse a connection; every other permanent error makes all connections pointless. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'network',
  'tls',
  'http-status',
  'auth-required',
  'not-found',
  'url-expired',
  'address-refused',
  'too-many-redirects',
  'bad-url',
]);

/** Where the bytes go. */
export interface Target {
  readonly file: Sink;
  readonly region: Pick<Region, 'id' | 'have'>;
  /** Its bytes have to come in order: over one connection. */
  readonly inOrder?: boolean;
}

/** The first answer of a new download: all that a name can be made of. */
export interface FirstAnswer {
  readonly facts: SourceFacts;
  readonly url: string;
  readonly headers: HttpAnswer['headers'];
}

/** A live connection, for show. */
export interface LiveSegment {
  readonly start: number;
  readonly end: number | null;
  readonly received: number;
  readonly speed: number;
  readonly host: string;
}

export interface CrewListener {
  /** A new download has its first answer: give it a place. Its body waits meanwhile. */
  begin(first: FirstAnswer): Promise<Target>;
  /** What is known of the source has changed and should be kept. */
  onFacts(facts: SourceFacts): Promise<void>;
  onJournaled(bytes: number): void;
  /** A connection delivers again. */
  onDelivering(): void;
}

export interface CrewOptions {
  readonly clock: Clock;
  readonly hosts: Hosts;
  /** What the task may read. */
  readonly limiter: Limiter;
  readonly source: Source;
  /** Null for a new download. */
  readonly target: Target | null;
  /** Connections at most. */
  readonly connections: number;
  /** Bytes. */
  readonly minSplit: number;
  readonly stallMs: number;
  readonly signal: AbortSignal;
  readonly listener: CrewListener;
  /** A whole file was granted to a download that may hold bytes already: they are to be forgotten. */
  readonly beforeWhole: () => Promise<void>;
}

/**
 * The connections that fetch one file: begins with one, adds more while that brings gain, hands out stripes, and
 * forgets the refusals of extra ones. What the failure of the last one means is for its owner to say (fetch.ts).
 */
export class Crew {
  readonly #options: CrewOptions;
  readonly #headcount: Headcount;
  readonly #lanes = new Set<Lane>();
  readonly #running = new Set<Promise<void>>();
  #target: Target | null;
  #board: StripeBoard | null = null;
  #stop = new AbortController();
  #fatal: unknown = null;
  #lastError: unknown = null;
  #received = 0;
  #keptFacts = '';

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#target = options.target;
    this.#headcount = new Headcount(options.connections);
    if (options.target?.inOrder) this.stayAlone();
  }

  get target(): Target | null {
    return this.#target;
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

  /**
   * Fetches with the given first connection until none works any more. Throws what made all pointless; gives the last
   * lone connection's failure, or null. Whether the file is whole is the caller's to see.
   */
  async work(slot: HostSlot): Promise<unknown> {
    const { clock, source } = this.#options;
    this.#fatal = null;
    this.#lastError = null;
    this.#stop = new AbortController();
    this.#board = this.#target && !source.withoutRange ? this.#layOut(this.#target) : null;
    let ticking: Timer;
    const tick = () => {
      this.#tick();
      ticking = clock.after(TICK_MS, tick);
    };
    ticking = clock.after(TICK_MS, tick);
    this.#start(new Lane(slot, clock.monotonic()));
    try {
      while (this.#running.size > 0) await Promise.race(this.#running);
    } finally {
      ticking.stop();
    }
    if (this.#fatal) throw this.#fatal;
    return this.#lastError;
  }

  /** From now on no extra connections. */
  stayAlone(): void {
    this.#headcount.stayAlone();
  }

  /** Tells the listener what is known of the source, when that has changed. */
  async keepFacts(): Promise<void> {
    const { facts } = this.#options.source;
    const text = JSON.stringify(facts);
    if (!facts || text === this.#keptFacts) return;
    this.#keptFacts = text;
    await this.#options.listener.onFacts(facts);
  }

  // ---- how many

  /** Connections that this source may ever be given. */
  get #most(): number {
    return this.#headcount.most(this.#isResumable);
  }

  get #isResumable(): boolean {
    return this.#options.source.facts?.resumable === true;
  }

  get #wanted(): number {
    return this.#headcount.wanted(this.#isResumable);
  }

  #tick(): void {
    const now = this.#options.clock.monotonic();
    const delivering = [...this.#lanes].filter((lane) => lane.delivering);
    const answerMs = Math.max(0, ...[...this.#lanes].map((lane) => lane.answerMs));
    const { limiting } = this.#options.limiter;
    const seen = { now, received: this.#received, delivering: delivering.length, answerMs };
    this.#headcount.see({ ...seen, limiting });
    for (const lane of delivering) {
      // What a slow one does not take, the others have.
      if (limiting) {
        lane.forgive();
        continue;
      }
      const siblings = delivering.filter((other) => other !== lane).map((other) => other.speed(now));
      if (siblings.length > 0) lane.replaceIfSlow(siblings, now);
    }
    if (delivering.length > 0) this.#addLanes();
    for (const lane of delivering) this.#askAhead(lane, now);
  }

  /**
   * On a long way, the next stripe is asked for just before the last one ends, by a connection that takes over; where
   * one more is allowed, since what the user and the host allow is a promise.
   */
  #askAhead(lane: Lane, now: number): void {
    const { hosts, source, connections } = this.#options;
    if (lane.leaving || lane.answerMs < SLOW_ANSWER_MS || this.#lanes.size >= connections) return;
    if (this.#target?.inOrder || !this.#board?.hasFree() || !lane.endsWithin(lane.answerMs + TICK_MS, now))
      return;
    const slot = hosts.tryAcquire(source.host);
    if (!slot) return;
    lane.leaving = true;
    this.#start(new Lane(slot, now));
  }

  /** Connections that are here to stay. */
  get #staying(): number {
    return [...this.#lanes].filter((lane) => !lane.leaving).length;
  }

  #addLanes(): void {
    const { clock, hosts, source } = this.#options;
    while (!this.#fatal && this.#staying < this.#wanted && this.#hasWork()) {
      const slot = hosts.tryAcquire(source.host);
      if (!slot) return;
      this.#start(new Lane(slot, clock.monotonic()));
    }
  }

  #hasWork(): boolean {
    return this.#board !== null && (this.#board.hasFree() || this.#board.slowest(this.#speedOf) !== null);
  }

  // ---- who fetches what

  #layOut({ region }: Target): StripeBoard {
    const total = this.#options.source.facts?.total ?? null;
    return new StripeBoard(region.have.gaps(total), { minSplit: this.#options.minSplit });
  }

  readonly #speedOf = (stripe: Stripe): number => {
    for (const lane of this.#lanes) {
      if (lane.stripe === stripe) return lane.speed(this.#options.clock.monotonic());
    }
    return 0;
  };

  #nextStripe(lane: Lane): Stripe | null {
    const now = this.#options.clock.monotonic();
    // A new connection is taken to be as fast as the fastest of the others, until it shows.
    const speed = lane.speed(now) || Math.max(0, ...[...this.#lanes].map((other) => other.speed(now)));
    return this.#board?.take(speed, this.#most) ?? this.#board?.split(this.#speedOf) ?? null;
  }

  /** A file of unknown length ends where its body ended. */
  #foundEnd(stripe: Stripe): void {
    const { source } = this.#options;
    if (source.facts?.total === null) source.learn({ total: stripe.at });
    this.#board?.endAt(stripe.at);
  }

  // ---- one connection

  #start(lane: Lane): void {
    this.#lanes.add(lane);
    const running = this.#serve(lane)
      .catch((thrown: unknown) => this.#failed(lane, thrown))
      .finally(() => {
        this.#lanes.delete(lane);
        lane.release();
        this.#running.delete(running);
      });
    this.#running.add(running);
  }

  /** One connection's life: stripe after stripe, until there is none for it. */
  async #serve(lane: Lane): Promise<void> {
    const { clock, hosts, source, signal } = this.#options;
    const all = AbortSignal.any([this.#stop.signal, signal]);
    for (;;) {
      const request = lane.begin(all, clock.monotonic());
      const beginning = this.#board ? null : startSegment(source.host, 0);
      const first = beginning && (await beginning.orEnd(() => this.#begin(request)));
      lane.stripe = this.#nextStripe(lane);
      if (!lane.stripe) return beginning?.end(0);
      const segment = beginning ?? startSegment(source.host, lane.stripe.start);
      const before = lane.received;
      try {
        const granted = first ?? (await this.#ask(lane.stripe, request));
        await this.#receive(lane, lane.stripe, granted, request);
        segment.end(lane.received - before);
      } catch (thrown) {
        segment.end(lane.received - before, thrown);
        if (!lane.replaced || all.aborted) throw thrown;
      } finally {
        this.#board?.giveBack(lane.stripe);
        lane.stripe = null;
        lane.delivering = false;
      }
      if (lane.leaving) return;
      // Marked at once: of two that end together only one may go.
      lane.leaving = this.#staying > this.#wanted || (this.#staying > 1 && hosts.wanted(source.host));
      if (lane.leaving) return;
    }
  }

  /** The very first answer of a download without a layout: it is the download. */
  async #begin(signal: AbortSignal): Promise<Granted> {
    const { source, listener, beforeWhole } = this.#options;
    const granted = await source.ask({ from: 0, end: null }, { begun: false, extra: false }, signal);
    const { facts } = source;
    if (granted.kind !== 'body' || !facts)
      throw new SatchelError('network', 'no file where one was expected');
    try {
      if (this.#target) await beforeWhole();
      else this.#target = await listener.begin({ facts, url: granted.url, headers: granted.answer.headers });
      if (this.#target.inOrder) this.stayAlone();
    } catch (error) {
      granted.answer.close();
      throw error;
    }
    this.#board = this.#layOut(this.#target);
    return granted;
  }

  /** A lone connection asks to the end of its gap and runs on through stripes; others ask for their stripe. */
  #ask(stripe: Stripe, signal: AbortSignal): Promise<Granted> {
    const gapEnd = this.#board?.freeEndFrom(stripe.end) ?? stripe.end;
    const end = this.#lanes.size === 1 ? gapEnd : stripe.end;
    const have = this.#target?.region.have.bytes ?? 0;
    return this.#options.source.ask(
      { from: stripe.start, end: Number.isFinite(end) ? end : null },
      {
        begun: have > 0 || stripe.start > 0,
        extra: [...this.#lanes].some((lane) => lane.delivering),
      },
      signal,
    );
  }

  async #receive(lane: Lane, stripe: Stripe, granted: Granted, signal: AbortSignal): Promise<void> {
    const { clock, stallMs, listener } = this.#options;
    const target = this.#target;
    if (!target) throw new SatchelError('internal', 'bytes without a place');
    if (granted.kind === 'complete') return this.#foundEnd(stripe);
    await this.keepFacts();
    // A download whose length nobody had known may have been told it just now.
    const total = this.#options.source.facts?.total;
    if (total != null) this.#board?.endAt(total);
    lane.promisedEnd = granted.end;
    await receive({
      ...granted,
      promisedEnd: granted.end,
      stripe,
      signal,
      clock,
      stallMs,
      file: target.file,
      regionId: target.region.id,
      highWater: this.#highWater,
      extend: () => this.#board?.extend(stripe, lane.speed(clock.monotonic()), this.#most) ?? false,
      limiter: this.#options.limiter,
      onArrival: () => this.#arrived(lane),
      onBytes: (count) => this.#got(lane, count),
      onJournaled: (count) => listener.onJournaled(count),
    });
    if (granted.end === null) this.#foundEnd(stripe);
    await this.keepFacts();
  }

  get #highWater(): number {
    const share = WAITING_BYTES / this.#lanes.size;
    return Math.max(LEAST_WAITING_BYTES, Math.min(MOST_WAITING_BYTES, share));
  }

  #arrived(lane: Lane): void {
    if (!lane.delivering) this.#options.listener.onDelivering();
    lane.arrived(this.#options.clock.monotonic());
  }

  #got(lane: Lane, count: number): void {
    this.#received += count;
    lane.got(count, this.#options.clock.monotonic());
  }

  /** A lone connection's failure counts; an extra one's lowers the cap and is forgotten. */
  #failed(lane: Lane, thrown: unknown): void {
    const delivering = [...this.#lanes].filter((other) => other !== lane && other.delivering).length;
    if (isFatal(thrown)) {
      this.#fatal ??= thrown;
      this.#stop.abort();
    } else if (delivering === 0) {
      this.#lastError = thrown instanceof OddNode ? thrown.error : thrown;
    } else if (thrown instanceof OddNode) {
      this.stayAlone();
    } else if (lane.received === 0) {
      this.#headcount.refused(delivering, this.#options.clock.monotonic());
    }
  }
}

function isFatal(thrown: unknown): boolean {
  if (thrown instanceof FromZero || thrown instanceof OddNode) return false;
  const error = asSatchelError(thrown);
  return isPermanent(error) && !REFUSALS.has(error.code);
}
