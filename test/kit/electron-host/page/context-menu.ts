/** What the user has asked for a menu of; positions are in pixels of the page. */
export interface MenuWish {
  readonly x: number;
  readonly y: number;
  readonly isEditable: boolean;
  readonly selectionText: string;
  readonly linkURL: string;
}

/** Tells of every menu that the user asks for and the page does not show itself. Sent as text, see scripts.ts. */
export function tellMenuWishes(tell: (wish: MenuWish) => void): void {
  const listener = (event: MouseEvent) => {
    // The page's own listeners come first.
    setTimeout(() => {
      if (event.defaultPrevented || !(event.target instanceof Element)) return;
      const { x, y, target } = event;
      const field = target.closest('input, textarea');
      const isEditable = field !== null || (target as HTMLElement).isContentEditable;
      const linkURL = target.closest('a')?.href ?? '';
      tell({ x, y, isEditable, selectionText: selectedText(field), linkURL });
    });
  };
  window.addEventListener('contextmenu', listener);
}

export function selectedText(field: Element | null): string {
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) {
    return String(window.getSelection() ?? '');
  }
  const { selectionStart, selectionEnd, value } = field;
  return value.slice(selectionStart ?? 0, selectionEnd ?? 0);
}
