import type { Answer } from './commands.ts';
import { SatchelError } from './errors.ts';

/** What the engine has answered. Throws what it refused with. */
export function unwrap<T>(answer: Answer<T>): T {
  if (answer.ok) return answer.value;
  throw new SatchelError(answer.error.code, answer.error.detail);
}
