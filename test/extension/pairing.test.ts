import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { EXTENSION_IDS } from '../../main/contract/hand-over.ts';
import { expectAccessible } from '../kit/axe.ts';
import { Content, differsAt } from '../kit/content.ts';
import { ServerDesk } from '../kit/server.ts';
import { ExtensionBrowser } from './browser.ts';
import { openCookieSite } from './cookie-site.ts';

const content = new Content(72, 200_000);
/** The first question starts a program. */
const LONG = { timeout: 15_000 };

/** A browser that has no native host, and a Satchel that serves. */
async function openAll({ native = false, languages = 'en-US' } = {}) {
  const site = await openCookieSite(content);
  const desk = await ServerDesk.open();
  const browser = await ExtensionBrowser.open(native ? join(desk.folder, 'data') : null, languages);
  onTestFinished(async () => {
    await browser.close();
    await site.close();
  });
  await browser.worker();
  await browser.page.goto(`${site.address}/`);
  return { site, desk, browser };
}

async function openOptions(browser: ExtensionBrowser): Promise<Page> {
  const page = await browser.context.newPage();
  await page.goto(`chrome-extension://${EXTENSION_IDS[0]}/options.html`);
  return page;
}

async function tasksOf(desk: ServerDesk) {
  const { tasks } = await desk.json<{ tasks: { state: string; path: string }[] }>('/api/v1/tasks');
  return tasks;
}

/** By keys alone, as everything there. */
async function pairByKeys(page: Page, address: string, code: string): Promise<void> {
  await page.focus('summary');
  for (const key of ['Enter', 'Tab']) await page.keyboard.press(key);
  await page.keyboard.type(address);
  await page.keyboard.press('Tab');
  await page.keyboard.type(code);
  await page.keyboard.press('Enter');
}

test('a browser without the host pairs by a code, hands over until it is taken off, and loses nothing then', {
  timeout: 60_000,
}, async () => {
  const { site, desk, browser } = await openAll();
  const page = await openOptions(browser);
  await expect.poll(() => page.textContent('#state'), LONG).toContain('not running');
  await pairByKeys(page, desk.serving.address, 'wrong');
  await expect.poll(() => page.textContent('#state'), LONG).toContain('did not take');
  const { code } = await desk.json<{ code: string }>('/api/v1/pairings', { method: 'POST' });
  await page.fill('[name=code]', code);
  await page.press('[name=code]', 'Enter');
  await expect.poll(() => page.textContent('#state'), LONG).toBe('Satchel 1.2.3 is there.');
  await expectAccessible(page, 'options');

  await browser.page.bringToFront();
  await browser.page.click('#get');
  await expect.poll(async () => (await tasksOf(desk)).map(({ state }) => state), LONG).toEqual(['done']);
  const [task] = await tasksOf(desk);
  expect(await differsAt(content, task?.path ?? '')).toBeNull();
  expect(site.asked.at(-1)?.headers.cookie).toBe('let-in=by the page');
  await expect.poll(() => browser.ownDownloads()).toEqual([]);
  await expect.poll(() => browser.ownFiles()).toEqual([]);

  const { pairings } = await desk.json<{ pairings: { id: string }[] }>('/api/v1/pairings');
  await desk.fetch(`/api/v1/pairings/${pairings[0]?.id}`, { method: 'DELETE' });
  await browser.page.click('#get');
  await expect.poll(() => browser.ownDownloads(), LONG).toEqual(['complete report.pdf']);
  expect(await tasksOf(desk)).toHaveLength(1);
});

test.each([
  ['hosts that are left alone', '[name=leftAlone]', '*.example.org\n127.0.0.1'],
  ['what is smaller than asked', '[name=smallest]', '300'],
])('stays in the browser: %s', { timeout: 60_000 }, async (_what, field, rule) => {
  const { desk, browser } = await openAll({ native: true });
  const page = await openOptions(browser);
  await expect.poll(() => page.textContent('#state'), LONG).toBe('Satchel 1.2.3 is there.');
  await page.fill(field, rule);
  await page.reload();
  expect(await page.inputValue(field)).toBe(rule);
  await browser.page.bringToFront();
  await browser.page.click('#get');
  await expect.poll(() => browser.ownDownloads(), LONG).toEqual(['complete report.pdf']);
  expect(await tasksOf(desk)).toEqual([]);
});

test('its page speaks Chinese where the browser does', { timeout: 60_000 }, async () => {
  const { browser } = await openAll({ native: true, languages: 'zh-CN' });
  const page = await openOptions(browser);
  await expect.poll(() => page.textContent('#state'), LONG).toBe('已连接 Satchel 1.2.3。');
  const words = await page.locator('[data-words]').allTextContents();
  for (const each of words) expect(each).toMatch(/\p{Script=Han}/u);
  expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
  await page.click('summary');
  await expectAccessible(page, 'options in Chinese');
});
