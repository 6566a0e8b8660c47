import { randomBytes } from 'node:crypto';
import type { Clock } from '../world/clock.ts';

const CODE_BYTES = 32;
const LIFETIME_MS = 10 * 60_000;
/** Of links that nobody has followed only the newest are good. */
const MOST_CODES = 20;

/** Codes of sign-in links: each is good once, for ten minutes, and dies with the process. */
export class SignInCodes {
  readonly #clock: Clock;
  readonly #make: () => string;
  /** With when they end, monotonic ms; the oldest first. */
  readonly #codes = new Map<string, number>();

  constructor(clock: Clock, make: () => string = longCode) {
    this.#clock = clock;
    this.#make = make;
  }

  issue(): string {
    const code = this.#make();
    this.#codes.set(code, this.#clock.monotonic() + LIFETIME_MS);
    const [oldest] = this.#codes.keys();
    if (this.#codes.size > MOST_CODES && oldest !== undefined) this.#codes.delete(oldest);
    return code;
  }

  /** Whether it is good; from now on it is not. */
  use(code: string): boolean {
    const until = this.#codes.get(code);
    this.#codes.delete(code);
    return until !== undefined && until > this.#clock.monotonic();
  }
}

function longCode(): string {
  return randomBytes(CODE_BYTES).toString('base64url');
}
