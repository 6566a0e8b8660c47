import { asSatchelError, SatchelError } from '../contract/errors.ts';
import { delay } from '../world/clock.ts';
import { Crew, type CrewListener, type CrewOptions, type LiveSegment, type Target } from './crew.ts';
import type { HostSlot } from './hosts.ts';
import { holdsHost, isPermanent, RetryCount, retryDelay } from './retry.ts';
import { FromZero } from './source.ts';

export interface FetchListener extends CrewListener {
  /**
   * It waits; `retryAt` is milliseconds since 1970, or null until a connection to its host is free. `error` is null
   * when it did not fail.
   */
  onWaiting(retryAt: number | null, error: SatchelError | null): void;
  /** Its wait is over: null when it may go on at once, else resolves when it may. */
  goOn(): Promise<void> | null;
  /** All bytes are void; the source cannot be resumed. */
  onRewound(error: SatchelError): void;
}

export interface FetchOptions extends Omit<CrewOptions, 'beforeWhole'> {
  readonly listener: FetchListener;
  /** In [0, 1). */
  readonly random: () => number;
  /** Failures in a row that brought nothing new. */
  readonly retries: number;
}

/**
 * Fetches one remote file into its region, over one connection or many, retrying what time may mend, until exactly
 * all of its bytes are journaled. Throws a SatchelError otherwise, or what the listener's `begin` threw; what was
 * received is journaled in any case.
 */
export class Fetch {
  readonly #options: FetchOptions;
  readonly #crew: Crew;
  readonly #retries: RetryCount;
  #lastWait: SatchelError | null = null;
  #whyWhole = new SatchelError('range-ignored', 'the file is sent whole only');

  constructor(options: FetchOptions) {
    this.#options = options;
    this.#crew = new Crew({ ...options, beforeWhole: () => this.#forget() });
    this.#retries = new RetryCount(options.retries, this.#have);
  }

  get segments(): LiveSegment[] {
    return this.#crew.segments;
  }

  async run(): Promise<Target> {
    const { signal } = this.#options;
    for (;;) {
      try {
        const failure = await this.#runCrew();
        const { target } = this.#crew;
        if (target && this.#isWhole(target)) return target;
        throw failure ?? new SatchelError('length-mismatch', 'the file ended early');
      } catch (thrown) {
        if (signal.aborted) throw asSatchelError(signal.reason);
        if (thrown instanceof FromZero) await this.#goFromZero(thrown.error);
        else if (thrown instanceof SatchelError) await this.#waitToRetry(thrown);
        // No failure of the transfer but what the listener threw: its owner knows what it means.
        else throw thrown;
      }
    }
  }

  get #have(): number {
    return this.#crew.target?.region.have.bytes ?? 0;
  }

  /** Done means that what is journaled is exactly all there is, never that a counter says so. */
  #isWhole({ region }: Target): boolean {
    const total = this.#options.source.facts?.total;
    return total != null && region.have.covers(total);
  }

  async #runCrew(): Promise<unknown> {
    const { hosts, source, signal, listener } = this.#options;
    for (;;) {
      const slot = hosts.tryAcquire(source.host) ?? (await this.#queueForHost());
      const turn = listener.goOn();
      if (turn === null) return this.#crew.work(slot);
      // Its turn among the tasks has gone to another meanwhile: the host's connection must not wait along.
      slot.release();
      await turn;
      if (signal.aborted) throw asSatchelError(signal.reason);
    }
  }

  async #queueForHost(): Promise<HostSlot> {
    const { hosts, source, signal, listener } = this.#options;
    listener.onWaiting(hosts.heldUntil(source.host), null);
    const slot = await hosts.acquire(source.host, signal);
    if (!slot) throw asSatchelError(signal.reason);
    return slot;
  }

  /** Once is no failure but what such a source needs; only doing so again and again is in vain. */
  async #goFromZero(error: SatchelError): Promise<void> {
    // The end could not be told from a cut, and the source cannot be asked for what lies behind it.
    if (this.#lastWait?.code === 'length-mismatch') throw this.#lastWait;
    const again = this.#options.source.withoutRange;
    await this.#startOver(error);
    if (again) await this.#waitToRetry(error, false);
  }

  async #startOver(error: SatchelError): Promise<void> {
    const { source } = this.#options;
    source.withoutRange = true;
    source.learn({ resumable: false });
    this.#whyWhole = error;
    this.#crew.stayAlone();
    await this.#crew.keepFacts();
  }

  /** The whole file comes, and is the one that was begun: only now may the bytes that are here go. */
  async #forget(): Promise<void> {
    const { target } = this.#crew;
    if (!target || this.#have === 0) return;
    await target.file.forget(target.region.id);
    this.#options.listener.onRewound(this.#whyWhole);
  }

  async #waitToRetry(error: SatchelError, permanent = isPermanent(error)): Promise<void> {
    const { clock, hosts, random, source, listener, signal } = this.#options;
    this.#retries.reached(this.#have);
    const attempt = this.#retries.failed();
    if (attempt === null || permanent) throw error;
    this.#lastWait = error;
    const wait = retryDelay(attempt, random(), error.retryAfterMs);
    if (holdsHost(error)) hosts.hold(source.host, wait);
    listener.onWaiting(clock.now() + wait, error);
    await delay(clock, wait, signal);
    await listener.goOn();
    if (signal.aborted) throw asSatchelError(signal.reason);
  }
}
