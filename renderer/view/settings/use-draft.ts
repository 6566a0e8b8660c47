import { useRef, useState } from 'react';
import { onKeys } from './on-keys.ts';

export interface Draft {
  readonly value: string;
  /** What is wrong with what was typed; it is not kept then. */
  readonly problem: string | null;
  readonly onChange: (text: string) => void;
  readonly onBlur: () => void;
  readonly onKeyDown: ReturnType<typeof onKeys>;
}

/** A text that is kept when the field is left or Enter is pressed; `keep` gives what is wrong with it, or null. */
export function useDraft(kept: string, keep: (text: string) => Promise<string | null>): Draft {
  const [typed, setTyped] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const busyWith = useRef<string | null>(null);
  const drop = () => {
    setTyped(null);
    setProblem(null);
  };
  const commit = async () => {
    if (typed === null || typed === busyWith.current) return;
    if (typed === kept) return drop();
    busyWith.current = typed;
    const wrong = await keep(typed);
    busyWith.current = null;
    setProblem(wrong);
    if (wrong === null) setTyped((now) => (now === typed ? null : now));
  };
  return {
    value: typed ?? kept,
    problem,
    onChange: setTyped,
    onBlur: () => void commit(),
    onKeyDown: onKeys({ Enter: commit, Escape: drop }),
  };
}
