import { SatchelError } from '../contract/errors.ts';

const DNS_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME']);
const TLS_CODE =
  /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO|HOSTNAME_MISMATCH|CRL_|INVALID_CA)/;

/** What went wrong below HTTP, as one of ours. `at` says with whom, where that is not the server. */
export function httpError(thrown: unknown, signal?: AbortSignal, at?: string): SatchelError {
  if (signal?.aborted) {
    const reason: unknown = signal.reason;
    return reason instanceof SatchelError
      ? reason
      : new SatchelError('cancelled', undefined, { cause: thrown });
  }
  const own = ownError(thrown);
  if (own) return own;
  const code = codeOf(thrown);
  const detail = at === undefined ? code : `${code}, at ${at}`;
  if (DNS_CODES.has(code)) return new SatchelError('dns', detail, { cause: thrown });
  if (TLS_CODE.test(code)) return new SatchelError('tls', detail, { cause: thrown });
  if (code === 'ETIMEDOUT') return new SatchelError('timeout', detail, { cause: thrown });
  return new SatchelError('network', detail, { cause: thrown });
}

/** got wraps whatever an agent throws. */
function ownError(thrown: unknown): SatchelError | null {
  if (thrown instanceof SatchelError) return thrown;
  return thrown instanceof Error && thrown.cause !== undefined ? ownError(thrown.cause) : null;
}

/** got wraps the system's error; the innermost code says most. */
function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'unknown';
  const own = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  const inner = thrown.cause === undefined ? '' : codeOf(thrown.cause);
  return inner && inner !== 'unknown' ? inner : own || 'unknown';
}
