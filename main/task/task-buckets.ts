import { Bucket } from '../transfer/bucket.ts';
import type { Clock } from '../world/clock.ts';
import type { TaskRecord } from './record.ts';

/** The speed limits of the tasks that run, each with a bucket of its own. */
export class TaskBuckets {
  readonly #clock: Clock;
  /** The limits are others now. */
  readonly #onLimits: () => void;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, onLimits: () => void) {
    this.#clock = clock;
    this.#onLimits = onLimits;
  }

  /** Runs `work` with the task's bucket. */
  async during<T>({ id, limitRate }: TaskRecord, work: (bucket: Bucket) => Promise<T>): Promise<T> {
    const bucket = new Bucket(this.#clock, limitRate);
    this.#buckets.set(id, bucket);
    if (bucket.rate !== null) this.#onLimits();
    try {
      return await work(bucket);
    } finally {
      this.#buckets.delete(id);
      bucket.close();
      if (bucket.rate !== null) this.#onLimits();
    }
  }

  /** Of the tasks that run, bytes per second; null is unlimited. */
  get rates(): (number | null)[] {
    return [...this.#buckets.values()].map(({ rate }) => rate);
  }

  /** A new speed limit for a task, from now on. */
  setLimit({ id, limitRate }: TaskRecord): void {
    const bucket = this.#buckets.get(id);
    if (!bucket || bucket.rate === limitRate) return;
    bucket.setRate(limitRate);
    this.#onLimits();
  }
}
