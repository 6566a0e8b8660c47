/** A started timer. Stopping one that has fired or was stopped does nothing. */
export interface Timer {
  stop(): void;
}

/** Time as an argument: everything that waits or measures is given a clock, so that tests need not sleep. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Milliseconds that only go forward; differences are meaningful, values are not. */
  monotonic(): number;
  /** Calls `fn` once, `ms` from now. */
  after(ms: number, fn: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    return { stop: () => clearTimeout(timer) };
  },
};

/** Resolves `ms` from now, or as soon as `signal` is aborted; never rejects. */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      timer.stop();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.after(ms, end);
    signal?.addEventListener('abort', end, { once: true });
  });
}
