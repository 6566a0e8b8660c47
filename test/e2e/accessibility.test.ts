import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectAccessible } from '../kit/axe.ts';
import { FaultServer } from '../kit/fault-server.ts';
import { tempFolder } from '../kit/temp-folder.ts';
import { closeBrowser, Window } from '../kit/window.ts';

const THEMES = ['light', 'dark'] as const;
const SECTIONS = [
  ...['Look', 'Downloads', 'Speed', 'Network', 'Categories', 'Session', 'Browsers', 'Webhooks'],
  ...['History and lists', 'About'],
];

afterAll(closeBrowser);

describe.each(THEMES)('axe-core finds nothing, %s', (theme) => {
  let window: Window;
  let source: FaultServer;

  beforeEach(async () => {
    source = await FaultServer.start();
    window = await Window.open({ carrier: 'browser', folder: await tempFolder() });
    await window.call('settings.update', { theme });
    await window.page.reload();
    const shown = () => window.page.evaluate(() => document.documentElement.dataset['theme']);
    await expect.poll(shown).toBe(theme);
  });

  afterEach(async () => {
    await window.close();
    await source.close();
  });

  async function fill(): Promise<void> {
    source.serve('/done.pdf', { content: Buffer.from('done') });
    source.serve('/held.iso', { content: Buffer.alloc(8_000_000) });
    source.gate('/held.iso', 500_000);
    for (const name of ['a.txt', 'b.txt']) source.serve(`/${name}`, { content: Buffer.from(name) });
    const items = ['a.txt', 'b.txt', 'gone.txt'].map((name) => ({ url: source.url(`/${name}`) }));
    await window.call('tasks.addAll', {
      tasks: [
        { kind: 'package', name: 'bundle.zip', items },
        { url: source.url('/done.pdf') },
        { url: source.url('/gone.bin') },
        { url: source.url('/paused.bin'), paused: true },
        { url: source.url('/held.iso') },
      ],
    });
    await window.shows('done.pdf', 'Done');
    await window.shows('gone.bin', 'File not found');
    await window.shows('held.iso', /%/);
  }

  test('on the list and in the details', { timeout: 90_000 }, async () => {
    const { page } = window;
    await expectAccessible(page, 'the empty list');
    await fill();
    await expectAccessible(page, 'the list');
    for (const name of ['done.pdf', 'gone.bin', 'paused.bin', 'held.iso', 'bundle.zip']) {
      await window.choose(name);
      for (const tab of await page.getByRole('tab').all()) {
        await tab.click();
        await expectAccessible(page, `${name}, ${await tab.innerText()}`);
      }
    }
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox').fill('nothing is called that');
    await expectAccessible(page, 'nothing found');
  });

  test('in every box', { timeout: 90_000 }, async () => {
    const { page } = window;
    await fill();
    await page.keyboard.press('Control+n');
    const links = page.getByRole('textbox', { name: 'Links' });
    await links.waitFor();
    await expectAccessible(page, 'the empty Add box');
    await links.fill(`${source.url('/done.pdf')}\n${source.url('/new-[1-3].bin')}\nnot an address`);
    await page.getByRole('table').waitFor();
    await page.getByRole('button', { name: /^More headers/ }).click();
    await expectAccessible(page, 'the Add box');
    await page.keyboard.press('Escape');
    await window.choose('paused.bin');
    for (const name of ['Rename…', 'Change folder…', 'New link…', 'Limit speed…', 'Remove…']) {
      await page.keyboard.press('Shift+F10');
      await expectAccessible(page, `the menu, before ${name}`);
      await page.getByRole('menuitem', { name }).click();
      await page.getByRole(/^Remove/.test(name) ? 'alertdialog' : 'dialog').waitFor();
      await expectAccessible(page, name);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').or(page.getByRole('alertdialog')).waitFor({ state: 'hidden' });
    }
    await page.keyboard.press('F1');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await expectAccessible(page, 'the shortcuts');
  });

  test('in the package tray', { timeout: 90_000 }, async () => {
    const { page } = window;
    await fill();
    await page.keyboard.press('Control+Shift+N');
    const tray = page.getByRole('complementary', { name: 'New package' });
    await tray.waitFor();
    await expectAccessible(page, 'the empty tray');
    await tray.getByRole('button', { name: 'Links…' }).click();
    const box = page.getByRole('dialog', { name: 'Add links to the package' });
    await box.getByRole('textbox').fill('nothing');
    await box.getByRole('button', { name: 'Add', exact: true }).click();
    await expectAccessible(page, 'its box for links, with something wrong');
    await box
      .getByRole('textbox')
      .fill(`${source.url('/a.txt')}\n out=folder/a.txt\n${source.url('/b.txt')}`);
    await box.getByRole('button', { name: 'Add', exact: true }).click();
    await box.waitFor({ state: 'hidden' });
    const tree = tray.getByRole('treegrid');
    await tree.getByRole('row', { name: /a.txt/ }).waitFor();
    await expectAccessible(page, 'the tray');
    await tree.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await expectAccessible(page, 'its menu');
    await page.getByRole('menuitem', { name: 'Rename…' }).click();
    await tray.getByRole('textbox', { name: /^New name/ }).waitFor();
    await expectAccessible(page, 'while something is renamed');
  });

  test('in settings and history', { timeout: 90_000 }, async () => {
    const { page } = window;
    await fill();
    await page.keyboard.press('Control+,');
    for (const name of SECTIONS) {
      await page.getByRole('tab', { name, exact: true }).click();
      await page.getByRole('tabpanel', { name }).waitFor();
      await expectAccessible(page, `settings, ${name}`);
    }
    await page.keyboard.press('Control+y');
    await page.getByRole('grid').waitFor();
    await expectAccessible(page, 'the history');
    await page.context().clearCookies();
    await page.reload();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await expectAccessible(page, 'signing in');
  });
});

test('without motion nothing moves, and in forced colours states are still told', {
  timeout: 60_000,
}, async () => {
  const window = await Window.open({ carrier: 'browser', folder: await tempFolder() });
  const { page } = window;
  await page.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' });
  await page.keyboard.press('Control+n');
  await page.getByRole('dialog').waitFor();
  const longest = await page.evaluate(() => {
    const times = document.getAnimations().map((each) => Number(each.effect?.getTiming().duration ?? 0));
    return Math.max(0, ...times);
  });
  expect(longest).toBeLessThan(1);
  await expectAccessible(page, 'forced colours');
  await window.close();
});
