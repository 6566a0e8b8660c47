import { SatchelError } from '../contract/errors.ts';
import { type Clock, delay } from '../world/clock.ts';

/** The answer to the first wrong token of an address waits so long; each further one twice that. */
const FIRST_MS = 100;
const LONGEST_MS = 3000;
/** After so long without another the address is forgiven. */
const FORGIVEN_MS = 60_000;
/** So many answers wait at once for an address; more are refused at once. */
const MOST_WAITING = 16;
/** So many addresses are remembered; those that tried longest ago go first. */
const MOST_ADDRESSES = 10_000;

interface Tries {
  count: number;
  /** Monotonic ms. */
  at: number;
  waiting: number;
}

/**
 * Slows down who guesses: the answers to wrong tokens wait, longer each time, by address. A right token is never asked
 * to wait, whoever else guesses from its address.
 */
export class WrongTokens {
  readonly #clock: Clock;
  readonly #tries = new Map<string, Tries>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the refusal may be sent. Throws `rate-limited` where too many wait already. */
  async wait(caller: string): Promise<void> {
    const now = this.#clock.monotonic();
    const tries = this.#of(caller, now);
    tries.count += 1;
    tries.at = now;
    const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries.count - 1));
    if (tries.waiting >= MOST_WAITING)
      throw new SatchelError('rate-limited', undefined, { retryAfterMs: ms });
    tries.waiting += 1;
    await delay(this.#clock, ms);
    tries.waiting -= 1;
  }

  #of(caller: string, now: number): Tries {
    const known = this.#tries.get(caller);
    this.#tries.delete(caller);
    const forgiven = known === undefined || (now - known.at > FORGIVEN_MS && known.waiting === 0);
    const tries = forgiven ? { count: 0, at: now, waiting: 0 } : known;
    this.#tries.set(caller, tries);
    if (this.#tries.size > MOST_ADDRESSES) {
      for (const oldest of this.#tries.keys()) {
        this.#tries.delete(oldest);
        break;
      }
    }
    return tries;
  }
}
