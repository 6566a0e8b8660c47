import { type BrowserWindow, Menu } from 'electron';
import { editMenu } from './menu.ts';
import type { Words } from './words/en.ts';

/** The menu of fields for text, and of text that is selected: a page has none of its own for them. */
export function offerEditMenu(window: BrowserWindow, words: () => Words): void {
  window.webContents.on('context-menu', (_event, { isEditable, selectionText }) => {
    const template = isEditable
      ? editMenu(words())
      : selectionText.trim() === ''
        ? []
        : editMenu(words()).filter(({ role }) => role === 'copy');
    if (template.length > 0) Menu.buildFromTemplate(template).popup({ window });
  });
}
