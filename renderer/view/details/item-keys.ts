/** Keys that open the menu of the active row, or fold a folder. */
export const MENU_KEYS: ReadonlySet<string> = new Set(['Enter', ' ', 'ContextMenu']);

/** The row that a key goes to from the one at `at`, of `count`; null: it is not for going. */
export function rowAfterKey(key: string, at: number, count: number, page: number): number | null {
  const wanted = wantedRow(key, at, count, page);
  return wanted === null || count === 0 ? null : Math.max(0, Math.min(count - 1, wanted));
}

function wantedRow(key: string, at: number, count: number, page: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return at + 1;
    case 'ArrowUp':
      return at - 1;
    case 'PageDown':
      return at + page;
    case 'PageUp':
      return at - page;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}

/** Whether a key goes into folders or out of them, as the window is read; null: neither. */
export function throughKey(key: string, element: Element): 'in' | 'out' | null {
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return null;
  const isRtl = getComputedStyle(element).direction === 'rtl';
  return (key === 'ArrowRight') === isRtl ? 'out' : 'in';
}
