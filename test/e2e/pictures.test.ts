import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { FaultServer } from '../kit/fault-server.ts';
import { fillForPictures, type Look, takePictures } from '../kit/pictures.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { closeBrowser, Window } from '../kit/window.ts';

const LOOKS: readonly Look[] = [
  { theme: 'light', language: 'en' },
  { theme: 'dark', language: 'zh-CN' },
];

afterAll(closeBrowser);

/** Words that are cut off without saying so, and what reaches beyond the window. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isSeen = (element: Element) => element.checkVisibility() && element.getClientRects().length > 0;
    const saysSo = (element: Element) =>
      element.closest('[title]') !== null || getComputedStyle(element).textOverflow === 'ellipsis';
    const cut = [...document.querySelectorAll('button, h1, h2, h3, p, label, [role=tab], [role=menuitem]')]
      .filter((element) => isSeen(element) && element.clientWidth > 1)
      .filter((element) => element.scrollWidth > element.clientWidth + 1 && !saysSo(element))
      .filter((element) => getComputedStyle(element).overflowX !== 'visible')
      .map((element) => `cut off: ${element.textContent}`);
    const { scrollWidth, scrollHeight } = document.documentElement;
    const isLarger = scrollWidth > innerWidth || scrollHeight > innerHeight;
    return isLarger ? [...cut, `the page is ${scrollWidth} × ${scrollHeight}`] : cut;
  });
}

/** `PICTURES` is where they are kept to be looked at. */
test.each(LOOKS)('nothing is cut off in any view: $theme, $language', { timeout: 240_000 }, async (look) => {
  const source = await FaultServer.start();
  const folder = await tempFolder();
  const window = await Window.open({ carrier: 'browser', folder });
  try {
    await fillForPictures(window, source);
    const kept = process.env['PICTURES'] ?? join(folder, 'pictures');
    expect(await takePictures(window, kept, look, cutOff)).toEqual({});
  } finally {
    await window.close();
    await source.close();
  }
});
