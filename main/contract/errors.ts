/**
 * Every failure a user can see, in one table. Doors translate a code into their own terms (an exit status, an HTTP
 * status); nobody else invents a code or a sentence.
 */

export interface ErrorFacts {
  /** One plain sentence: what happened. */
  readonly sentence: string;
  /** What the user can do next. */
  readonly next: string;
  /** True when trying again by itself cannot mend it. */
  readonly permanent: boolean;
  /** Status of the HTTP door's answer. */
  readonly httpStatus: number;
}

const facts = <T extends Record<string, ErrorFacts>>(table: T): T => table;

export const ERRORS = facts({
  network: {
    sentence: 'The connection to the server broke.',
    next: 'Check your connection and retry; every byte received is kept.',
    permanent: false,
    httpStatus: 502,
  },
  timeout: {
    sentence: 'The server stopped answering.',
    next: 'Retry later, or raise --timeout; every byte received is kept.',
    permanent: false,
    httpStatus: 504,
  },
  tls: {
    sentence: "The server's certificate cannot be trusted.",
    next: 'Check the address and the clock of this computer.',
    permanent: true,
    httpStatus: 502,
  },
  dns: {
    sentence: "The server's name could not be found.",
    next: 'Check the address and your connection, then retry.',
    permanent: false,
    httpStatus: 502,
  },
  'http-status': {
    sentence: 'The server refused the request.',
    next: 'Open the address in a browser to see what the server says.',
    permanent: true,
    httpStatus: 502,
  },
  'auth-required': {
    sentence: 'The server wants you to sign in.',
    next: 'Get a link that works without signing in, or give the credentials.',
    permanent: true,
    httpStatus: 502,
  },
  'not-found': {
    sentence: 'There is no such file on the server.',
    next: 'Check the address.',
    permanent: true,
    httpStatus: 404,
  },
  'url-expired': {
    sentence: 'The link has expired.',
    next: 'Get a fresh link and go on with --resume-from; every byte received is kept.',
    permanent: true,
    httpStatus: 410,
  },
  'range-ignored': {
    sentence: 'The server cannot resume this download.',
    next: 'It was started again from zero over one connection; do not interrupt it.',
    permanent: true,
    httpStatus: 502,
  },
  'source-changed': {
    sentence: 'The file on the server is no longer the one this download began with.',
    next: 'Keep the partial file as it is, or choose --on-changed restart to fetch the new file.',
    permanent: true,
    httpStatus: 409,
  },
  'length-mismatch': {
    sentence: 'The server sent another number of bytes than it promised.',
    next: 'Retry; if it happens again, the file on the server is damaged.',
    permanent: false,
    httpStatus: 502,
  },
  'checksum-mismatch': {
    sentence: 'The bytes received do not have the expected checksum.',
    next: 'Check the checksum, then fetch again with --on-conflict overwrite.',
    permanent: true,
    httpStatus: 409,
  },
  'too-many-redirects': {
    sentence: 'The server keeps sending us elsewhere.',
    next: 'Check the address.',
    permanent: true,
    httpStatus: 502,
  },
  'disk-full': {
    sentence: 'There is no room left on the disk.',
    next: 'Free some space and run it again; every byte received is kept.',
    permanent: true,
    httpStatus: 507,
  },
  'disk-error': {
    sentence: 'The disk reported an error.',
    next: 'Check the disk and run it again; what the journal vouches for is kept.',
    permanent: true,
    httpStatus: 500,
  },
  permission: {
    sentence: 'This file or folder may not be written.',
    next: 'Choose another folder, or change its permissions.',
    permanent: true,
    httpStatus: 403,
  },
  'path-unsafe': {
    sentence: 'This path lies outside the downloads folder.',
    next: 'Choose a path inside it.',
    permanent: true,
    httpStatus: 403,
  },
  'address-refused': {
    sentence: 'This address may not be fetched.',
    next: 'Use an http or https address that is reachable from outside.',
    permanent: true,
    httpStatus: 400,
  },
  'name-conflict': {
    sentence: 'Something else already has this name.',
    next: 'Choose another name, or --on-conflict rename or overwrite.',
    permanent: true,
    httpStatus: 409,
  },
  'corrupt-journal': {
    sentence: 'The journal of this download cannot be read.',
    next: 'Move the .satchel and .part files away, or start over with --on-conflict overwrite.',
    permanent: true,
    httpStatus: 409,
  },
  'archive-corrupt': {
    sentence: 'The archive is damaged.',
    next: 'Fetch it again.',
    permanent: true,
    httpStatus: 409,
  },
  'bad-url': {
    sentence: 'This is not an http or https address.',
    next: 'Check the address.',
    permanent: true,
    httpStatus: 400,
  },
  'bad-input': {
    sentence: 'The command could not be understood.',
    next: 'See --help.',
    permanent: true,
    httpStatus: 400,
  },
  'bad-transition': {
    sentence: 'This cannot be done in the present state.',
    next: 'Look at the state of the task.',
    permanent: true,
    httpStatus: 409,
  },
  'not-running': {
    sentence: 'Satchel is not running.',
    next: 'Start it with: satchel serve.',
    permanent: true,
    httpStatus: 503,
  },
  'already-running': {
    sentence: 'Another Satchel is already at work on this.',
    next: 'Wait for it to end, or end it.',
    permanent: true,
    httpStatus: 409,
  },
  unauthorized: {
    sentence: 'Sign in first.',
    next: 'Give the token.',
    permanent: true,
    httpStatus: 401,
  },
  forbidden: {
    sentence: 'This is not allowed.',
    next: 'Check who is asking.',
    permanent: true,
    httpStatus: 403,
  },
  'rate-limited': {
    sentence: 'Too many requests.',
    next: 'Wait a moment.',
    permanent: false,
    httpStatus: 429,
  },
  cancelled: {
    sentence: 'It was stopped.',
    next: 'Run it again to go on; every byte received is kept.',
    permanent: true,
    httpStatus: 409,
  },
  internal: {
    sentence: 'Something went wrong inside Satchel.',
    next: 'Run it again; if it happens again, report it.',
    permanent: true,
    httpStatus: 500,
  },
});

