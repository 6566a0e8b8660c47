import type { TaskPhase } from '../contract/task.ts';
import { Meter } from '../progress/meter.ts';
import type { LiveSegment } from '../transfer/crew.ts';
import type { Clock } from '../world/clock.ts';

/** What is known of a running task only, and forgotten when it ends. */
export class Live {
  readonly #clock: Clock;
  readonly #meter: Meter;
  readonly #onBytes: (bytes: number) => void;
  phase: TaskPhase = 'probing';
  /** Milliseconds since 1970. */
  retryAt: number | null = null;
  /** Bytes of this run alone. */
  fetched = 0;
  segments: () => readonly (LiveSegment & { readonly itemId?: string })[] = () => [];

  /** `onBytes` is told of all that come. */
  constructor(clock: Clock, onBytes: (bytes: number) => void = () => {}) {
    this.#clock = clock;
    this.#onBytes = onBytes;
    this.#meter = new Meter(clock.monotonic());
  }

  got(bytes: number): void {
    this.fetched += bytes;
    this.#onBytes(bytes);
    this.#meter.add(bytes, this.#clock.monotonic());
  }

  /** Bytes per second. */
  get speed(): number {
    return Math.round(this.#meter.speed(this.#clock.monotonic()));
  }

  /** Whole seconds for `remaining` bytes, or null while that cannot be said. */
  etaSeconds(remaining: number | null): number | null {
    return this.#meter.etaSeconds(remaining, this.#clock.monotonic());
  }
}
