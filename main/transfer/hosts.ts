import type { Clock, Timer } from '../world/clock.ts';

/** After a hold a host's connections come back one by one, each so much later than the one before. */
const RESTORE_MS = 10_000;

export interface HostSlot {
  /** Gives the connection back; more than once does nothing. */
  release(): void;
}

interface HostState {
  used: number;
  cap: number;
  /** Monotonic: a clock that is set back must not hold a host for hours. */
  heldUntil: number;
  readonly waiting: (() => void)[];
  timer: Timer | null;
}

/**
 * Connections to each host, over all tasks: how many are in use, how many may be, and until when a host that said
 * 429, 502, 503 or 504 is left alone.
 */
export class Hosts {
  readonly #clock: Clock;
  #perHost: number;
  readonly #onHoldEnd: () => void;
  readonly #hosts = new Map<string, HostState>();

  /** `onHoldEnd` is called whenever a host may be asked again. */
  constructor(clock: Clock, perHost: number, onHoldEnd: () => void = () => {}) {
    this.#clock = clock;
    this.#perHost = perHost;
    this.#onHoldEnd = onHoldEnd;
  }

  /** Waits for a connection to `host` to be free and for its hold to end. Resolves early, with null, on abort. */
  async acquire(host: string, signal: AbortSignal): Promise<HostSlot | null> {
    while (!signal.aborted) {
      const slot = this.#tryAcquire(host);
      if (slot) return slot;
      await this.#turn(host, signal);
    }
    return null;
  }

  /** A connection at once, if one is free and nobody waits for a first one. */
  tryAcquire(host: string): HostSlot | null {
    return this.wanted(host) ? null : this.#tryAcquire(host);
  }

  /** Connections that the host may be given at present, those in use included. */
  capOf(host: string): number {
    return this.#hosts.get(host)?.cap ?? this.#perHost;
  }

  setPerHost(perHost: number): void {
    for (const state of this.#hosts.values()) {
      // A host that is being spared at present is given no more for that.
      state.cap = state.cap === this.#perHost ? perHost : Math.min(state.cap, perHost);
      this.#wake(state);
    }
    this.#perHost = perHost;
  }

  #tryAcquire(host: string): HostSlot | null {
    const state = this.#state(host);
    if (state.used >= state.cap || state.heldUntil > this.#clock.monotonic()) return null;
    state.used += 1;
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        state.used -= 1;
        this.#wake(state);
      },
    };
  }

  /** Someone waits for a first connection to this host: extra ones should make room. */
  wanted(host: string): boolean {
    return this.#state(host).waiting.length > 0;
  }

  /** Leaves the host alone for `ms`, and halves its connections afterwards. */
  hold(host: string, ms: number): void {
    const state = this.#state(host);
    const now = this.#clock.monotonic();
    // Several connections meet the same refusal: only the first of them halves.
    if (state.heldUntil <= now) state.cap = Math.max(1, Math.floor(state.cap / 2));
    state.heldUntil = Math.max(state.heldUntil, now + ms);
    this.#schedule(state, state.heldUntil - now);
  }

  /** When the host's hold ends, milliseconds since 1970; null when it is not held. */
  heldUntil(host: string): number | null {
    const left = (this.#hosts.get(host)?.heldUntil ?? 0) - this.#clock.monotonic();
    return left > 0 ? this.#clock.now() + left : null;
  }

  /** The hosts that are held at present, and until when, milliseconds since 1970; the first to be free first. */
  holds(): { readonly host: string; readonly until: number }[] {
    const [now, monotonic] = [this.#clock.now(), this.#clock.monotonic()];
    return [...this.#hosts]
      .map(([host, { heldUntil }]) => ({ host, until: now + heldUntil - monotonic }))
      .filter(({ until }) => until > now)
      .sort((a, b) => a.until - b.until);
  }

  /** How many hosts are held at present, and connections to any in use. */
  figures(): { readonly held: number; readonly used: number } {
    const now = this.#clock.monotonic();
    let held = 0;
    let used = 0;
    for (const state of this.#hosts.values()) {
      if (state.heldUntil > now) held += 1;
      used += state.used;
    }
    return { held, used };
  }

  #state(host: string): HostState {
    const known = this.#hosts.get(host);
    if (known) return known;
    const fresh = {
      used: 0,
      cap: this.#perHost,
      heldUntil: Number.NEGATIVE_INFINITY,
      waiting: [],
      timer: null,
    };
    this.#hosts.set(host, fresh);
    return fresh;
  }

  #schedule(state: HostState, ms: number): void {
    state.timer?.stop();
    state.timer = this.#clock.after(ms, () => {
      state.timer = null;
      // Timers may be a millisecond early.
      const early = state.heldUntil - this.#clock.monotonic();
      if (early > 0) return this.#schedule(state, early + 1);
      this.#wake(state);
      this.#onHoldEnd();
      if (state.cap >= this.#perHost) return;
      state.cap += 1;
      this.#schedule(state, RESTORE_MS);
    });
  }

  #wake(state: HostState): void {
    const woken = state.waiting.splice(0);
    for (const wake of woken) wake();
  }

  #turn(host: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const { waiting } = this.#state(host);
      const wake = () => {
        signal.removeEventListener('abort', wake);
        const at = waiting.indexOf(wake);
        if (at >= 0) waiting.splice(at, 1);
        resolve();
      };
      waiting.push(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** Stops the timers. */
  close(): void {
    for (const state of this.#hosts.values()) state.timer?.stop();
  }
}
