import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { CARRIERS, closeBrowser, Window } from '../kit/window.ts';

const MARKUP = '<img src=x onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)>';
/** Written from right to left it would end in .txt. */
const BIDI = 'invoice\u202etxt.exe';
const TYPED = ['javascript:alert(4)', 'data:text/html,<script>alert(5)</script>', 'file:///etc/passwd'];

afterAll(closeBrowser);

describe.each(CARRIERS)('what comes from outside, over %s', (carrier) => {
  let window: Window;
  let source: FaultServer;

  beforeEach(async () => {
    source = await FaultServer.start();
    window = await Window.open({ carrier, folder: await tempFolder() });
  });

  // Whatever ran would have opened a box, and whatever the policy forbade be in the log: both fail here.
  afterEach(async () => {
    await window.close();
    await source.close();
  });

  const injected = () => window.page.locator('img, svg[onload], [onerror], script:not([src])').count();

  test('is shown as it is in the list, the details, the log and the history', {
    timeout: 60_000,
  }, async () => {
    // What looks like a folder is left out of a name.
    const header = `attachment; filename*=UTF-8''${encodeURIComponent(MARKUP.split('<script')[0] ?? '')}`;
    source.serve('/named', { content: Buffer.from('x'), headers: { 'content-disposition': header } });
    const refusal = {
      name: 'status',
      status: 403,
      body: MARKUP,
      headers: { 'content-type': 'text/html' },
    } as const;
    source.serve('/refused', { content: Buffer.from('x'), faults: [refusal] });
    await window.call('tasks.addAll', {
      tasks: [
        { url: source.url('/named') },
        { url: source.url(`/refused?q=${encodeURIComponent(MARKUP)}`), name: BIDI },
        { url: source.url('/z'), name: 'a'.repeat(200), paused: true },
        { kind: 'package', name: `${BIDI}.zip`, items: [{ url: source.url('/refused'), name: MARKUP }] },
      ],
    });
    await window.grid.getByRole('row').filter({ hasText: 'Done' }).waitFor();
    await window.grid.getByRole('row').filter({ hasText: 'Server refused' }).nth(1).waitFor();
    const rows = window.grid.locator('[data-task]');
    for (let row = 0; row < 4; row += 1) {
      await rows
        .nth(row)
        .locator('bdi')
        .first()
        .click({ position: { x: 2, y: 2 } });
      for (const tab of await window.page.getByRole('tab').all()) {
        await tab.click();
        expect(await injected()).toBe(0);
      }
    }
    const { scrollWidth, innerWidth } = await window.page.evaluate(() => ({
      scrollWidth: document.documentElement.scrollWidth,
      innerWidth: globalThis.innerWidth,
    }));
    expect(scrollWidth).toBeLessThanOrEqual(innerWidth);
    const isolated = await rows.locator('bdi').allInnerTexts();
    expect(isolated.some((name) => name.includes('\u202e'))).toBe(false);
    await window.page.keyboard.press('Control+y');
    await window.page.getByRole('main').getByText('alert(1)').first().waitFor();
    expect(await injected()).toBe(0);
  });

  test('is no address unless it is one of the web', { timeout: 60_000 }, async () => {
    const { page } = window;
    await page.keyboard.press('Control+n');
    const links = page.getByRole('textbox', { name: 'Links' });
    const main = page.getByRole('dialog').getByRole('button', { name: /^(Download|Add \d)/ });
    for (const text of TYPED) {
      await links.fill(text);
      await expect.poll(() => main.isDisabled()).toBe(true);
    }
    const html = `<a href="javascript:alert(6)">one</a> <a href="${source.url('/two.bin')}" onclick="alert(7)">two</a>`;
    await links.fill(html);
    await page.getByRole('button', { name: 'Download 1 file' }).waitFor();
    expect(await injected()).toBe(0);
    await page.keyboard.press('Escape');
    expect((await window.call('tasks.list', {})).tasks).toEqual([]);
  });

  test('cannot be put into the page by a script of its own', { timeout: 60_000 }, async () => {
    const ran = await window.page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.ran = true';
      document.body.append(script);
      const image = document.createElement('div');
      image.innerHTML = '<img src="data:," onerror="globalThis.ran = true">';
      document.body.append(image);
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      script.remove();
      image.remove();
      return 'ran' in globalThis;
    });
    expect(ran).toBe(false);
    await window.expectProblems(/Content Security Policy/);
  });
});
