import { ERRORS, SatchelError } from '../contract/errors.ts';

/** Statuses of the 400s that time alone may mend (RFC 9110, RFC 6585, RFC 8470). */
const PASSING_4XX = new Set([408, 421, 423, 425, 429]);
/** Statuses that speak of the whole host, not of this file. */
const HOST_STATUSES = new Set([429, 502, 503, 504]);
/** Statuses with which a signed or one-time link says that its time is over. */
const EXPIRED_STATUSES = new Set([401, 403, 404, 410]);

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 60_000;

/** An answer that is no file, as an error. */
export function statusError(status: number, retryAfterMs: number | null = null): SatchelError {
  const more = { status, retryAfterMs };
  if (status === 401 || status === 407) return new SatchelError('auth-required', `HTTP ${status}`, more);
  if (status === 404 || status === 410) return new SatchelError('not-found', `HTTP ${status}`, more);
  return new SatchelError('http-status', `HTTP ${status}`, more);
}

/** The one question every error answers: is trying again pointless? */
export function isPermanent(error: SatchelError): boolean {
  const { status, code, permanent } = error;
  if (permanent !== undefined) return permanent;
  if (status === undefined) return ERRORS[code].permanent;
  return status < 500 && !PASSING_4XX.has(status);
}

export function holdsHost(error: SatchelError): boolean {
  return error.status !== undefined && HOST_STATUSES.has(error.status);
}

export function mayBeExpired(error: SatchelError): boolean {
  return error.status !== undefined && EXPIRED_STATUSES.has(error.status);
}

/**
 * Full-jitter exponential back-off: any time up to a ceiling that doubles from 0.5 s to 60 s. `attempt` counts from
 * 1, `random` is in [0, 1); milliseconds. A server that says when to come back is believed.
 */
export function retryDelay(attempt: number, random: number, retryAfterMs: number | null): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return Math.max(retryAfterMs ?? 0, Math.floor(random * ceiling));
}

/**
 * Counts tries in vain. Only a byte beyond the furthest point ever reached starts the count again, so a source that
 * always dies at the same place comes to an end.
 */
export class RetryCount {
  readonly #allowed: number;
  #furthest: number;
  #tries = 0;

  constructor(allowed: number, reached: number) {
    this.#allowed = allowed;
    this.#furthest = reached;
  }

  /** `bytes` of the file are here now. */
  reached(bytes: number): void {
    if (bytes <= this.#furthest) return;
    this.#furthest = bytes;
    this.#tries = 0;
  }

  /** One more failure: its number, or null when the tries are spent. */
  failed(): number | null {
    this.#tries += 1;
    return this.#tries > this.#allowed ? null : this.#tries;
  }
}
