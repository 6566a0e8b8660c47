import { useDeferredValue, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useConnection } from '../../store/connection.ts';
import type { ShownError } from '../../store/notices.ts';
import { addToDraft, beginDraft, type Draft, type Given, keepDraft } from './draft.ts';
import type { PreviewState } from './preview-asker.ts';
import type { GivenLink } from './reading/given-link.ts';
import { type Reading, readText } from './reading/read-text.ts';
import { type Row, rowsOf, type Sum, sumOf } from './rows.ts';
import { submit } from './submit.ts';
import { usePreview } from './use-preview.ts';
import { type Wrong, wrongsOf } from './wanted.ts';

const NO_LINKS: readonly GivenLink[] = [];

export interface AddState {
  readonly draft: Draft;
  readonly change: (change: Partial<Draft>) => void;
  readonly reading: Reading;
  readonly preview: PreviewState;
  readonly again: () => void;
  readonly rows: readonly Row[];
  readonly sum: Sum;
  readonly wrongs: readonly Wrong[];
  /** Whether something has been refused to the user because of `wrongs`, so that they are shown. */
  readonly tried: boolean;
  readonly isOffline: boolean;
  readonly busy: boolean;
  /** Why the engine would not add it. */
  readonly refusal: ShownError | null;
  /** Whether there is anything to do. */
  readonly canAdd: boolean;
  readonly add: () => Promise<void>;
}

/** Everything that the Add box is made of. */
export function useAdd(given: Given, onClose: () => void): AddState {
  const [draft, change] = useDraft(given);
  const text = useDeferredValue(draft.text);
  const reading = useMemo(() => readText(text), [text]);
  const { preview, again } = usePreview(reading.kind === 'links' ? reading.links : NO_LINKS);
  const { pack, leftOut, choices } = draft;
  const rows = useMemo(
    () => rowsOf(preview.links, preview.items, { pack, leftOut, choices }),
    [preview, pack, leftOut, choices],
  );
  const sum = useMemo(() => sumOf(rows), [rows]);
  const wrongs = reading.kind === 'list' ? [] : wrongsOf(draft, sum.fetched.length);
  const isOffline = useConnection(({ state }) => state !== 'open');
  const lookAgain = useEffectEvent(() => {
    if (preview.phase === 'failed') again();
  });
  useEffect(() => {
    if (!isOffline) lookAgain();
  }, [isOffline]);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<ShownError | null>(null);
  const isCurrent = text === draft.text && ['empty', 'sizing', 'ready'].includes(preview.phase);
  const canAdd = isCurrent && !isOffline && !busy && hasAnything(reading, draft, sum);
  const add = async () => {
    if (!canAdd) return;
    if (wrongs.length > 0) {
      setTried(true);
      change({ moreOpen: draft.moreOpen || wrongs.some(({ field }) => field !== 'dir') });
      requestAnimationFrame(focusFirstWrong);
      return;
    }
    setBusy(true);
    const error = await submit(draft, reading, sum);
    setBusy(false);
    setRefusal(error);
    if (error !== null) return;
    keepDraft(null);
    onClose();
  };
  return {
    ...{ draft, change, reading, preview, again, rows, sum, wrongs },
    ...{ tried, isOffline, busy, refusal, canAdd, add },
  };
}

/** What is typed is kept when the box is closed; what comes while it is open is put to it. */
function useDraft(given: Given): [Draft, (change: Partial<Draft>) => void] {
  const [draft, setDraft] = useState(() => beginDraft(given));
  const { text, paths, pack } = given;
  const first = useRef({ text, paths });
  useEffect(() => {
    if (first.current.text === text && first.current.paths === paths) return;
    first.current = { text, paths };
    setDraft((now) => addToDraft(now, { text, paths, pack }));
  }, [text, paths, pack]);
  const change = (some: Partial<Draft>) => {
    setDraft((now) => {
      const next = { ...now, ...some };
      keepDraft(next);
      return next;
    });
  };
  return [draft, change];
}

function focusFirstWrong(): void {
  document.querySelector<HTMLElement>('[role="dialog"] [aria-invalid="true"]')?.focus();
}

function hasAnything(reading: Reading, draft: Draft, sum: Sum): boolean {
  if (reading.kind === 'list') return reading.tasks.length > 0;
  if (draft.pack) return sum.fetched.length + draft.paths.length > 0;
  return sum.fetched.length + sum.resumed.length + sum.opened.length + sum.left.length > 0;
}
