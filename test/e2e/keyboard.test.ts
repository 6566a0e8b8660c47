import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Content, differsAt } from '../kit/content.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { CARRIERS, closeBrowser, Window } from '../kit/window.ts';

/** More stops than any box has: a way that is longer is no way. */
const MOST_STOPS = 60;

afterAll(closeBrowser);

describe.each(CARRIERS)('with Tab, Enter, Space and arrows alone, over %s', (carrier) => {
  let window: Window;
  let source: FaultServer;

  beforeEach(async () => {
    source = await FaultServer.start();
    window = await Window.open({ carrier, folder: await tempFolder() });
  });

  afterEach(async () => {
    await window.close();
    await source.close();
  });

  /** What has the focus, as it is read out: its role and its name. */
  const focused = () =>
    window.page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return 'nothing';
      const role = element.getAttribute('role') ?? element.tagName.toLowerCase();
      const named = element.getAttribute('aria-labelledby');
      const label = named && document.getElementById(named.split(' ').at(-1) ?? '')?.textContent;
      return `${role} ${element.getAttribute('aria-label') ?? label ?? element.textContent}`.trim();
    });

  /** Tab until it is there; every stop on the way must be seen to have the focus. */
  async function tabTo(wanted: RegExp, key = 'Tab'): Promise<void> {
    const way: string[] = [];
    for (let stop = 0; stop < MOST_STOPS; stop += 1) {
      const now = await focused();
      if (wanted.test(now)) return;
      way.push(now);
      await window.page.keyboard.press(key);
      expect(await isFocusSeen(), `where the focus is, at ${await focused()}`).toBe(true);
    }
    throw new Error(`no ${wanted} on the way: ${way.join(' · ')}`);
  }

  /** An outline or a ring on it or on what holds it. */
  const isFocusSeen = () =>
    window.page.evaluate(() => {
      for (let at = document.activeElement; at !== null && at !== document.body; at = at.parentElement) {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at);
        if ((outlineStyle !== 'none' && outlineWidth !== '0px') || /inset|0px 0px 0px/.test(boxShadow))
          return true;
        if (at.getAttribute('role') === 'grid') return true;
      }
      return document.activeElement === document.body;
    });

  test('from an empty window to a finished download, and to an empty window again', {
    timeout: 90_000,
  }, async () => {
    const content = new Content(1, 200_000);
    source.serve('/by-keys.bin', { content });
    const { keyboard } = window.page;
    await tabTo(/^button Add a link/);
    await keyboard.press('Enter');
    await expect.poll(focused).toMatch(/^textarea/);
    await keyboard.type(source.url('/by-keys.bin'));
    const download = window.page.getByRole('button', { name: 'Download 1 file' });
    await expect.poll(() => download.isEnabled()).toBe(true);
    await tabTo(/^button Download 1 file/);
    await keyboard.press('Enter');
    await window.shows('by-keys.bin', 'Done');
    expect(await differsAt(content, join(window.downloads, 'by-keys.bin'))).toBeNull();
    await expect.poll(focused).toMatch(/^grid Downloads/);

    await keyboard.press('ArrowDown');
    await keyboard.press('Shift+F10');
    await expect.poll(focused).toMatch(/^menuitem/);
    await keyboard.press('ArrowUp');
    await expect.poll(focused).toMatch(/^menuitem Remove/);
    await keyboard.press('Enter');
    await window.page.getByRole('alertdialog').waitFor();
    // The harmless one has it, so that a second Enter loses nothing.
    await expect.poll(focused).toBe('button Cancel');
    await keyboard.press('Enter');
    await expect.poll(focused).toMatch(/^grid Downloads/);
    await keyboard.press('Delete');
    await expect.poll(focused).toBe('button Cancel');
    await tabTo(/^button Remove$/);
    await keyboard.press('Enter');
    await window.row('by-keys.bin').waitFor({ state: 'detached' });
    await window.page.getByText('Nothing here yet').waitFor();
    await expect.poll(focused).toMatch(/Nothing here yet/);
  });

  test('settings, and back', { timeout: 60_000 }, async () => {
    const { keyboard } = window.page;
    await tabTo(/^button Settings/);
    await keyboard.press('Enter');
    await tabTo(/^tab Look/);
    await keyboard.press('ArrowDown');
    await expect.poll(focused).toMatch(/^tab Downloads/);
    await tabTo(/^button All/, 'Shift+Tab');
    await keyboard.press('Enter');
    await window.page.getByText('Nothing here yet').waitFor();
  });
});
