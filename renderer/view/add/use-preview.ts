import { useEffect, useMemo, useState } from 'react';
import { wire } from '../../wire/wires.ts';
import { NO_PREVIEW, PreviewAsker, type PreviewState } from './preview-asker.ts';
import type { GivenLink } from './reading/given-link.ts';

/** What these links would add, and what asks it again. */
export function usePreview(links: readonly GivenLink[]): {
  readonly preview: PreviewState;
  readonly again: () => void;
} {
  const [preview, show] = useState<PreviewState>(NO_PREVIEW);
  const asker = useMemo(
    () => new PreviewAsker({ ask: (input) => wire.call('tasks.preview', input), after, show }),
    [],
  );
  useEffect(() => asker.want(links), [asker, links]);
  useEffect(() => () => asker.stop(), [asker]);
  return { preview, again: () => asker.again(links) };
}

function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
