import { SatchelError } from '../contract/errors.ts';
import type { Clock, Timer } from '../world/clock.ts';

export interface SharedFateOptions {
  readonly clock: Clock;
  /** Longer than this nothing may stand still while nobody else is waited for. */
  readonly stallMs: number;
  /** Told once, of the first failure, before those that wait hear of it. */
  readonly onFail: (error: SatchelError) => void;
}

/** What is under way together fails together: the first failure ends all waits, and so does a stall. */
export class SharedFate {
  readonly #options: SharedFateOptions;
  readonly #rejects = new Set<(error: SatchelError) => void>();
  #error: SatchelError | null = null;
  #over = false;
  /** Waits for others that are under way. */
  #waits = 0;
  #progressAt: number;
  #timer: Timer | null = null;

  constructor(options: SharedFateOptions) {
    this.#options = options;
    this.#progressAt = options.clock.monotonic();
  }

  get error(): SatchelError | null {
    return this.#error;
  }

  /** All is well, whatever comes now. */
  succeed(): void {
    this.#over = true;
    this.close();
  }

  fail(error: SatchelError): void {
    if (this.#error || this.#over) return;
    this.#error = error;
    this.close();
    this.#options.onFail(error);
    for (const reject of this.#rejects) reject(error);
  }

  unlessFailed<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      work.then(resolve, reject).finally(() => this.#rejects.delete(reject));
      if (this.#error) reject(this.#error);
      else this.#rejects.add(reject);
    });
  }

  /** Waits for others: as long as that takes is no stall. */
  async waitingFor<T>(work: Promise<T>): Promise<T> {
    this.#waits += 1;
    try {
      return await this.unlessFailed(work);
    } finally {
      this.#waits -= 1;
      this.progress();
    }
  }

  progress(): void {
    this.#progressAt = this.#options.clock.monotonic();
  }

  /** From now on a stall is a failure. */
  watch(): void {
    const { clock, stallMs } = this.#options;
    this.progress();
    const look = () => {
      const idle = this.#waits > 0 ? 0 : clock.monotonic() - this.#progressAt;
      if (idle < stallMs) this.#timer = clock.after(stallMs - idle, look);
      else this.fail(new SatchelError('internal', `archiver stood still for ${stallMs / 1000} s`));
    };
    this.#timer = clock.after(stallMs, look);
  }

  close(): void {
    this.#timer?.stop();
  }
}
