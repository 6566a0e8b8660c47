import { create } from 'zustand';
import type { Task } from '../../main/contract/task.ts';

/** An error as the engine tells it. */
export type ShownError = NonNullable<Task['error']>;

/** Something told in passing, with at most one thing to do about it. `text` is in the user's language. */
export type Notice =
  | { readonly kind: 'error'; readonly error: ShownError }
  | {
      readonly kind: 'info';
      readonly text: string;
      readonly action?: { readonly label: string; readonly run: () => void };
    };

export interface ShownNotice {
  readonly id: number;
  readonly notice: Notice;
}

export const useNotices = create<{ readonly shown: readonly ShownNotice[] }>(() => ({ shown: [] }));

const MOST_SHOWN = 3;
let last = 0;

/** Shows it, the newest last; older ones, and one that said the same, make way. */
export function tell(notice: Notice): void {
  last += 1;
  const shown = { id: last, notice };
  useNotices.setState((state) => {
    const others = state.shown.filter((each) => !saysTheSame(each.notice, notice));
    return { shown: [...others, shown].slice(-MOST_SHOWN) };
  });
}

function saysTheSame(a: Notice, b: Notice): boolean {
  if (a.kind === 'error' && b.kind === 'error') {
    return a.error.code === b.error.code && a.error.detail === b.error.detail;
  }
  return a.kind === 'info' && b.kind === 'info' && a.text === b.text;
}

export function dismissNotice(id: number): void {
  useNotices.setState(({ shown }) => ({ shown: shown.filter((each) => each.id !== id) }));
}
