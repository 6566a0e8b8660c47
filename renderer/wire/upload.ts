import type { Answer } from '../../main/contract/commands.ts';
import { ERRORS, type ErrorCode } from '../../main/contract/errors.ts';
import { UPLOAD_PIECE_BYTES } from '../../main/contract/uploads.ts';

interface Asking<R> {
  readonly ask: (method: string, path: string, body?: unknown) => Promise<R>;
  readonly answerOf: <T>(response: R) => Promise<Answer<T>>;
  readonly signal: AbortSignal;
}

type Uploaded = Answer<{ readonly path: string; readonly size: number }>;

/** Hands a file over piece by piece; each of them is sent once the one before is there. One that is given up is dropped. */
export async function upload<R>(
  file: File,
  told: (sent: number) => void,
  { ask, answerOf, signal }: Asking<R>,
): Promise<Uploaded> {
  const { size } = file;
  const begun = await answerOf<{ id: string }>(await ask('POST', '/uploads', { size }));
  if (!begun.ok) return begun;
  const { id } = begun.value;
  for (let at = 0; ; ) {
    const piece = file.slice(at, at + UPLOAD_PIECE_BYTES);
    const answer = signal.aborted
      ? given('cancelled')
      : await answerOf<{ path: string | null }>(await ask('PUT', `/uploads/${id}?at=${at}`, piece));
    if (!answer.ok) {
      await ask('DELETE', `/uploads/${id}`);
      return answer;
    }
    at += piece.size;
    told(at);
    if (answer.value.path !== null) return { ok: true, value: { path: answer.value.path, size } };
    if (at >= size) return given('length-mismatch');
  }
}

function given(code: ErrorCode): Answer<never> {
  return { ok: false, error: { code, message: ERRORS[code].sentence } };
}