export type ErrorCode = keyof typeof ERRORS;

/** An error as it crosses a wall. `retryAt` is ISO 8601 UTC. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  readonly detail?: string;
  readonly retryAt?: string;
}

/**
 * The one error the engine throws. `detail` says what was seen (a status, a path, a range), never a secret; `status`
 * is the HTTP status behind `http-status` and its kin.
 */
export class SatchelError extends Error {
  override readonly name = 'SatchelError';
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly status: number | undefined;
  /** What the server said to wait, ms, or null. */
  readonly retryAfterMs: number | null;
  /** Whether trying again is pointless, where the code alone does not say. */
  readonly permanent: boolean | undefined;

  constructor(
    code: ErrorCode,
    detail?: string,
    more: { cause?: unknown; status?: number; retryAfterMs?: number | null; permanent?: boolean } = {},
  ) {
    super(ERRORS[code].sentence, 'cause' in more ? { cause: more.cause } : undefined);
    this.code = code;
    this.detail = detail;
    this.status = more.status;
    this.retryAfterMs = more.retryAfterMs ?? null;
    this.permanent = more.permanent;
  }

  report(): ErrorReport {
    return this.detail === undefined
      ? { code: this.code, message: this.message }
      : { code: this.code, message: this.message, detail: this.detail };
  }
}

/** Any thrown value as a SatchelError; what is not ours is `internal`. */
export function asSatchelError(thrown: unknown): SatchelError {
  if (thrown instanceof SatchelError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new SatchelError('internal', detail, { cause: thrown });
}

/** Marks a union as exhausted: a new member that nobody handles does not compile. */
export function assertNever(value: never): never {
  throw new SatchelError('internal', `unexpected value ${JSON.stringify(value)}`);
}
