import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { offerOfLink } from '../../main/desktop/offers.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { CARRIERS, type Carrier, closeBrowser, Window } from '../kit/window.ts';

afterAll(closeBrowser);

/** A page as they are: what it plays, what it links to, and much that is not worth having. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>Some page</title>
<a href="/about">About</a><a href="files/one.zip">One</a><a href="/two.PDF?x=1#top">Two</a><a href="mailto:a@b">Mail</a>
<img src="/small.png" width="16"><video><source src="film.mp4"></video><audio src="/sound.mp3"></audio>`;

let window: Window;
let source: FaultServer;

async function open(carrier: Carrier): Promise<void> {
  source = await FaultServer.start();
  source.serve('/page/here', { content: Buffer.from(PAGE), type: 'text/html' });
  window = await Window.open({ carrier, folder: await tempFolder() });
}

afterEach(async () => {
  await window.close();
  await source.close();
});

/** What a bookmark would run, from the settings. */
async function codeOf(title: string): Promise<string> {
  await window.page.getByRole('button', { name: 'Settings' }).click();
  await window.page.getByRole('tab', { name: 'Browsers' }).click();
  const link = window.page.locator('a').filter({ hasText: title });
  await link.waitFor();
  return (await link.getAttribute('href')) ?? '';
}

const PAGE_TITLE = 'This page to Satchel';
const FILES_TITLE = 'Files of this page to a package';
const files = () =>
  ['/page/files/one.zip', '/two.PDF?x=1#top', '/page/film.mp4', '/sound.mp3'].map((path) => source.url(path));

describe('a bookmark of the page of a server', () => {
  beforeEach(() => open('browser'));

  /** Another page of the same browser runs it, as a click on the bookmark does. */
  async function run(code: string): Promise<void> {
    await window.page.goto(source.url('/page/here'));
    await window.page.evaluate((address) => {
      location.href = address;
    }, code);
    await window.page.waitForURL((url) => url.hash === '' && url.pathname === '/');
  }

  test('puts the page that is open into the Add box, once, and starts nothing', {
    timeout: 60_000,
  }, async () => {
    await run(await codeOf(PAGE_TITLE));
    const box = window.page.getByRole('dialog', { name: 'Add downloads' });
    const links = box.getByRole('textbox', { name: 'Links' });
    await expect.poll(() => links.inputValue()).toBe(source.url('/page/here'));
    expect(await window.page.evaluate(() => location.hash)).toBe('');
    await window.page.reload();
    await window.page.getByRole('button', { name: 'Add', exact: true }).waitFor();
    expect(await box.isVisible()).toBe(false);
    expect((await window.call('tasks.list', {})).tasks).toEqual([]);
  });

  test('puts the files of the page into the package tray', { timeout: 60_000 }, async () => {
    await run(await codeOf(FILES_TITLE));
    const tray = window.page.getByRole('complementary', { name: 'New package' });
    for (const name of ['one.zip', 'two.PDF', 'film.mp4', 'sound.mp3']) {
      await tray.getByRole('row').filter({ hasText: name }).waitFor();
    }
    expect(
      await tray
        .getByRole('row')
        .filter({ hasText: /about|small/i })
        .count(),
    ).toBe(0);
  });
});

describe('a bookmark of the desktop', () => {
  beforeEach(() => open('desktop'));

  test('makes a link that the desktop takes', { timeout: 60_000 }, async () => {
    const codes = [await codeOf(PAGE_TITLE), await codeOf(FILES_TITLE)];
    const other = await Window.open({ carrier: 'browser', folder: await tempFolder() });
    await other.page.goto(source.url('/page/here'));
    const made = [];
    for (const code of codes) {
      const kept = code.replace(/^javascript:/, '').replaceAll('location.href=', 'globalThis.made=');
      made.push(
        await other.page.evaluate((script) => {
          // biome-ignore lint/security/noGlobalEval: it is what the bookmark runs.
          globalThis.eval(script);
          return (globalThis as { made?: string }).made ?? '';
        }, kept),
      );
    }
    await other.close();
    expect(offerOfLink(made[0] ?? '')).toMatchObject({ text: source.url('/page/here'), pack: false });
    expect(offerOfLink(made[1] ?? '')).toMatchObject({ text: files().join('\n'), pack: true });
  });
});

describe.each(CARRIERS)('a bookmark over %s', (carrier) => {
  beforeEach(() => open(carrier));

  test('is a link to drag, which does nothing in the window itself', { timeout: 60_000 }, async () => {
    expect(await codeOf(PAGE_TITLE)).toMatch(/^javascript:/);
    const link = window.page.locator('a').filter({ hasText: PAGE_TITLE });
    await link.click();
    expect(await link.isVisible()).toBe(true);
  });
});
