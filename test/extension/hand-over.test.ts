import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Content, differsAt } from '../kit/content.ts';
import { ServerDesk } from '../kit/server.ts';
import { ExtensionBrowser } from './browser.ts';
import { openCookieSite } from './cookie-site.ts';

const content = new Content(71, 400_000);

async function openAll({ withSatchel = true } = {}) {
  const site = await openCookieSite(content);
  const desk = withSatchel ? await ServerDesk.open() : null;
  const dataDir = desk === null ? join('/nonexistent', 'data') : join(desk.folder, 'data');
  const browser = await ExtensionBrowser.open(dataDir);
  onTestFinished(async () => {
    await browser.close();
    await site.close();
  });
  await browser.worker();
  await browser.page.goto(`${site.address}/`);
  return { site, desk, browser };
}

async function tasksOf(desk: ServerDesk) {
  const { tasks } = await desk.json<{ tasks: { name: string; state: string; path: string }[] }>(
    '/api/v1/tasks',
  );
  return tasks;
}

test('a download that needs the page’s cookie is fetched by Satchel, and nothing of it is left in the browser', {
  timeout: 60_000,
}, async () => {
  const { site, desk, browser } = await openAll();
  if (desk === null) return;
  await browser.page.click('#get');
  await expect
    .poll(async () => (await tasksOf(desk)).map(({ state }) => state), { timeout: 15_000 })
    .toEqual(['done']);
  const [task] = await tasksOf(desk);
  expect(task?.name).toBe('report.pdf');
  expect(await differsAt(content, task?.path ?? '')).toBeNull();
  const agent = await browser.page.evaluate(() => navigator.userAgent);
  const ours = site.asked.filter(({ headers }) => headers['sec-fetch-mode'] === undefined);
  expect(ours.length).toBeGreaterThan(0);
  for (const { headers } of ours) {
    expect(headers).toMatchObject({ referer: `${site.address}/`, 'user-agent': agent });
  }
  await expect.poll(() => browser.ownDownloads()).toEqual([]);
  await expect.poll(() => browser.ownFiles()).toEqual([]);
});

test('without a Satchel that runs, the browser downloads it itself', { timeout: 60_000 }, async () => {
  const { browser } = await openAll({ withSatchel: false });
  await browser.page.click('#get');
  await expect.poll(() => browser.ownDownloads(), { timeout: 15_000 }).toEqual(['complete report.pdf']);
  const bytes = await readFile(join(browser.downloads, 'report.pdf'));
  expect(bytes.equals(content.slice(0, content.size))).toBe(true);
});

test('what a form has sent for stays in the browser: asked for again it would be something else', {
  timeout: 60_000,
}, async () => {
  const { desk, browser } = await openAll();
  if (desk === null) return;
  await browser.page.click('button');
  await expect.poll(() => browser.ownDownloads(), { timeout: 15_000 }).toEqual(['complete made.bin']);
  expect(await tasksOf(desk)).toEqual([]);
});

test('the menu downloads a link, and puts all links of a page into the package', {
  timeout: 60_000,
}, async () => {
  const { site, desk, browser } = await openAll();
  if (desk === null) return;
  const worker = await browser.worker();
  const click = (info: object) =>
    worker.evaluate(async (given) => {
      const [tab] = await chrome.tabs.query({ active: true });
      await satchel.clicked(given, tab);
    }, info);
  await click({ menuItemId: 'download', linkUrl: `${site.address}/more.bin`, pageUrl: `${site.address}/` });
  await expect
    .poll(async () => (await tasksOf(desk)).map(({ name, state }) => `${state} ${name}`))
    .toEqual(['done more.bin']);
  await click({ menuItemId: 'package-all', pageUrl: `${site.address}/` });
  const { offers } = await desk.json<{ offers: { text: string }[] }>('/api/v1/offers/take', { json: {} });
  expect(offers).toHaveLength(1);
  expect(offers[0]?.text).toContain(`${site.address}/report.pdf\n referer=${site.address}/\n`);
  expect(offers[0]?.text).toContain(`${site.address}/more.bin\n`);
  expect(offers[0]?.text).toContain('header=Cookie: let-in=by the page');
});

declare const chrome: { readonly tabs: { query(query: object): Promise<readonly unknown[]> } };
declare const satchel: { clicked(info: object, tab: unknown): Promise<void> };
