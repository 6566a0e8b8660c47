import { taskById } from '../../store/tasks.ts';

/** Letters that follow each other faster than this belong together. */
const TOGETHER_MS = 800;

let typed = '';
let typedAt = 0;

/** The next task whose name begins with what has been typed, from the one that the keyboard is on; null: there is none. */
export function typeAhead(letter: string, shown: readonly string[], current: string | null): string | null {
  const now = performance.now();
  typed = now - typedAt < TOGETHER_MS ? typed + letter.toLowerCase() : letter.toLowerCase();
  typedAt = now;
  // The same letter again goes on to the next name; more letters look at the present one too.
  const same = [...typed].every((each) => each === typed[0]);
  return nextNamed(same ? (typed[0] ?? '') : typed, shown, current, same ? 1 : 0);
}

/** `skip` is how many rows behind the current one the search begins; it goes round. */
export function nextNamed(
  beginning: string,
  shown: readonly string[],
  current: string | null,
  skip: 0 | 1,
): string | null {
  const at = current === null ? -1 : shown.indexOf(current);
  const from = Math.max(0, at + (at < 0 ? 1 : skip));
  for (let i = 0; i < shown.length; i += 1) {
    const id = shown[(from + i) % shown.length];
    if (id !== undefined && taskById(id)?.name.toLowerCase().startsWith(beginning)) return id;
  }
  return null;
}
