import { useEffect } from 'react';
import { openAdd, useView } from '../../store/view.ts';
import { addText } from '../tray/adding.ts';
import { htmlLinks } from './reading/html-links.ts';
import { readText } from './reading/read-text.ts';

/** A link that is pasted anywhere in the window, outside of fields for text, opens the Add box with it. */
export function usePasteOpensAdd(): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      if (event.defaultPrevented || useView.getState().dialog !== null || isField(event.target)) return;
      const data = event.clipboardData;
      const text = pastedLinks(data?.getData('text/plain') ?? '', data?.getData('text/html') ?? '');
      if (text === null) return;
      event.preventDefault();
      if (document.activeElement?.closest('[data-tray]') != null) addText(text);
      else openAdd({ text });
    };
    addEventListener('paste', paste);
    return () => removeEventListener('paste', paste);
  }, []);
}

/**
 * What of the clipboard the Add box is given: its text, or where that names no address, the links that a piece of a
 * page has behind its words. Null where there is neither.
 */
export function pastedLinks(text: string, html: string): string | null {
  const reading = readText(text);
  if (reading.kind === 'list' || reading.links.length > 0 || reading.tooMany) return text;
  const links = htmlLinks(html);
  return links.length === 0 ? null : [...new Set(links)].join('\n');
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, [contenteditable]') !== null;
}
