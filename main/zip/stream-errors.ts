import { SatchelError } from '../contract/errors.ts';

const NO_ROOM = new Set(['ENOSPC', 'EDQUOT']);
/** Whoever read it has gone, or has closed it without a word. */
const GONE = new Set(['', 'EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

/** Whatever archiver says is nobody's fault but ours. */
export function archiveError(thrown: unknown): SatchelError {
  if (thrown instanceof SatchelError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new SatchelError('internal', `the ZIP cannot be built: ${detail}`, { cause: thrown });
}

/** A reader that goes away is nobody's failure; that there is no room is one. */
export function outputError(thrown: unknown): SatchelError {
  if (thrown instanceof SatchelError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (NO_ROOM.has(code)) return new SatchelError('disk-full', code, { cause: thrown });
  if (GONE.has(code))
    return new SatchelError('cancelled', 'nobody reads the ZIP any more', { cause: thrown });
  return new SatchelError('disk-error', `${code}: the output of the ZIP`, { cause: thrown });
}
